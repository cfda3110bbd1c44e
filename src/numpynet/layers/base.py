"""What every layer has in common.

A layer is one class: its settings (dataclass fields, `numpynet.settings`), what comes out of it,
what it holds and costs, how it is put into words, forward and backward. Once built for an input
shape it has buffers, and arrays that are views into the network's two flat vectors.

``forward`` maps activations to activations. ``backward`` takes dC/dA of its output and returns
dC/dA of its input, leaving dC/dtheta in ``gradients``. So, as in the study, everything that depends
on the layer happens inside it, and neighbours need not know each other (section II.D, after
Eq. 45).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from numpynet.activations import activation_function
from numpynet.arrays import Array, Pair, Shape, Workspace, text
from numpynet.errors import NumpynetError, ShapeError
from numpynet.initializers import Fans, fans, initializer
from numpynet.settings import ACTIVATION, FLAG, INITIALIZER, parse_settings, setting, settings_of


class Mode(NamedTuple):
    """What a forward pass is for; `generator` draws the dropout masks of one in training."""

    training: bool = False
    generator: np.random.Generator | None = None


PREDICTING = Mode()


class Weight(NamedTuple):
    """An array that a layer holds.

    ``start`` is the constant it starts at; None: drawn by the layer's initializer with ``fans``.
    What is not ``learned`` is tracked (moving statistics), and part of the layer's state.
    """

    shape: Shape
    start: float | None = None
    fans: Fans | None = None
    learned: bool = True


class Sees(NamedTuple):
    """The receptive field of one value: rows and columns of input pixels it can depend on.

    ``row_step`` and ``column_step`` are the pixels between the fields of two neighbours.
    """

    rows: float = 1
    columns: float = 1
    row_step: float = 1
    column_step: float = 1

    def window(self, taps: Pair, stride: Pair = (1, 1), dilation: Pair = (1, 1)) -> Sees:
        """Return the field after a window: k taps add k - 1 steps, a stride multiplies them."""
        return Sees(
            self.rows + (taps[0] - 1) * dilation[0] * self.row_step,
            self.columns + (taps[1] - 1) * dilation[1] * self.column_step,
            self.row_step * stride[0],
            self.column_step * stride[1],
        )

    def whole(self) -> Sees:
        return Sees(np.inf, np.inf, self.row_step, self.column_step)


Say = Callable[..., str]
"""Maps the name of a number among the settings to its text; with a place, one of a pair of them.

