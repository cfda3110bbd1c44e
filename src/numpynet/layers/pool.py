"""Pooling layers: the largest or the mean value of every window, or the mean of all."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import numpynet.convolution as convolution
from numpynet.arrays import Array, Pair, Shape
from numpynet.layers.base import PREDICTING, Layer, Mode, Say, Sees
from numpynet.settings import PADDING, PAIR, or_none, setting
from numpynet.windows import Geometry


@dataclass(eq=False)
class _Pool2D(Layer):
    """What the windowed pools share: settings, geometry, the tap-by-tap walk over the windows."""

    size: Pair = setting(PAIR, default=(2, 2), description="Rows and columns of the window.")
    stride: Pair | None = setting(
        or_none(PAIR),
        default=None,
        description="Pixels the window moves between two outputs; null: the window's size.",
    )
    padding: str = setting(
        PADDING,
        default="valid",
        description="valid: windows that reach over the edge are left out; same: kept.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self.stride = self._step = self.size if self.stride is None else self.stride

    def infer_output_shape(self) -> Shape:
        image, channels = self.require_image()
        self.geometry = Geometry.of(image, self.size, self._step, (1, 1), self.padding)
        self._offsets = self.geometry.offsets()
        return (*self.geometry.output, channels)

    def sees(self, field: Sees) -> Sees:
        return field.window(self.size, self._step)

    def details(self, say: Say) -> list[str]:
        stride = [f"stride {say('stride', pair=True)}"] if self._step != self.size else []
        same = ["same"] if self.padding == "same" else []
        return [say("size", pair=True), *stride, *same]


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

    Shapes: (N, H, W, C) to (N, H', W', C). ``padding``: "valid" drops what does not fill a window;
    "same" pads with minus infinity to ceil(H / stride) windows, as TensorFlow.
    """

    kind: ClassVar[str] = "max_pool"

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        self._x = x
        out = self._out = self.workspace.get("out", len(x), self.output_shape)
        out.fill(-np.inf)
        for pixels, windows in self._offsets:
            place = out[windows]
            np.maximum(place, x[pixels], out=place)
        return out

    def input_error(self, error: Array) -> Array:
        out = self.workspace.get("input error", len(error), self.input_shape)
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
    TensorFlow.
    """

    kind: ClassVar[str] = "average_pool"

    def infer_output_shape(self) -> Shape:
        shape = super().infer_output_shape()
        self._counts = np.zeros((1, *self.geometry.output, 1), self.workspace.dtype)
        for _, windows in self._offsets:
            self._counts[windows] += 1.0
        return shape

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        out = self.workspace.get("out", len(x), self.output_shape)
        out.fill(0.0)
        for pixels, windows in self._offsets:
            convolution.accumulate(out, windows, x[pixels])
        return np.divide(out, self._counts, out=out)

    def input_error(self, error: Array) -> Array:
        share = np.divide(error, self._counts, out=error)
        out = self.workspace.get("input error", len(error), self.input_shape)
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
        return (self.require_image()[1],)

    def sees(self, field: Sees) -> Sees:
        return field.whole()

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        out = self.workspace.get("out", len(x), self.output_shape)
        return np.mean(x, axis=(1, 2), out=out)

    def input_error(self, error: Array) -> Array:
        pixels = self.input_shape[0] * self.input_shape[1]
        out = self.workspace.get("input error", len(error), self.input_shape)
        np.divide(error[:, None, None, :], pixels, out=out)
        return out
