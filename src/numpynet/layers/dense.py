"""The dense layer."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from numpynet.arrays import Array, Shape, text
from numpynet.errors import ShapeError
from numpynet.layers.base import Say, Sees, WeightedLayer
from numpynet.settings import OUTPUTS, setting


def kernel_gradient(x: Array, error: Array, out: Array) -> None:
    """Eq. 48: ``dC/dW = X^T delta``, (inputs, units)."""
    np.dot(x.T, error, out=out)


def bias_gradient(error: Array, ones: Array, out: Array) -> None:
    """Eq. 49: ``dC/db = 1^T delta``, (units,)."""
    np.dot(ones, error, out=out)


def input_error(error: Array, kernel: Array, out: Array) -> Array:
    """Eq. 47 without f': ``dC/dX = delta W^T``, (samples, inputs)."""
    return np.dot(error, kernel.T, out=out)


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
        """Return one for each weight of the kernel."""
        return prod(self.kernels()["kernel"])

    def sees(self, field: Sees) -> Sees:
        return field.whole()

    def details(self, say: Say) -> list[str]:
        return [say("units"), *super().details(say)]

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return f(X W + b)."""
        self._x = x
        z = self.workspace.get("z", x.shape[0], self.output_shape)
        np.dot(x, self.parameters["kernel"], out=z)
        if self.use_bias:
            np.add(z, self.parameters["bias"], out=z)
        return self.activate(z)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Return delta W^T."""
        error = self.activation_error(error)
        kernel_gradient(self._x, error, self.gradients["kernel"])
        if self.use_bias:
            bias_gradient(error, self.workspace.ones(len(error)), self.gradients["bias"])
        if not needs_input_error:
            return None
        out = self.workspace.get("input error", len(error), self.input_shape)
        return input_error(error, self.parameters["kernel"], out)
