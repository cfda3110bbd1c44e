"""What the layers with a window have in common: where it lies, what comes out, in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import numpynet.convolution as convolution
from numpynet.arrays import Array, Pair, Shape
from numpynet.errors import ConfigurationError
from numpynet.layers.base import Say, Sees, WeightedLayer
from numpynet.settings import OUTPUTS, PADDING, PAIR, setting
from numpynet.windows import Geometry


@dataclass(eq=False)
class Convolutional(WeightedLayer):
    """A layer that slides a window over images (N, H, W, C) and returns (N, H', W', filters).

    ``H' = (H + top + bottom - extent) // stride + 1`` (study, Eqs. 73-74), likewise W'.
    """

    filters: int = setting(OUTPUTS, description="Number of filters: channels of the output.")
    kernel: Pair = setting(PAIR, description="Rows and columns of the kernel.")
    stride: Pair = setting(
        PAIR, default=(1, 1), description="Pixels the kernel moves between two outputs."
    )
    dilation: Pair = setting(
        PAIR, default=(1, 1), description="Pixels between two rows or columns of the kernel."
    )
    padding: str = setting(
        PADDING,
        default="valid",
        description="same: zeros around the image keep its size; valid: no zeros.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if max(self.stride) > 1 and max(self.dilation) > 1:  # as TensorFlow
            raise ConfigurationError("stride and dilation cannot both be above 1; set one of them")

    def infer_output_shape(self) -> Shape:
        height, width, self.channels = self.require_image()
        self.geometry = Geometry.of(
            (height, width), self.kernel, self.stride, self.dilation, self.padding
        )
        return (*self.geometry.output, self.filters)

    def macs(self) -> int:
        """Return those of every kernel at every place of the output."""
        rows, columns, _ = self.output_shape
        return rows * columns * sum(int(np.prod(shape)) for shape in self.kernels().values())

    def sees(self, field: Sees) -> Sees:
        return field.window(self.kernel, self.stride, self.dilation)

    def details(self, say: Say) -> list[str]:
        words = [f"{say('filters')} of {say('kernel', pair=True)}"]
        for name in ("stride", "dilation"):
            if getattr(self, name) != (1, 1):
                words.append(f"{name} {say(name, pair=True)}")
        if self.padding == "same":
            words.append("same")
        return words + super().details(say)

    def biased(self, z: Array) -> Array:
        """Return f(z + b), z (N, H', W', filters), in place."""
        if self.use_bias:
            convolution.add_bias(z, self.parameters["bias"], self.workspace)
        return self.activate(z)

    def bias_error(self, error: Array) -> Array:
        """Fill the gradient of the bias; return delta (N, H', W', filters)."""
        error = self.activation_error(error)
        if self.use_bias:
            flat = error.reshape(-1, self.filters)
            ones = self.workspace.ones(len(flat))
            convolution.bias_gradient(flat, ones, self.gradients["bias"])
        return error
