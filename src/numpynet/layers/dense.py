"""The dense layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numpynet.arrays import Array, Shape
from numpynet.errors import ShapeError
from numpynet.initializers import Fans
from numpynet.layers.base import WeightedLayer, whole_number


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

    units: int

    def __post_init__(self) -> None:
        super().__post_init__()
        self.units = whole_number(self.units, "dense: units")

    def infer_output_shape(self) -> Shape:
        """Return (units,)."""
        if len(self.input_shape) != 1:
            raise ShapeError(
                f"dense needs a vector (features,), got shape {self.input_shape}: "
                "put a Flatten() in front"
            )
        return (self.units,)

    def parameter_shapes(self) -> dict[str, Shape]:
        """Return the shapes of kernel and bias."""
        shapes: dict[str, Shape] = {"kernel": (self.input_shape[0], self.units)}
        if self.use_bias:
            shapes["bias"] = (self.units,)
        return shapes

    def kernel_fans(self) -> dict[str, Fans]:
        """Return the fans of the kernel."""
        return {"kernel": Fans(self.input_shape[0], self.units, self.input_shape[0])}

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
