"""What every layer has in common.

A layer is described by its settings, a dataclass, and comes alive when a network builds it for an
input shape: then it has parameter and gradient arrays, which are views into the network's two flat
vectors, and buffers.

``forward`` maps activations to activations. ``backward`` takes dC/dA of its output and returns
dC/dA of its input, leaving dC/dtheta in ``gradients``. So, as in the study, everything that depends
on the layer happens inside it, and neighbours need not know each other (section II.D, after
Eq. 45).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from numpynet.activations import ActivationFunction, activation_function
from numpynet.arrays import Array, Shape, Workspace
from numpynet.errors import ConfigurationError, ShapeError
from numpynet.initializers import Fans, Initializer, initializer, initializer_config


@dataclass(eq=False)
class Layer:
    """A layer without parameters that passes its input on; the base of all others.

    Arrays are NHWC: (samples, height, width, channels), or (samples, features). Shapes as
    attributes leave the samples out. What `forward` and `backward` return lives in buffers that
    the next call overwrites, and `backward` may overwrite the error it is given.
    """

    kind: ClassVar[str] = "layer"

    input_shape: Shape = field(init=False, repr=False, default=())
    output_shape: Shape = field(init=False, repr=False, default=())
    parameters: dict[str, Array] = field(init=False, repr=False, default_factory=dict)
    gradients: dict[str, Array] = field(init=False, repr=False, default_factory=dict)
    state: dict[str, Array] = field(init=False, repr=False, default_factory=dict)
    workspace: Workspace = field(init=False, repr=False)

    def config(self) -> dict[str, Any]:
        """Return kind and settings as JSON values; `layer_from_config` builds the layer again."""
        settings = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        for name, value in settings.items():
            if isinstance(value, ActivationFunction):
                settings[name] = value.config()
            elif name == "initializer":
                settings[name] = initializer_config(value)
        return {"kind": self.kind, **settings}

    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> None:
        """Fix the input shape and with it the output shape and the shapes of parameters."""
        self.input_shape = tuple(input_shape)
        self.workspace = Workspace(dtype)
        self.output_shape = self.infer_output_shape()

    def infer_output_shape(self) -> Shape:
        """Return the output shape for `input_shape`, or say why there is none."""
        return self.input_shape

    def parameter_shapes(self) -> dict[str, Shape]:
        """Return name -> shape of what is learned."""
        return {}

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        """Take the arrays (views of the network's vectors) to read from and to write to."""
        self.parameters = parameters
        self.gradients = gradients

    def initialize(self, generator: np.random.Generator) -> None:
        """Fill the parameters and the state with their starting values."""

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return the output for `x`; keep what `backward` needs."""
        raise NotImplementedError

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Fill `gradients`; return dC/dinput, or None if not `needs_input_error`."""
        raise NotImplementedError

    def update_state(self) -> None:
        """Move what is tracked but not learned, after a training step."""

    def require_image(self) -> tuple[int, int, int]:
        """Return (height, width, channels), or say that the layer needs an image."""
        if len(self.input_shape) != 3:
            raise ShapeError(
                f"{self.kind} needs images (height, width, channels), got shape {self.input_shape}"
            )
        return self.input_shape[0], self.input_shape[1], self.input_shape[2]


@dataclass(eq=False, kw_only=True)
class ActivatedLayer(Layer):
    """A layer that ends in an activation function: A = f(Z) (study, Eq. 5).

    ``emits_logits`` is set by a network whose loss takes the softmax into itself: the layer then
    returns Z, and the error it receives is dC/dZ.
    """

    activation: str | dict[str, Any] | ActivationFunction = "linear"
    emits_logits: bool = field(init=False, repr=False, default=False)
    function: ActivationFunction = field(init=False, repr=False)
    _saved: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.function = activation_function(self.activation)

    def activate(self, z: Array) -> Array:
        """Return f(Z); may overwrite Z."""
        if self.emits_logits:
            return z
        output, self._saved = self.function.forward(z, self.workspace)
        return output

    def activation_error(self, error: Array) -> Array:
        """Return f'(Z) o error, in place (Eqs. 13, 30, 43)."""
        if self.emits_logits:
            return error
        return self.function.backward(error, self._saved, self.workspace)


@dataclass(eq=False, kw_only=True)
class WeightedLayer(ActivatedLayer):
    """An activated layer with kernels and a bias.

    ``l1`` and ``l2`` add ``l1 sum|K| + l2 sum K^2`` to the loss, kernels only, as in Keras.
    ``trainable=False`` computes the gradients and never applies them, as the committed code
    of the study did to its filters.
    """

    initializer: str | dict[str, Any] | Initializer = "xavier"
    use_bias: bool = True
    l1: float = 0.0
    l2: float = 0.0
    trainable: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        initializer(self.initializer)
        if self.l1 < 0 or self.l2 < 0:
            raise ConfigurationError(
                f"{self.kind}: l1 and l2 must not be negative, got {self.l1} and {self.l2}"
            )

    def kernel_fans(self) -> dict[str, Fans]:
        """Return name -> fans of each kernel."""
        raise NotImplementedError

    def initialize(self, generator: np.random.Generator) -> None:
        """Draw the kernels; set the bias to zero."""
        draw = initializer(self.initializer)
        for name, fans in self.kernel_fans().items():
            self.parameters[name][...] = draw(generator, self.parameters[name].shape, fans)
        if self.use_bias:
            self.parameters["bias"][...] = 0.0


def whole_number(value: Any, what: str, least: int = 1) -> int:
    """Return `value` as an int of at least `least`, or say what is wrong with it."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise ConfigurationError(f"{what} must be a whole number >= {least}, got {value!r}")
    return int(value)
