"""Dropout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numpynet.arrays import Array
from numpynet.errors import ConfigurationError
from numpynet.layers.base import Layer


@dataclass(eq=False)
class Dropout(Layer):
    """Switch units off at random while training, scale the others up ("inverted" dropout).

    Forward, training: ``a = m o x / (1 - rate)`` with m 0 at probability `rate`, else 1; otherwise
    ``a = x``. Backward: ``dC/dx = m o error / (1 - rate)``. The mask is drawn from the generator
    given to the training step.
    """

    kind: ClassVar[str] = "dropout"

    rate: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.rate < 1.0:
            raise ConfigurationError(f"dropout: rate must lie in [0, 1), got {self.rate}")

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
