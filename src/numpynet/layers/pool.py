"""Pooling layers: the largest or the mean value of every window, or the mean of all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from numpynet import convolution
from numpynet.arrays import Array, Shape
from numpynet.layers.base import Layer
from numpynet.windows import Geometry, Padding, Pair, pair, resolve_padding


@dataclass(eq=False)
class _Pool2D(Layer):
    """What the windowed pools share: settings, geometry, the tap-by-tap walk over the windows."""

    pool_size: int | Pair = 2
    strides: int | Pair | None = None
    padding: Padding = field(default="valid", kw_only=True)

    def __post_init__(self) -> None:
        self._window = pair(self.pool_size, f"{self.kind}: pool_size")
        strides = self.pool_size if self.strides is None else self.strides
        self._strides = pair(strides, f"{self.kind}: strides")

    def infer_output_shape(self) -> Shape:
        """Return (H', W', C)."""
        height, width, channels = self.require_image()
        image = (height, width)
        pads = resolve_padding(
            self.padding, image, self._window, self._strides, (1, 1), "valid same complete"
        )
        self.geometry = Geometry(image, self._window, self._strides, (1, 1), pads)
        self._offsets = self.geometry.offsets()
        self._counts = np.zeros((1, *self.geometry.output, 1), self.workspace.dtype)
        for _, windows in self._offsets:
            self._counts[windows] += 1.0
        return (*self.geometry.output, channels)


def first_maxima(values: Array, maxima: Array, free: Array, out: Array) -> Array:
    """Mark where a window's value is its maximum and no earlier tap had it; `free` keeps track.

    So that a tie sends its error to the first of the equal pixels only, as in TensorFlow.
    """
    np.equal(values, maxima, out=out)
    np.logical_and(out, free, out=out)
    np.logical_xor(free, out, out=free)
    return out


@dataclass(eq=False)
class MaxPool2D(_Pool2D):
    """Keep the largest value of every window (study, "Downsampling" and Fig. 4).

    Forward: ``a_{m,n} = max_{u,v} x_{mS+u, nS+v}``. Backward: the error of a window goes to the
    pixel that was the largest, the first in reading order among equals; a pixel chosen by several
    overlapping windows receives the sum of their errors.

    Shapes: (N, H, W, C) to (N, H', W', C). ``strides`` default to the pool size. ``padding``:
    "valid" drops what does not fill a window; "same" pads with minus infinity to
    ceil(H / stride) windows, as TensorFlow; "complete" is the study's own rule: zeros at the bottom
    and right until the last window is complete (appendix, "Padding in Max Pooling", Eqs. 82-86), so
    a zero wins over negative values there; ((top, bottom), (left, right)) pads with minus
    infinity.
    """

    kind: ClassVar[str] = "max_pool"

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return the maxima."""
        self._x = x
        out = self._out = self.workspace.get("out", x.shape[0], self.output_shape)
        if self.padding == "complete":
            cut = self._counts < self._window[0] * self._window[1]
            np.copyto(out, np.where(cut, 0.0, -np.inf))
        else:
            out.fill(-np.inf)
        for pixels, windows in self._offsets:
            place = out[windows]
            np.maximum(place, x[pixels], out=place)
        return out

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Send each error to the pixel that won."""
        if not needs_input_error:
            return None
        samples = error.shape[0]
        out = self.workspace.get("input error", samples, self.input_shape)
        out.fill(0.0)
        free = self.workspace.like("free", error, bool)
        free.fill(True)
        won = self.workspace.like("won", error, bool)
        part = self.workspace.like("part", error)
        for pixels, windows in self._offsets:
            first_maxima(self._x[pixels], self._out[windows], free[windows], won[windows])
            share = np.multiply(error[windows], won[windows], out=part[windows])
            convolution.accumulate(out, pixels, share)
        return out


@dataclass(eq=False)
class AveragePool2D(_Pool2D):
    """Take the mean of every window, of the pixels inside the image only.

    Forward: ``a_{m,n} = (1 / n_{m,n}) sum_{u,v} x_{mS+u, nS+v}`` with n_{m,n} the number of pixels
    of the window that lie inside. Backward: every pixel receives the sum of ``error / n`` over the
    windows it lies in. Padding and shapes as in `MaxPool2D`; padding is never counted, as in
    TensorFlow, also under "complete".
    """

    kind: ClassVar[str] = "average_pool"

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return the means."""
        out = self.workspace.get("out", x.shape[0], self.output_shape)
        out.fill(0.0)
        for pixels, windows in self._offsets:
            convolution.accumulate(out, windows, x[pixels])
        return np.divide(out, self._counts, out=out)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Spread each error evenly over its window."""
        if not needs_input_error:
            return None
        share = np.divide(error, self._counts, out=error)
        out = self.workspace.get("input error", error.shape[0], self.input_shape)
        out.fill(0.0)
        for pixels, windows in self._offsets:
            convolution.accumulate(out, pixels, share[windows])
        return out


@dataclass(eq=False)
class GlobalAveragePool2D(Layer):
    """The mean of each feature map: ``a_c = (1 / HW) sum_{i,j} x_{i,j,c}``.

    Shapes: (N, H, W, C) to (N, C). Backward: ``dC/dx_{i,j,c} = error_c / HW``.
    """

    kind: ClassVar[str] = "global_average_pool"

    def infer_output_shape(self) -> Shape:
        """Return (C,)."""
        return (self.require_image()[2],)

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return the means."""
        out = self.workspace.get("out", x.shape[0], self.output_shape)
        return np.mean(x, axis=(1, 2), out=out)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Spread each error evenly over its map."""
        if not needs_input_error:
            return None
        pixels = self.input_shape[0] * self.input_shape[1]
        out = self.workspace.get("input error", error.shape[0], self.input_shape)
        np.divide(error[:, None, None, :], pixels, out=out)
        return out
