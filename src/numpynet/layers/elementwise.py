"""Layers that treat every value by itself: an activation function, dropout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from numpynet.activations import ActivationFunction
from numpynet.arrays import Array
from numpynet.errors import ConfigurationError
from numpynet.layers.base import ActivatedLayer, Layer, Say
from numpynet.settings import ACTIVATION, SHARE, setting


@dataclass(eq=False)
class Activation(ActivatedLayer):
    """Apply ``A = f(Z)`` to what comes (study, Eq. 5), e.g. after a `BatchNorm`.

    Backward: ``dC/dZ = f'(Z) o dC/dA``. `name` is a name, or a function with constants such
    as ``LeakyRelu(slope=0.1)``.
    """

    kind: ClassVar[str] = "activation"
    function_setting: ClassVar[str] = "name"

    name: str | dict[str, Any] | ActivationFunction = setting(
        ACTIVATION, description="Function applied to every value."
    )

    def words(self, say: Say | None = None, times: str = "x") -> str:
        """Return the function's name, which is enough."""
        return self.function.name.replace("_", " ")

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return f(x); works on a copy, for the layer before may need its output."""
        z = self.workspace.like("z", x)
        np.copyto(z, x)
        return self.activate(z)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Return f'(x) o error."""
        return self.activation_error(error) if needs_input_error else None


@dataclass(eq=False)
class Dropout(Layer):
    """Switch units off at random while training, scale the others up ("inverted" dropout).

    Forward, training: ``a = m o x / (1 - rate)`` with m 0 at probability `rate`, else 1; otherwise
    ``a = x``. Backward: ``dC/dx = m o error / (1 - rate)``. The mask is drawn from the generator
    given to the training step.
    """

    kind: ClassVar[str] = "dropout"

    rate: float = setting(SHARE, description="Share of the values that are set to zero.")

    def details(self, say: Say) -> list[str]:
        return [say("rate")]

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return `x`, or in training what is left of it."""
        self._active = training and self.rate > 0.0
        if not self._active:
            return x
        if generator is None:
            raise ConfigurationError(
                "dropout needs a random generator while training: pass generator=..."
            )
        scale = self._scale = self.workspace.like("scale", x)
        generator.random(dtype=scale.dtype.type, out=scale)
        kept = np.greater_equal(scale, self.rate, out=self.workspace.like("kept", x, bool))
        np.multiply(kept, 1.0 / (1.0 - self.rate), out=scale, dtype=scale.dtype)
        return np.multiply(x, scale, out=self.workspace.like("out", x))

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Return the error through the same mask."""
        if not needs_input_error:
            return None
        return np.multiply(error, self._scale, out=error) if self._active else error
