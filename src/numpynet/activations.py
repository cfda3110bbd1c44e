"""Activation functions f and their derivatives, elementwise except softmax.

Each has ``forward(z)``, which may overwrite `z` and returns (activations, what backward needs),
and ``backward(error)``, which overwrites the error dC/dA with dC/dZ = f'(Z) o dC/dA (study, Eqs. 13
and 47). Most derivatives follow from the activation itself, so nothing else is kept.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from numpynet.arrays import Array, Workspace
from numpynet.errors import ConfigurationError


@dataclass(frozen=True)
class ActivationFunction:
    """The identity, and the base of the others."""

    name: ClassVar[str] = "linear"

    def forward(self, z: Array, workspace: Workspace) -> tuple[Array, Array]:
        """Return (activations, array to hand to `backward`); may overwrite `z`."""
        return z, z

    def backward(self, error: Array, saved: Array, workspace: Workspace) -> Array:
        """Turn dC/dA into dC/dZ in place."""
        return error

    def config(self) -> dict[str, Any]:
        """Return the name and the constants, enough to build the function again."""
        return {"name": self.name, **asdict(self)}


@dataclass(frozen=True)
class Sigmoid(ActivationFunction):
    """``a = 1 / (1 + exp(-z))``, ``f' = a (1 - a)``."""

    name: ClassVar[str] = "sigmoid"

    def forward(self, z: Array, workspace: Workspace) -> tuple[Array, Array]:
        """Compute in place; exp may overflow to infinity, whose reciprocal is the right 0."""
        np.negative(z, out=z)
        with np.errstate(over="ignore"):
            np.exp(z, out=z)
        np.add(z, 1.0, out=z)
        np.reciprocal(z, out=z)
        return z, z

    def backward(self, error: Array, saved: Array, workspace: Workspace) -> Array:
        """Multiply by a (1 - a)."""
        slope = np.subtract(1.0, saved, out=workspace.like("slope", saved))
        np.multiply(slope, saved, out=slope)
        return np.multiply(error, slope, out=error)


@dataclass(frozen=True)
class Tanh(ActivationFunction):
    """``a = tanh(z)``, ``f' = 1 - a^2``."""

    name: ClassVar[str] = "tanh"

    def forward(self, z: Array, workspace: Workspace) -> tuple[Array, Array]:
        """Compute in place."""
        np.tanh(z, out=z)
        return z, z

    def backward(self, error: Array, saved: Array, workspace: Workspace) -> Array:
        """Multiply by 1 - a^2."""
        slope = np.multiply(saved, saved, out=workspace.like("slope", saved))
        np.subtract(1.0, slope, out=slope)
        return np.multiply(error, slope, out=error)


@dataclass(frozen=True)
class Relu(ActivationFunction):
    """``a = max(z, 0)``, ``f' = [z > 0]`` (0 at the kink, as TensorFlow)."""

    name: ClassVar[str] = "relu"

    def forward(self, z: Array, workspace: Workspace) -> tuple[Array, Array]:
        """Compute in place."""
        np.maximum(z, 0.0, out=z)
        return z, z

    def backward(self, error: Array, saved: Array, workspace: Workspace) -> Array:
        """Zero the error where the unit was off."""
        off = np.less_equal(saved, 0.0, out=workspace.like("off", saved, bool))
        np.copyto(error, 0.0, where=off)
        return error


@dataclass(frozen=True)
class LeakyRelu(ActivationFunction):
    """``a = z`` for z > 0, else ``slope z``; the derivative 1 or `slope`."""

    name: ClassVar[str] = "leaky_relu"
    slope: float = 0.2

    def __post_init__(self) -> None:
        if not 0.0 < self.slope < 1.0:
            raise ConfigurationError(f"leaky_relu: slope must lie in (0, 1), got {self.slope}")

    def forward(self, z: Array, workspace: Workspace) -> tuple[Array, Array]:
        """Compute in place: with 0 < slope < 1, a = max(z, slope z)."""
        low = np.multiply(z, self.slope, out=workspace.like("slope", z))
        np.maximum(z, low, out=z)
        return z, z

    def backward(self, error: Array, saved: Array, workspace: Workspace) -> Array:
        """Multiply by `slope` where the unit was off (the sign of a is that of z)."""
        off = np.less_equal(saved, 0.0, out=workspace.like("off", saved, bool))
        return np.multiply(error, self.slope, out=error, where=off)


