"""What an architecture file may hold: the layers, their settings and defaults.

Strict: an unknown key, a number in quotes or a negative size is an error that says what is
allowed. A layer is written as ``kind`` or ``kind: {settings}``; a kernel, stride, dilation or
pool size as one number or as ``[rows, columns]``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from densevsconv.schema.strict import Allowed, Strict
from densevsconv.training.settings import Initializer


def _pair(value: Any) -> Any:
    """Turn ``5`` and ``[5, 5]`` into ``(5, 5)``."""
    pair = value if isinstance(value, list | tuple) else (value, value)
    if len(pair) == 2 and all(type(number) is int and number >= 1 for number in pair):
        return tuple(pair)
    raise ValueError("not a pair of sizes")


def _units(value: Any) -> Any:
    if value == "classes" or (type(value) is int and value >= 1):
        return value
    raise ValueError("not a number of units")


Pair = Annotated[
    tuple[int, int],
    BeforeValidator(_pair),
    Allowed("a whole number, at least 1, or two of them: [rows, columns]"),
]
Units = Annotated[
    int | Literal["classes"],
    BeforeValidator(_units),
    Allowed("a whole number, at least 1, or the word classes"),
]
Size = Annotated[int, Field(ge=1)]
Padding = Literal["valid", "same"]
Activation = Literal[
    "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "swish", "softmax", "committed_tanh"
]  # fmt: skip
"""leaky_relu has slope 0.2 below zero (Keras 3's function), elu has alpha 1; committed_tanh is tanh
with the wrong slope that fossheim2022's code has, which only the engine `numpy` can do."""


class Conv(Strict):
    """Convolution: slides a kernel over the image, one output channel a filter."""

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
            raise ValueError("stride and dilation cannot both be above 1; set one of them")
        return self


class SeparableConv(Conv):
    """Depthwise-separable convolution: one kernel a channel, then a 1x1 convolution.

    The initialiser draws both kernels; activation and bias come after the second.
    """

    @model_validator(mode="after")
    def _square_stride(self) -> SeparableConv:
        if self.stride[0] != self.stride[1]:
            raise ValueError(
                f"stride of a separable_conv must be the same both ways, found {list(self.stride)}"
            )
        return self


class MaxPool(Strict):
    """Largest value in each window, channel by channel."""

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


class GlobalAveragePool(Strict):
    """Mean of each channel over the whole image."""


class Flatten(Strict):
    """The image as one row of numbers: rows, then columns, then channels."""


class Dense(Strict):
    """Every output is a weighted sum of every input."""

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

    rate: float = Field(ge=0, lt=1, description="Share of the values that are set to zero.")


class BatchNorm(Strict):
    """Normalises each channel by its mean and variance over the batch (Ioffe, Szegedy 2015)."""

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

    name: Activation = Field(description="Function applied to every value.")


LAYERS: dict[str, type[Strict]] = {
    "conv": Conv,
    "separable_conv": SeparableConv,
    "max_pool": MaxPool,
    "average_pool": AveragePool,
    "global_average_pool": GlobalAveragePool,
    "flatten": Flatten,
    "dense": Dense,
    "dropout": Dropout,
    "batch_norm": BatchNorm,
    "activation": ActivationLayer,
}
"""Every kind of layer and its settings."""


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
    layers: list[Any] = Field(
        min_length=1,
        description="From the image to the softmax over the classes, in order; each one a kind "
        "of layer, or `kind: {settings}`.",
    )