What a layer is given takes ``pair=True`` instead, for both.
"""


@dataclass(eq=False)
class Layer:
    """A layer without parameters that passes its input on; the base of all others.

    Arrays are NHWC: (samples, height, width, channels), or (samples, features). Shapes as
    attributes leave the samples out. What `forward` and `backward` return lives in buffers that
    the next call overwrites, and `backward` may overwrite the error it is given.

    ``l2`` adds ``l2 sum K^2`` over the layer's kernels to the loss, as in Keras.
    ``trainable=False`` computes the gradients and never applies them.
    """

    kind: ClassVar[str] = "layer"
    convolves: ClassVar[bool] = False
    """Whether it slides one kernel over the whole image."""

    l2: float = field(default=0.0, kw_only=True, repr=False)
    trainable: bool = field(default=True, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        parse_settings(self)

    def config(self) -> dict[str, Any]:
        """Return kind and settings as JSON values; `layer_from_config` builds the layer again."""
        return {"kind": self.kind} | {n: _plain(getattr(self, n)) for n in settings_of(self)}

    @classmethod
    def of(cls, settings: dict[str, Any], parts: dict[str, list[Layer]]) -> Self:
        return cls(**settings | parts)

    def parts(self) -> dict[str, list[Layer]]:
        """Return the layers within, by the name of the part of this layer they make up."""
        return {}

    def infer_output_shape(self) -> Shape:
        """Return the output shape for `input_shape`, or say why there is none."""
        return self.input_shape

    def weights(self) -> dict[str, Weight]:
        """Return what the built layer holds itself, by name."""
        return {}

    def macs(self) -> int:
        """Return the multiply-accumulates of one sample, without biases and activations."""
        return 0

    def sees(self, field: Sees) -> Sees:
        """Return the receptive field of an output, given that of an input."""
        return field

    def words(self, say: Say | None = None, times: str = "x") -> str:
        """Return the layer in a few words, such as ``conv 6 of 5x5 same tanh``.

        What is usual goes unsaid. `say` puts the numbers into words, `times` stands between two.
        """
        number = say or self._say

        def told(name: str, pair: bool = False) -> str:
            return f"{number(name, 0)}{times}{number(name, 1)}" if pair else number(name)

        return " ".join([self.kind.replace("_", " "), *self.details(told)])

    def details(self, say: Say) -> list[str]:
        """Return the words that come after the kind."""
        return []

    def _say(self, name: str, place: int | None = None) -> str:
        value = getattr(self, name)
        value = value if place is None else value[place]
        return f"{value:g}" if isinstance(value, float) else str(value)

    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> None:
        """Fix the input shape and with it the output shape and the shapes of parameters.

        ``learns``: whether it, or a layer within, has parameters. ``output``: what the last forward
        pass returned, valid until the next. A network gives it its views of the parameter vectors.
        """
        self.input_shape = tuple(input_shape)
        self.workspace = Workspace(dtype)
        self.output_shape = self.infer_output_shape()
        weights = self.weights()
        self.state = {
            name: np.full(weight.shape, weight.start, dtype)
            for name, weight in weights.items()
            if not weight.learned
        }
        within = [layer for layers in self.parts().values() for layer in layers]
        self.learns: bool = len(weights) > len(self.state) or any(layer.learns for layer in within)
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self.output: Array

    def initialize(self, generator: np.random.Generator) -> None:
        """Fill the parameters and the state with their starting values."""
        arrays = self.parameters | self.state
        for name, weight in self.weights().items():
            if weight.start is not None:
                arrays[name][...] = weight.start
            else:
                assert weight.fans is not None
                draw = initializer(self.initializer)  # type: ignore[attr-defined]
                arrays[name][...] = draw(generator, weight.shape, weight.fans)

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        """Return the output for `x`, which stays as it is; keep what `backward` needs."""
        raise NotImplementedError

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Fill `gradients`; return dC/dinput, or None if not `needs_input_error`."""
        self.fill_gradients(error)
        return self.input_error(error) if needs_input_error else None

    def fill_gradients(self, error: Array) -> None:
        """Leave dC/dtheta in `gradients`; of a layer with an activation, `error` is dC/dZ."""

    def input_error(self, error: Array) -> Array:
        """Return dC/dinput; called after `fill_gradients`, with the same error."""
        raise NotImplementedError

    def update_state(self) -> None:
        """Move what is tracked but not learned, after a training step."""

    def require_image(self) -> tuple[Pair, int]:
        """Return (height, width) and channels, or say that the layer needs an image."""
        if len(self.input_shape) != 3:
            raise ShapeError(
                "needs an image (height, width, channels), but its input is flat "
                f"({text(self.input_shape)}); put it before `flatten` and the global pooling"
            )
        height, width, channels = self.input_shape
        return (height, width), channels


@dataclass(eq=False, kw_only=True)
class ActivatedLayer(Layer):
    """A layer that ends in an activation function: A = f(Z) (study, Eq. 5).

    ``emits_logits`` is set by a network whose loss takes the softmax into itself: the layer then
    returns Z, and the error it receives is dC/dZ.
    """

    function_setting: ClassVar[str] = "activation"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.function = activation_function(getattr(self, self.function_setting))
        self.emits_logits = False

    def details(self, say: Say) -> list[str]:
        return [] if self.function.name == "linear" else [self.function.name.replace("_", " ")]

    def activate(self, z: Array) -> Array:
        """Return f(Z); may overwrite Z."""
        if self.emits_logits:
            return z
        self._activations = self.function.forward(z, self.workspace)
        return self._activations

    def activation_error(self, error: Array) -> Array:
        """Return f'(Z) o error, in place (Eqs. 13, 30, 43)."""
        if self.emits_logits:
            return error
        return self.function.backward(error, self._activations, self.workspace)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        return super().backward(self.activation_error(error), needs_input_error)


