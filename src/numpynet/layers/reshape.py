"""Layers that move values and compute nothing: flattening, zeros around an image."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from numpynet.arrays import Array, Pair, Shape
from numpynet.layers.base import Layer, Say
from numpynet.settings import PAIR, setting


@dataclass(eq=False)
class Flatten(Layer):
    """Lay each sample out in a row, row by row, channels last: (N, H, W, C) to (N, H W C).

    Backward puts the errors back in place. Nothing is copied.
    """

    kind: ClassVar[str] = "flatten"

    def infer_output_shape(self) -> Shape:
        return (prod(self.input_shape),)

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return `x` reshaped."""
        return x.reshape(x.shape[0], -1)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Return `error` in the shape of the input."""
        return error.reshape(error.shape[0], *self.input_shape) if needs_input_error else None


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
        height, width, channels = self.require_image()
        (rows, columns) = self.size
        self._inside = (slice(None), slice(rows, rows + height), slice(columns, columns + width))
        return height + 2 * rows, width + 2 * columns, channels

    def details(self, say: Say) -> list[str]:
        return [say("size", pair=True)]

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return `x` within zeros."""
        out = self.workspace.get("out", len(x), self.output_shape, fill=0.0)
        out[self._inside] = x
        return out

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Return the error of what is inside."""
        return np.ascontiguousarray(error[self._inside]) if needs_input_error else None
