"""The dense layer."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from numpynet.arrays import Array, Shape, text
from numpynet.errors import ShapeError
from numpynet.layers.base import PREDICTING, Mode, Say, Sees, WeightedLayer
from numpynet.settings import OUTPUTS, setting


@dataclass(eq=False)
class Dense(WeightedLayer):
    """Every output depends on every input: ``A = f(X W + b)``.

    Shapes: X (N, D), W "kernel" (D, units), b "bias" (units,), A (N, units).

    Backward, with ``delta = f'(Z) o dC/dA`` (study, Eqs. 46-49)::

        dC/dW = X^T delta        dC/db = 1^T delta        dC/dX = delta W^T

    Raises `ShapeError` for images: put a `Flatten` in front.
    """

    kind: ClassVar[str] = "dense"

    units: int = setting(OUTPUTS, description="Number of outputs.")

    def infer_output_shape(self) -> Shape:
        if len(self.input_shape) != 1:
            raise ShapeError(
                f"needs a flat input, but its input is {text(self.input_shape)}; put `flatten` "
                "before it"
            )
        return (self.units,)

    def kernels(self) -> dict[str, Shape]:
        return {"kernel": (*self.input_shape, self.units)}

    def macs(self) -> int:
        return prod(self.kernels()["kernel"])

    def sees(self, field: Sees) -> Sees:
        return field.whole()

    def details(self, say: Say) -> list[str]:
        return [say("units"), *super().details(say)]

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        self._x = x
        z = self.workspace.get("z", len(x), self.output_shape)
        np.dot(x, self.parameters["kernel"], out=z)
        if self.use_bias:
            np.add(z, self.parameters["bias"], out=z)
        return self.activate(z)

    def fill_gradients(self, error: Array) -> None:
        super().fill_gradients(error)
        np.dot(self._x.T, error, out=self.gradients["kernel"])

    def input_error(self, error: Array) -> Array:
        out = self.workspace.get("input error", len(error), self.input_shape)
        return np.dot(error, self.parameters["kernel"].T, out=out)