@dataclass(eq=False, kw_only=True)
class WeightedLayer(ActivatedLayer):
    """An activated layer with kernels and a bias."""

    activation: str = setting(
        ACTIVATION, default="linear", description="Function applied to the output."
    )
    initializer: str | dict[str, Any] = setting(
        INITIALIZER,
        default="glorot_uniform",
        description="Distribution the kernel starts from; biases start at zero.",
    )
    use_bias: bool = setting(
        FLAG, default=True, description="Whether a bias is added to each output channel."
    )

    def kernels(self) -> dict[str, Shape]:
        raise NotImplementedError

    def weights(self) -> dict[str, Weight]:
        nodes = prod(self.input_shape)
        found = {
            name: Weight(shape, fans=fans(shape, nodes)) for name, shape in self.kernels().items()
        }
        if self.use_bias:
            found["bias"] = Weight((self.output_shape[-1],), 0.0)
        return found

    def details(self, say: Say) -> list[str]:
        return super().details(say) + ([] if self.use_bias else ["no bias"])

    def fill_gradients(self, error: Array) -> None:
        """Sum the errors of each bias: ``dC/db = 1^T delta`` (Eqs. 20, 41, 45, 49)."""
        if self.use_bias:
            bias = self.gradients["bias"].reshape(-1)
            flat = error.reshape(-1, bias.size)
            np.dot(self.workspace.ones(len(flat)), flat, out=bias)


def build_row(
    layers: Sequence[Layer], shape: Shape, dtype: npt.DTypeLike, where: str = "layers"
) -> Shape:
    """Build `layers` one after the other; return the shape of what comes out of the last."""
    for index, layer in enumerate(layers):
        try:
            layer.build(shape, dtype)
        except NumpynetError as error:
            raise type(error)(f"{where}[{index}] ({layer.kind}) {error}") from None
        shape = layer.output_shape
    return shape


def forward_row(layers: Sequence[Layer], x: Array, mode: Mode) -> Array:
    for layer in layers:
        x = layer.output = layer.forward(x, mode)
    return x


def backward_row(layers: Sequence[Layer], error: Array, needs_input_error: bool) -> Array | None:
    """Run `layers` backward, no further than needed; return dC/dinput if it is."""
    first = next((i for i, layer in enumerate(layers) if layer.learns), len(layers))
    needed: Array | None = error
    for i in reversed(range(0 if needs_input_error else first, len(layers))):
        assert needed is not None  # only the last one that is run need not say
        needed = layers[i].backward(needed, needs_input_error or i > first)
    return needed if needs_input_error else None


def walk(layers: Sequence[Layer], within: str = "") -> Iterator[tuple[str, Layer]]:
    """Yield every layer with its name (``0_conv``, ``3_residual/body/0_conv``), depth first."""
    for index, layer in enumerate(layers):
        name = f"{within}{index}_{layer.kind}"
        yield name, layer
        for part, inner in layer.parts().items():
            yield from walk(inner, f"{name}/{part}/")


def layer_of(described: Any, kinds: Mapping[str, type[Layer]]) -> Layer:
    """Return the layer with the `kind`, `settings` and `parts` of what describes it."""
    parts = {name: [layer_of(one, kinds) for one in row] for name, row in described.parts.items()}
    return kinds[described.kind].of(described.settings, parts)


def _plain(value: Any) -> Any:
    if isinstance(value, Layer):
        return value.config()
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
