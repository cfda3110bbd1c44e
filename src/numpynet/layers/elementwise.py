"""Layers that treat every value by itself: an activation function, dropout."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numpynet.arrays import Array
from numpynet.errors import ConfigurationError
from numpynet.layers.base import PREDICTING, ActivatedLayer, Layer, Mode, Say
from numpynet.settings import ACTIVATION, SHARE, setting


@dataclass(eq=False)
class Activation(ActivatedLayer):
    """Apply ``A = f(Z)`` to what comes (study, Eq. 5), e.g. after a `BatchNorm`.

    Backward: ``dC/dZ = f'(Z) o dC/dA``.
    """

    kind: ClassVar[str] = "activation"
    function_setting: ClassVar[str] = "name"

    name: str = setting(ACTIVATION, description="Function applied to every value.")

    def words(self, say: Say | None = None, times: str = "x") -> str:
        return self.function.name.replace("_", " ")

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        z = self.workspace.like("z", x)  # a copy, for the layer before may need its output
        np.copyto(z, x)
        return self.activate(z)

    def input_error(self, error: Array) -> Array:
        return error


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

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        self._active = mode.training and self.rate > 0.0
        if not self._active:
            return x
        if mode.generator is None:
            raise ConfigurationError(
                "dropout needs a random generator while training: Mode(True, generator)"
            )
        scale = self._scale = self.workspace.like("scale", x)
        mode.generator.random(dtype=scale.dtype.type, out=scale)
        kept = np.greater_equal(scale, self.rate, out=self.workspace.like("kept", x, bool))
        np.multiply(kept, 1.0 / (1.0 - self.rate), out=scale, dtype=scale.dtype)
        return np.multiply(x, scale, out=self.workspace.like("out", x))

    def input_error(self, error: Array) -> Array:
        return np.multiply(error, self._scale, out=error) if self._active else error
