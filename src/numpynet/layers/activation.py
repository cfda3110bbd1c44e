"""An activation function as a layer of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from numpynet.activations import ActivationFunction
from numpynet.arrays import Array
from numpynet.layers.base import ActivatedLayer


@dataclass(eq=False)
class Activation(ActivatedLayer):
    """Apply ``A = f(Z)`` to what comes (study, Eq. 5), e.g. after a `BatchNorm`.

    Backward: ``dC/dZ = f'(Z) o dC/dA``. `activation` is a name, or a function with constants such
    as ``LeakyRelu(slope=0.1)``.
    """

    kind: ClassVar[str] = "activation"

    activation: str | dict[str, Any] | ActivationFunction = field(default="relu", kw_only=False)

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
