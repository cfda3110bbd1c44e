"""From images to vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numpynet.arrays import Array, Shape
from numpynet.layers.base import Layer


@dataclass(eq=False)
class Flatten(Layer):
    """Lay each sample out in a row, row by row, channels last: (N, H, W, C) to (N, H W C).

    Backward puts the errors back in place. Nothing is copied.
    """

    kind: ClassVar[str] = "flatten"

    def infer_output_shape(self) -> Shape:
        """Return (H W C,)."""
        return (int(np.prod(self.input_shape)),)

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return `x` reshaped."""
        return x.reshape(x.shape[0], -1)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Return `error` in the shape of the input."""
        return error.reshape(error.shape[0], *self.input_shape) if needs_input_error else None
