"""Convolution as matrix products: the arithmetic, free of layers.

Write A~ for the padded input (N, H, W, C), K for the kernel (kh, kw, C, F) and Z for the
pre-activations (N, H', W', F). Laying every window of A~ out as one row gives the matrix
``columns`` (N H' W', kh kw C); then

    forward          Z       = columns @ K + b                     (study, Eqs. 1, 4, 42)
    kernel           dC/dK   = columns^T @ delta                   (Eqs. 18, 37, 44)
    bias             dC/db   = 1^T @ delta                         (Eqs. 20, 41, 45)
    input            dC/dA   = delta~ convolved with K             (Eqs. 9, 26; A: 70)

with delta = dC/dZ. The last line has two forms. As printed: cross-correlate the padded errors with
the kernel rotated by 180 degrees, padding ``(w - 1) - p`` (Eqs. 2, 10, 67). As the transpose of the
forward product: ``delta @ K^T``, every row added back to the pixels its window came from. They
agree; the first is quicker for stride 1, the second needs no zeros between errors when strides are
larger.
"""

import numpy as np

from numpynet.arrays import Array, Pair, Workspace
from numpynet.windows import Geometry, extent, pad_into, window_view


def gather(x: Array, geometry: Geometry, workspace: Workspace, name: str = "columns") -> Array:
    """Lay each window of `x` (N, H, W, C) out as a row: (N H' W', kh kw C).

    With one channel the copy is made tap by tap (long runs of pixels) and returned transposed:
    the same matrix in the other memory order, 2 to 7 times quicker to fill.
    """
    samples, channels = x.shape[0], x.shape[3]
    if geometry.pads != ((0, 0), (0, 0)):
        padded = workspace.get(f"{name} padded", samples, (*geometry.padded, channels), fill=0.0)
        x = pad_into(padded, x, geometry.pads)
    window = geometry.window
    if window == geometry.stride == (1, 1):
        return x.reshape(-1, channels)
    taps = window[0] * window[1] * channels
    view = window_view(x, geometry)
    if channels == 1:
        shape = (*window, channels, samples, *geometry.output)
        columns = workspace.get(f"{name}, taps first", shape[0], shape[1:])
        columns[...] = view.transpose(3, 4, 5, 0, 1, 2)
        return columns.reshape(taps, -1).T
    columns = workspace.get(name, samples, (*geometry.output, *window, channels))
    columns[...] = view
    return columns.reshape(-1, taps)


def add_bias(z: Array, bias: Array, workspace: Workspace) -> None:
    """Add one bias per feature map to `z` (N, H', W', F), laid out as one row of a whole map.

    Rows of H' W' F numbers are added several times as fast as rows of F.
    """
    row = workspace.get("bias row", z.shape[1] * z.shape[2], bias.shape)
    row[...] = bias
    flat = z.reshape(z.shape[0], -1)
    np.add(flat, row.reshape(-1), out=flat)


def kernel_gradient(columns: Array, error: Array, out: Array) -> None:
    """Eq. 37: cross-correlate the input with the errors, ``columns^T @ delta``.

    Fills `out`, of (kh kw C, F) numbers in any shape; `error` is (N H' W', F) likewise.
    """
    filters = out.shape[-1]
    np.dot(columns.T, error.reshape(-1, filters), out=out.reshape(-1, filters))


def rotate_180(kernel: Array) -> Array:
    """Eq. 2: turn every (kh, kw) plane of the kernel by 180 degrees."""
    return kernel[::-1, ::-1]


def error_padding(window: int, dilation: int, before: int, size: int, errors: int) -> Pair:
    """Padding of the errors, start and end: ``p_delta = (w - 1) - p`` (Eqs. 10, 67).

    The end gets what makes the result `size` pixels long again (Eq. 75); with symmetric padding and
    stride 1 that is the same number. Negative where the input was padded by more than w - 1.
    """
    start = (extent(window, dilation) - 1) - before
    return start, size + (extent(window, dilation) - 1) - errors - start


def input_error_by_rotation(
    error: Array, kernel: Array, geometry: Geometry, workspace: Workspace
) -> Array:
    """Eqs. 9 and 26 as printed: correlate padded errors (N, H', W', F) with the rotated kernel.

    A stride S > 1 left S - 1 windows out between two errors: they return as zeros.
    """
    stride, pads, spread = geometry.stride, [], []
    for axis, (window, dilation) in enumerate(zip(geometry.window, geometry.dilation, strict=True)):
        spread.append((geometry.output[axis] - 1) * stride[axis] + 1)
        before, size = geometry.pads[axis][0], geometry.image[axis]
        pads.append(error_padding(window, dilation, before, size, spread[axis]))
    samples, _, _, filters = error.shape
    if stride != (1, 1):
        zeros = workspace.get("errors spread", samples, (*spread, filters), fill=0.0)
        zeros[:, :: stride[0], :: stride[1]] = error
        error = zeros
    back = Geometry(
        (spread[0], spread[1]), geometry.window, (1, 1), geometry.dilation, (pads[0], pads[1])
    )
    columns = gather(error, back, workspace, "error columns")
    turned = rotate_180(kernel).transpose(0, 1, 3, 2).reshape(columns.shape[1], -1)
    out = workspace.get("input error", samples, (*geometry.image, kernel.shape[2]))
    np.dot(columns, turned, out=out.reshape(columns.shape[0], -1))
    return out


def accumulate(target: Array, pixels: tuple[slice, ...], values: Array) -> None:
    """Add `values` to the pixels they came from; pixels of several windows collect all of them."""
    place = target[pixels]
    np.add(place, values, out=place)


def input_error_by_transpose(
    error: Array, kernel: Array, geometry: Geometry, workspace: Workspace
) -> Array:
    """``delta @ K^T``, each row added back to the pixels of its window: the forward transposed."""
    samples, filters = error.shape[0], error.shape[3]
    taps, channels = kernel.shape[0] * kernel.shape[1], kernel.shape[2]
    rows = workspace.get("row errors", samples, (*geometry.output, taps, channels))
    flat = error.reshape(-1, filters)
    np.dot(flat, kernel.reshape(-1, filters).T, out=rows.reshape(flat.shape[0], -1))
    return add_back(rows, geometry, workspace)


def add_back(rows: Array, geometry: Geometry, workspace: Workspace) -> Array:
    """Add what belongs to each tap of each window, (N, H', W', kh kw, C), to its pixels."""
    out = workspace.get("input error", len(rows), (*geometry.image, rows.shape[-1]))
    out.fill(0.0)
    for tap, (pixels, windows) in enumerate(geometry.offsets()):
        accumulate(out, pixels, rows[windows][:, :, :, tap])
    return out
