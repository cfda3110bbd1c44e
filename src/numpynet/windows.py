"""Sliding windows over images: padding arithmetic, output sizes, strided views.

One axis at a time. A window of `window` taps, `dilation` apart, covers
``extent = dilation * (window - 1) + 1`` pixels; with padding ``before`` and ``after`` and a stride,
an axis of `size` pixels has ``(size + before + after - extent) // stride + 1`` windows (study,
Eqs. 73-74 and 86).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from numpynet.arrays import Array
from numpynet.errors import ConfigurationError, ShapeError

Pair = tuple[int, int]
Padding = str | tuple[Pair, Pair]
Offset = tuple[tuple[slice, slice, slice], tuple[slice, slice, slice]]


def pair(value: int | Pair | list[int], what: str, least: int = 1) -> Pair:
    """Return `value` as (vertical, horizontal); an int counts for both axes."""
    numbers = (value, value) if isinstance(value, int | np.integer) else tuple(value)
    if len(numbers) != 2 or not all(
        isinstance(n, int | np.integer) and n >= least for n in numbers
    ):
        raise ConfigurationError(
            f"{what} must be one whole number >= {least} or two of them, got {value!r}"
        )
    return int(numbers[0]), int(numbers[1])


def extent(window: int, dilation: int = 1) -> int:
    """Return the number of pixels a window covers."""
    return dilation * (window - 1) + 1


def same_padding(size: int, window: int, stride: int, dilation: int = 1) -> Pair:
    """Pad as TensorFlow does: ceil(size / stride) windows, the odd pixel at the end."""
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + extent(window, dilation) - size, 0)
    return total // 2, total - total // 2


def full_padding(window: int, dilation: int = 1) -> Pair:
    """Pad so that every overlap of at least one pixel counts."""
    return extent(window, dilation) - 1, extent(window, dilation) - 1


def complete_padding(size: int, window: int, stride: int) -> Pair:
    """Pad at the end until the last window fits: the study's rule (appendix, Eqs. 82-85).

    ``R = size - window``, ``chi = R - floor(R / S) S`` and ``P = ceil(chi / S) S - chi``; no
    padding if the last window would lie wholly outside (``P >= window``); and a window larger than
    the image is filled up to its size (printed as ``P = W - w`` there, which is negative; meant is
    ``w - W``).
    """
    if window > size:
        return 0, window - size
    remainder = (size - window) % stride
    padding = -(-remainder // stride) * stride - remainder
    return 0, 0 if padding >= window else padding


def resolve_padding(
    padding: Padding, image: Pair, window: Pair, strides: Pair, dilation: Pair, known: str
) -> tuple[Pair, Pair]:
    """Return ((top, bottom), (left, right)) for a padding given by name or in numbers.

    `known` lists the names the layer takes, e.g. ``"valid same full"``.
    """
    if isinstance(padding, str):
        if padding not in known.split():
            raise ConfigurationError(
                f"padding must be one of {', '.join(known.split())}"
                f" or ((top, bottom), (left, right)), got {padding!r}"
            )
        pads = []
        for axis in range(2):
            if padding == "valid":
                pads.append((0, 0))
            elif padding == "same":
                pads.append(same_padding(image[axis], window[axis], strides[axis], dilation[axis]))
            elif padding == "full":
                pads.append(full_padding(window[axis], dilation[axis]))
            else:
                pads.append(complete_padding(image[axis], window[axis], strides[axis]))
        return pads[0], pads[1]
    if len(padding) != 2:
        raise ConfigurationError(
            f"explicit padding must be ((top, bottom), (left, right)), got {padding!r}"
        )
    vertical = pair(padding[0], "padding (top, bottom)", 0)
    horizontal = pair(padding[1], "padding (left, right)", 0)
    return vertical, horizontal


@dataclass(frozen=True)
class Geometry:
    """Where the windows of one layer lie on an image of fixed size.

    `image`, `window`, `strides`, `dilation` and `output` are (vertical, horizontal); `pads` is
    ((top, bottom), (left, right)).
    """

    image: Pair
    window: Pair
    strides: Pair
    dilation: Pair
    pads: tuple[Pair, Pair]

    def __post_init__(self) -> None:
        for axis, name in enumerate(("high", "wide")):
            padded = self.image[axis] + sum(self.pads[axis])
            needed = extent(self.window[axis], self.dilation[axis])
            if needed > padded:
                raise ShapeError(
                    f"the window is {needed} pixels {name} (size {self.window[axis]}, dilation "
                    f"{self.dilation[axis]}) but the image with its padding only {padded}: "
                    "use a smaller window, or padding 'same'"
                )

    @cached_property
    def output(self) -> Pair:
        """Number of windows per axis."""
        rows, columns = (
            (self.image[a] + sum(self.pads[a]) - extent(self.window[a], self.dilation[a]))
            // self.strides[a]
            + 1
            for a in range(2)
        )
        return rows, columns

    @cached_property
    def padded(self) -> Pair:
        """Size of the image with its padding."""
        return self.image[0] + sum(self.pads[0]), self.image[1] + sum(self.pads[1])

    def offsets(self) -> list[Offset]:
        """Return per window position (u, v) in reading order the pixels it meets, and where.

        Each entry is (pixels, windows), two index tuples (samples, rows, columns): tap (u, v) of
        the windows ``output[windows]`` lies on ``image[pixels]``. Taps on padding are left out, so
        no padded copy is needed.
        """
        return [
            ((slice(None), rows[0], columns[0]), (slice(None), rows[1], columns[1]))
            for rows in self._offsets_along(0)
            for columns in self._offsets_along(1)
        ]

    def _offsets_along(self, axis: int) -> list[tuple[slice, slice]]:
        size, stride, before = self.image[axis], self.strides[axis], self.pads[axis][0]
        found = []
        for tap in range(self.window[axis]):
            shift = tap * self.dilation[axis] - before  # pixel of window o: o * stride + shift
            first = max(0, -(shift // stride))
            last = min(self.output[axis] - 1, (size - 1 - shift) // stride)
            count = max(0, last - first + 1)
            start = first * stride + shift
            stop = start + (count - 1) * stride + 1 if count else start
            found.append((slice(start, stop, stride), slice(first, first + count)))
        return found


def pad_into(padded: Array, x: Array, pads: tuple[Pair, Pair]) -> Array:
    """Copy `x` into the middle of `padded`, whose frame is already filled; crop where negative."""
    _, height, width, _ = x.shape
    (top, bottom), (left, right) = pads
    inner = x[
        :,
        max(0, -top) : height - max(0, -bottom),
        max(0, -left) : width - max(0, -right),
    ]
    rows = slice(max(0, top), max(0, top) + inner.shape[1])
    columns = slice(max(0, left), max(0, left) + inner.shape[2])
    padded[:, rows, columns] = inner
    return padded


def window_view(x: Array, window: Pair, strides: Pair, dilation: Pair, output: Pair) -> Array:
    """Return all windows of `x` (N, H, W, C) as a view (N, rows, columns, kh, kw, C), no copy.

    Built by the array constructor, which checks its bounds and is ten times quicker than
    ``as_strided``.
    """
    x = np.ascontiguousarray(x)
    sample, row, column, channel = x.strides
    return np.ndarray(
        (x.shape[0], *output, *window, x.shape[3]),
        x.dtype,
        x.data,
        0,
        (
            sample,
            row * strides[0],
            column * strides[1],
            row * dilation[0],
            column * dilation[1],
            channel,
        ),
    )
