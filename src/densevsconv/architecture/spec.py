"""What an architecture file may hold: the layers, their settings and defaults.

Strict: an unknown key, a number in quotes or a negative size is an error that says what is
allowed. A layer is written as ``kind`` or ``kind: {settings}``; a kernel, stride, dilation or
pool size as one number or as ``[rows, columns]``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from densevsconv.architecture import infer
from densevsconv.architecture.bound import BoundArchitecture
from densevsconv.architecture.initialise import NAMED_INITIALIZERS, is_initializer
from densevsconv.config.strict import Strict

INITIALIZERS_TEXT = ", ".join(NAMED_INITIALIZERS) + ", or {normal: {std: NUMBER}}"


def _pair(value: Any) -> Any:
    """Turn ``5`` and ``[5, 5]`` into ``(5, 5)``."""
    pair = (value, value) if isinstance(value, int) else value
    if (
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and all(type(number) is int and number >= 1 for number in pair)
    ):
        return tuple(pair)
    raise PydanticCustomError(
        "pair", "should be a whole number from 1, or two of them: [rows, columns]"
    )


def _units(value: Any) -> Any:
    if value == "classes" or (type(value) is int and value >= 1):
        return value
    raise PydanticCustomError("units", "should be a whole number from 1, or the word classes")


def _initializer(value: Any) -> Any:
    if is_initializer(value):
        return value
    allowed = {"allowed": INITIALIZERS_TEXT}
    raise PydanticCustomError("initializer", "should be one of {allowed}", allowed)


Pair = Annotated[tuple[int, int], BeforeValidator(_pair)]
Size = Annotated[int, Field(ge=1)]
Units = Annotated[int | Literal["classes"], BeforeValidator(_units)]
Initializer = Annotated[str | dict[str, dict[str, float]], BeforeValidator(_initializer)]
"""A named initialiser or ``{"normal": {"std": 1.0}}``; also the type of a training override."""
Padding = Literal["valid", "same"]
Activation = Literal["linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "swish", "softmax"]
"""leaky_relu has slope 0.2 below zero (Keras 3's function), elu has alpha 1."""


class Conv(Strict):
    """Convolution: slides a kernel over the image, one output channel a filter."""

    kind: Literal["conv"] = Field(default="conv", exclude=True)
    filters: Size = Field(description="Number of filters: channels of the output.")
    kernel: Pair = Field(description="Rows and columns of the kernel.")
    stride: Pair = Field(default=(1, 1), description="Pixels the kernel moves between two outputs.")
    dilation: Pair = Field(
        default=(1, 1), description="Pixels between two rows or columns of the kernel."
    )
    padding: Padding = Field(
        default="valid", description="same: zeros around the image keep its size; valid: no zeros."
    )
    activation: Activation = Field(default="linear", description="Function applied to the output.")
    initializer: Initializer = Field(
        default="glorot_uniform",
        description="Distribution the kernel starts from; biases start at zero.",
    )
    use_bias: bool = Field(default=True, description="Whether a bias is added for each filter.")

    @model_validator(mode="after")
    def _stride_or_dilation(self) -> Conv:
        if max(self.stride) > 1 and max(self.dilation) > 1:
            raise PydanticCustomError(
                "stride_dilation", "stride and dilation cannot both be above 1; set one of them"
            )
        return self


class SeparableConv(Conv):
    """Depthwise-separable convolution: one kernel a channel, then a 1x1 convolution.

    The initialiser draws both kernels; activation and bias come after the second.
    """

    kind: Literal["separable_conv"] = Field(default="separable_conv", exclude=True)  # type: ignore[assignment]

    @model_validator(mode="after")
    def _square_stride(self) -> SeparableConv:
        if self.stride[0] != self.stride[1]:
            raise PydanticCustomError(
                "square_stride", "stride of a separable_conv should be the same both ways"
            )
        return self


class MaxPool(Strict):
    """Largest value in each window, channel by channel."""

    kind: Literal["max_pool"] = Field(default="max_pool", exclude=True)
    size: Pair = Field(default=(2, 2), description="Rows and columns of the window.")
    stride: Pair | None = Field(
        default=None,
        description="Pixels the window moves between two outputs; null: the window's size.",
    )
    padding: Padding = Field(
        default="valid",
        description="valid: windows that reach over the edge are left out; same: kept.",
    )


class AveragePool(MaxPool):
    """Mean of each window, channel by channel; pixels outside the image do not count."""

    kind: Literal["average_pool"] = Field(default="average_pool", exclude=True)  # type: ignore[assignment]


class GlobalAveragePool(Strict):
    """Mean of each channel over the whole image."""

    kind: Literal["global_average_pool"] = Field(default="global_average_pool", exclude=True)


class Flatten(Strict):
    """The image as one row of numbers: rows, then columns, then channels."""

    kind: Literal["flatten"] = Field(default="flatten", exclude=True)


class Dense(Strict):
    """Every output is a weighted sum of every input."""

    kind: Literal["dense"] = Field(default="dense", exclude=True)
    units: Units = Field(
        description="Number of outputs; the word classes: as many as the data set has classes."
    )
    activation: Activation = Field(default="linear", description="Function applied to the output.")
    initializer: Initializer = Field(
        default="glorot_uniform",
        description="Distribution the kernel starts from; biases start at zero.",
    )
    use_bias: bool = Field(default=True, description="Whether a bias is added for each output.")


class Dropout(Strict):
    """Sets values to zero at random while training and scales the rest up."""

    kind: Literal["dropout"] = Field(default="dropout", exclude=True)
    rate: float = Field(ge=0, lt=1, description="Share of the values that are set to zero.")


class BatchNorm(Strict):
    """Normalises each channel by its mean and variance over the batch (Ioffe, Szegedy 2015)."""

    kind: Literal["batch_norm"] = Field(default="batch_norm", exclude=True)
    momentum: float = Field(
        default=0.99,
        ge=0,
        lt=1,
        description="Share of the old moving statistics kept at each step.",
    )
    epsilon: float = Field(
        default=1e-3, gt=0, description="Added to the variance before its square root."
    )


class ActivationLayer(Strict):
    """An activation on its own, such as after batch_norm."""

    kind: Literal["activation"] = Field(default="activation", exclude=True)
    name: Activation = Field(description="Function applied to every value.")


LayerUnion = (
    Conv | SeparableConv | MaxPool | AveragePool | GlobalAveragePool
    | Flatten | Dense | Dropout | BatchNorm | ActivationLayer
)  # fmt: skip
LAYERS: dict[str, type[Strict]] = {
    model.model_fields["kind"].default: model for model in get_args(LayerUnion)
}
"""Every kind of layer and its settings."""


def _layer(value: Any) -> Any:
    """Turn ``flatten`` and ``{dense: {units: 10}}`` into ``{"kind": ..., settings}``."""
    if isinstance(value, Strict):
        return value
    if isinstance(value, str):
        value = {value: {}}
    if not isinstance(value, dict) or len(value) != 1:
        raise PydanticCustomError(
            "layer", "should be one layer: its kind, or its kind and settings {{kind: settings}}"
        )
    ((kind, settings),) = value.items()
    settings = {} if settings is None else settings
    if not isinstance(settings, dict):
        raise PydanticCustomError(
            "layer_settings", "the settings of {kind} should be a mapping", {"kind": str(kind)}
        )
    if "kind" in settings:
        raise PydanticCustomError("layer_kind", "kind is no setting; the layer's key says it")
    return {**settings, "kind": kind}


Layer = Annotated[LayerUnion, Field(discriminator="kind"), BeforeValidator(_layer)]


class Defaults(Strict):
    """Settings for every layer that has them and does not set them itself."""

    activation: Activation | None = Field(
        default=None, description="For conv, separable_conv and dense."
    )
    padding: Padding | None = Field(default=None, description="For convolutions and pools.")
    initializer: Initializer | None = Field(
        default=None, description="For conv, separable_conv and dense."
    )
    use_bias: bool | None = Field(default=None, description="For conv, separable_conv and dense.")


class ArchitectureFile(Strict):
    """An architecture as a file under ``config/architectures`` describes it."""

    title: str = Field(min_length=1, description="Its name in reports.")
    source: str = Field(default="", description="Where it comes from: a paper, a repository.")
    description: str = Field(default="", description="A sentence or two for reports.")
    defaults: Defaults = Field(
        default=Defaults(), description="Settings for layers that do not set them."
    )
    layers: list[Layer] = Field(
        min_length=1, description="From the image to the softmax over the classes, in order."
    )


class Architecture(ArchitectureFile):
    """An architecture with the name it goes by: its file's name."""

    name: str = Field(min_length=1, description="Its name in studies.")

    def settings(self) -> list[tuple[str, dict[str, Any]]]:
        """Return (kind, settings) of each layer, as JSON-like values, defaults filled in."""
        defaults = self.defaults.model_dump(exclude_none=True)
        filled: list[tuple[str, dict[str, Any]]] = []
        for layer in self.layers:
            settings = layer.model_dump(mode="json")
            for key, value in defaults.items():
                if key in settings and key not in layer.model_fields_set:
                    settings[key] = value
            if settings.get("stride", ...) is None:
                settings["stride"] = list(settings["size"])
            filled.append((layer.kind, settings))
        return filled

    def bind(self, image_shape: Sequence[int], classes: int) -> BoundArchitecture:
        """Return the architecture for images of (height, width, channels) and ``classes``.

        Raises :class:`~densevsconv.errors.ArchitectureError` where it does not fit.
        """
        return infer.bind(
            self.settings(),
            name=self.name,
            title=self.title,
            source=self.source,
            image_shape=image_shape,
            classes=classes,
        )
