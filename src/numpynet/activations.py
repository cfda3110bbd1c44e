"""Activation functions f and their derivatives, elementwise except softmax.

Each has ``forward(z)``, which may overwrite `z` and returns the activations a, and
``backward(error, a)``, which overwrites the error dC/dA with dC/dZ = f'(Z) o dC/dA (study, Eqs. 13
and 47). Most derivatives follow from the activation itself, so nothing else is kept.
"""

from typing import ClassVar

import numpy as np

from numpynet.arrays import Array, Workspace
from numpynet.errors import ConfigurationError


class ActivationFunction:
    """The identity, and the base of the others."""

    name: ClassVar[str] = "linear"

    def forward(self, z: Array, workspace: Workspace) -> Array:
        """Return the activations; may overwrite `z`."""
        return z

    def backward(self, error: Array, a: Array, workspace: Workspace) -> Array:
        """Turn dC/dA into dC/dZ in place."""
        return error


class Sigmoid(ActivationFunction):
    """``a = 1 / (1 + exp(-z))``, ``f' = a (1 - a)``."""

    name = "sigmoid"

    def forward(self, z: Array, workspace: Workspace) -> Array:
        np.negative(z, out=z)
        with np.errstate(over="ignore"):  # the reciprocal of infinity is the right 0
            np.exp(z, out=z)
        np.add(z, 1.0, out=z)
        return np.reciprocal(z, out=z)

    def backward(self, error: Array, a: Array, workspace: Workspace) -> Array:
        slope = np.subtract(1.0, a, out=workspace.like("slope", a))
        np.multiply(slope, a, out=slope)
        return np.multiply(error, slope, out=error)


class Tanh(ActivationFunction):
    """``a = tanh(z)``, ``f' = 1 - a^2``."""

    name = "tanh"

    def forward(self, z: Array, workspace: Workspace) -> Array:
        return np.tanh(z, out=z)

    def backward(self, error: Array, a: Array, workspace: Workspace) -> Array:
        slope = np.multiply(a, a, out=workspace.like("slope", a))
        np.subtract(1.0, slope, out=slope)
        return np.multiply(error, slope, out=error)


class Relu(ActivationFunction):
    """``a = max(z, 0)``, ``f' = [z > 0]`` (0 at the kink, as TensorFlow)."""

    name = "relu"

    def forward(self, z: Array, workspace: Workspace) -> Array:
        return np.maximum(z, 0.0, out=z)

    def backward(self, error: Array, a: Array, workspace: Workspace) -> Array:
        off = np.less_equal(a, 0.0, out=workspace.like("off", a, bool))
        np.copyto(error, 0.0, where=off)
        return error


class LeakyRelu(ActivationFunction):
    """``a = max(z, slope z)``, the derivative 1 or `slope`, which is 0.2 as in Keras."""

    name = "leaky_relu"
    slope: ClassVar[float] = 0.2

    def forward(self, z: Array, workspace: Workspace) -> Array:
        low = np.multiply(z, self.slope, out=workspace.like("slope", z))
        return np.maximum(z, low, out=z)

    def backward(self, error: Array, a: Array, workspace: Workspace) -> Array:
        off = np.less_equal(a, 0.0, out=workspace.like("off", a, bool))  # sign of a: of z
        return np.multiply(error, self.slope, out=error, where=off)


class Elu(ActivationFunction):
    """``a = z`` for z > 0, else ``exp(z) - 1``; the derivative 1 or ``a + 1``."""

    name = "elu"

    def forward(self, z: Array, workspace: Workspace) -> Array:
        low = np.minimum(z, 0.0, out=workspace.like("slope", z))
        np.expm1(low, out=low)
        np.maximum(z, 0.0, out=z)
        return np.add(z, low, out=z)

    def backward(self, error: Array, a: Array, workspace: Workspace) -> Array:
        slope = np.add(a, 1.0, out=workspace.like("slope", a))
        below = np.less(a, 0.0, out=workspace.like("off", a, bool))
        return np.multiply(error, slope, out=error, where=below)


class Swish(ActivationFunction):
    """``a = z s`` with ``s = sigmoid(z)`` (also called SiLU), ``f' = s (1 + z (1 - s))``.

    The only one whose derivative does not follow from the activation: it keeps z and s.
    """

    name = "swish"

    def forward(self, z: Array, workspace: Workspace) -> Array:
        kept, gate = workspace.like("kept", z), workspace.like("gate", z)
        np.copyto(kept, z)
        np.copyto(gate, z)
        Sigmoid().forward(gate, workspace)
        return np.multiply(z, gate, out=z)

    def backward(self, error: Array, a: Array, workspace: Workspace) -> Array:
        kept, gate = workspace.like("kept", a), workspace.like("gate", a)
        slope = np.subtract(1.0, gate, out=workspace.like("slope", a))
        np.multiply(slope, kept, out=slope)
        np.add(slope, 1.0, out=slope)
        np.multiply(slope, gate, out=slope)
        return np.multiply(error, slope, out=error)


class Softmax(ActivationFunction):
    """``a_k = exp(z_k) / sum_j exp(z_j)`` over the last axis; ``dC/dz = a o (e - <e, a>)``.

    As the last activation before a cross-entropy it is not run at all: the loss takes the logits
    (see `numpynet.losses.SoftmaxCrossEntropy`).
    """

    name = "softmax"

    def forward(self, z: Array, workspace: Workspace) -> Array:
        np.subtract(z, z.max(axis=-1, keepdims=True), out=z)  # so that exp cannot overflow
        np.exp(z, out=z)
        return np.divide(z, z.sum(axis=-1, keepdims=True), out=z)

    def backward(self, error: Array, a: Array, workspace: Workspace) -> Array:
        np.subtract(error, (error * a).sum(axis=-1, keepdims=True), out=error)
        return np.multiply(error, a, out=error)


ACTIVATIONS: dict[str, type[ActivationFunction]] = {
    function.name: function
    for function in (ActivationFunction, Sigmoid, Tanh, Relu, LeakyRelu, Elu, Swish, Softmax)
}
"""By name; a plug-in may add its own."""

BUILT_IN = tuple(ACTIVATIONS)


def activation_function(name: str) -> ActivationFunction:
    if not isinstance(name, str) or name not in ACTIVATIONS:
        raise ConfigurationError(
            f"activation must be one of {', '.join(ACTIVATIONS)}, got {name!r}"
        )
    return ACTIVATIONS[name]()
