"""Layers that move values and compute nothing: flattening, zeros around an image."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from numpynet.arrays import Array, Pair, Shape
from numpynet.layers.base import PREDICTING, Layer, Mode, Say
from numpynet.settings import PAIR, setting


@dataclass(eq=False)
class Flatten(Layer):
    """Lay each sample out in a row, row by row, channels last: (N, H, W, C) to (N, H W C).

    Backward puts the errors back in place. Nothing is copied.
    """

    kind: ClassVar[str] = "flatten"

    def infer_output_shape(self) -> Shape:
        return (prod(self.input_shape),)

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        return x.reshape(x.shape[0], -1)

    def input_error(self, error: Array) -> Array:
        return error.reshape(error.shape[0], *self.input_shape)


@dataclass(eq=False)
class ZeroPadding2D(Layer):
    """Put zeros around an image: (N, H, W, C) to (N, H + 2 rows, W + 2 columns, C).

    Backward cuts the frame off.
    """

    kind: ClassVar[str] = "zero_padding"

    size: Pair = setting(
        PAIR, default=(1, 1), description="Rows above and below, columns left and right."
    )

    def infer_output_shape(self) -> Shape:
        (height, width), channels = self.require_image()
        rows, columns = self.size
        self._inside = (slice(None), slice(rows, rows + height), slice(columns, columns + width))
        return height + 2 * rows, width + 2 * columns, channels

    def details(self, say: Say) -> list[str]:
        return [say("size", pair=True)]

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        out = self.workspace.get("out", len(x), self.output_shape, fill=0.0)
        out[self._inside] = x
        return out

    def input_error(self, error: Array) -> Array:
        return np.ascontiguousarray(error[self._inside])