@dataclass(frozen=True)
class Elu(ActivationFunction):
    """``a = z`` for z > 0, else ``alpha (exp(z) - 1)``; the derivative 1 or ``a + alpha``."""

    name: ClassVar[str] = "elu"
    alpha: float = 1.0

    def forward(self, z: Array, workspace: Workspace) -> tuple[Array, Array]:
        """Compute in place."""
        low = np.minimum(z, 0.0, out=workspace.like("slope", z))
        np.expm1(low, out=low)
        np.multiply(low, self.alpha, out=low)
        np.maximum(z, 0.0, out=z)
        np.add(z, low, out=z)
        return z, z

    def backward(self, error: Array, saved: Array, workspace: Workspace) -> Array:
        """Multiply by a + alpha where the unit was below zero."""
        slope = np.add(saved, self.alpha, out=workspace.like("slope", saved))
        below = np.less(saved, 0.0, out=workspace.like("off", saved, bool))
        return np.multiply(error, slope, out=error, where=below)


@dataclass(frozen=True)
class Swish(ActivationFunction):
    """``a = z s`` with ``s = sigmoid(z)`` (also called SiLU), ``f' = s (1 + z (1 - s))``."""

    name: ClassVar[str] = "swish"

    def forward(self, z: Array, workspace: Workspace) -> tuple[Array, Array]:
        """Keep z, the only function here whose derivative the activation does not give."""
        gate = workspace.like("gate", z)
        np.copyto(gate, z)
        Sigmoid().forward(gate, workspace)
        return np.multiply(z, gate, out=workspace.like("swish", z)), z

    def backward(self, error: Array, saved: Array, workspace: Workspace) -> Array:
        """Multiply by s (1 + z (1 - s))."""
        gate = workspace.like("gate", saved)
        slope = np.subtract(1.0, gate, out=workspace.like("slope", saved))
        np.multiply(slope, saved, out=slope)
        np.add(slope, 1.0, out=slope)
        np.multiply(slope, gate, out=slope)
        return np.multiply(error, slope, out=error)


@dataclass(frozen=True)
class Softmax(ActivationFunction):
    """``a_k = exp(z_k) / sum_j exp(z_j)`` over the last axis; ``dC/dz = a o (e - <e, a>)``.

    As the last activation before a cross-entropy it is not run at all: the loss takes the logits
    (see `numpynet.losses.SoftmaxCrossEntropy`).
    """

    name: ClassVar[str] = "softmax"

    def forward(self, z: Array, workspace: Workspace) -> tuple[Array, Array]:
        """Compute in place, shifted by the largest logit so that exp cannot overflow."""
        np.subtract(z, z.max(axis=-1, keepdims=True), out=z)
        np.exp(z, out=z)
        np.divide(z, z.sum(axis=-1, keepdims=True), out=z)
        return z, z

    def backward(self, error: Array, saved: Array, workspace: Workspace) -> Array:
        """Multiply by the Jacobian, diag(a) - a a^T."""
        np.subtract(error, (error * saved).sum(axis=-1, keepdims=True), out=error)
        return np.multiply(error, saved, out=error)


ACTIVATIONS: dict[str, type[ActivationFunction]] = {
    function.name: function
    for function in (
        ActivationFunction,
        Sigmoid,
        Tanh,
        Relu,
        LeakyRelu,
        Elu,
        Swish,
        Softmax,
    )
}
"""By name; a plug-in may add its own."""

BUILT_IN = tuple(ACTIVATIONS)


def activation_function(
    description: str | dict[str, Any] | ActivationFunction,
) -> ActivationFunction:
    """Return the function for a name, a `config()` dict, or the function itself."""
    if isinstance(description, ActivationFunction):
        return description
    constants = dict(description) if isinstance(description, dict) else {"name": description}
    name = constants.pop("name", None)
    if name not in ACTIVATIONS:
        raise ConfigurationError(
            f"activation must be one of {', '.join(ACTIVATIONS)}, got {name!r}"
        )
    return ACTIVATIONS[name](**constants)
