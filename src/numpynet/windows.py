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

from numpynet.arrays import Array, Pair, text
from numpynet.errors import TooSmallError

Places = tuple[slice, slice, slice]


def extent(window: int, dilation: int = 1) -> int:
    """Return the number of pixels a window covers."""
    return dilation * (window - 1) + 1


def same_padding(size: int, window: int, stride: int, dilation: int) -> Pair:
    """Pad as TensorFlow does: ceil(size / stride) windows, the odd pixel at the end."""
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + extent(window, dilation) - size, 0)
    return total // 2, total - total // 2


@dataclass(frozen=True)
class Geometry:
    """Where the windows of one layer lie on an image of fixed size.

    `image`, `window`, `stride`, `dilation` and `output` (the number of windows) are (vertical,
    horizontal); `pads` is ((top, bottom), (left, right)).
    """

    image: Pair
    window: Pair
    stride: Pair
    dilation: Pair
    pads: tuple[Pair, Pair]

    @classmethod
    def of(
        cls,
        image: Pair,
        window: Pair,
        stride: Pair,
        dilation: Pair = (1, 1),
        padding: str = "valid",
    ) -> Geometry:
        """Return where the windows lie for padding "valid" (none) or "same"."""
        axes = zip(image, window, stride, dilation, strict=True)
        rows, columns = (same_padding(*axis) if padding == "same" else (0, 0) for axis in axes)
        return cls(image, window, stride, dilation, (rows, columns))

    def __post_init__(self) -> None:
        covered = [extent(self.window[axis], self.dilation[axis]) for axis in range(2)]
        if any(covered[axis] > self.padded[axis] for axis in range(2)):
            raise TooSmallError(
                f"has a {text(covered)} window with `padding: valid`, larger than its input of "
                f"{text(self.image)}"
            )

    @cached_property
    def output(self) -> Pair:
        rows, columns = (
            (self.padded[a] - extent(self.window[a], self.dilation[a])) // self.stride[a] + 1
            for a in range(2)
        )
        return rows, columns

    @cached_property
    def padded(self) -> Pair:
        """Size of the image with its padding."""
        return self.image[0] + sum(self.pads[0]), self.image[1] + sum(self.pads[1])

    def offsets(self) -> list[tuple[Places, Places]]:
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

    def taps(self) -> list[tuple[slice, slice]]:
        """Return per window position in reading order the rows and columns of the padded image.

        With them ``padded[:, rows, columns]`` is what that tap of all windows lies on.
        """
        return [(rows, columns) for rows in self._taps_along(0) for columns in self._taps_along(1)]

    def _taps_along(self, axis: int) -> list[slice]:
        reach = (self.output[axis] - 1) * self.stride[axis] + 1
        firsts = (tap * self.dilation[axis] for tap in range(self.window[axis]))
        return [slice(first, first + reach, self.stride[axis]) for first in firsts]

    def _offsets_along(self, axis: int) -> list[tuple[slice, slice]]:
        size, stride, before = self.image[axis], self.stride[axis], self.pads[axis][0]
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
    (top, bottom), (left, right) = pads
    inner = x[:, max(0, -top) : x.shape[1] + min(0, bottom)]
    inner = inner[:, :, max(0, -left) : x.shape[2] + min(0, right)]
    rows = slice(max(0, top), max(0, top) + inner.shape[1])
    columns = slice(max(0, left), max(0, left) + inner.shape[2])
    padded[:, rows, columns] = inner
    return padded


def window_view(x: Array, geometry: Geometry) -> Array:
    """Return all windows of padded `x` (N, H, W, C) as a view (N, rows, columns, kh, kw, C).

    Built by the array constructor, which checks its bounds and is ten times quicker than
    ``as_strided``.
    """
    x = np.ascontiguousarray(x)
    sample, row, column, channel = x.strides
    (down, right), (row_gap, column_gap) = geometry.stride, geometry.dilation
    steps = (row * down, column * right, row * row_gap, column * column_gap)
    shape = (x.shape[0], *geometry.output, *geometry.window, x.shape[3])
    return np.ndarray(shape, x.dtype, x.data, 0, (sample, *steps, channel))
