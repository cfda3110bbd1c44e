"""The convolution layer, and what the layers that slide a window have in common."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

import numpynet.convolution as convolution
from numpynet.arrays import Array, Pair, Shape
from numpynet.errors import ConfigurationError
from numpynet.layers.base import PREDICTING, Mode, Say, Sees, WeightedLayer
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
        image, self.channels = self.require_image()
        self.geometry = Geometry.of(image, self.kernel, self.stride, self.dilation, self.padding)
        return (*self.geometry.output, self.filters)

    def macs(self) -> int:
        rows, columns, _ = self.output_shape
        return rows * columns * sum(map(prod, self.kernels().values()))

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


@dataclass(eq=False)
class Conv2D(Convolutional):
    """Slide F filters over the image: ``Z_f = sum_c K_c^f * A~_c + b_f``, ``A = f(Z)``.

    ``*`` is cross-correlation (study, Eqs. 1, 4, 5), A~ the padded input. Shapes: input
    (N, H, W, C), "kernel" (kh, kw, C, F), "bias" (F,), output (N, H', W', F) with
    ``H' = (H + top + bottom - extent) // stride + 1`` (Eqs. 73-74).

    Backward, with ``delta = f'(Z) o dC/dA`` (Eqs. 43-45)::

        dC/dK_c^f = delta_f * A~_c                     (cross-correlation)
        dC/db_f   = sum of delta_f
        dC/dA_c   = sum_f rot180(K_c^f) * delta~_f     (delta padded by (w - 1) - p)

    `numpynet.convolution` has these as matrix products; ``docs/backprop.md`` derives them.

    ``padding``: "valid" (none) or "same" (ceil(H / stride) windows, odd pixel at the end, as
    TensorFlow). ``dilation`` is the distance between the taps of a kernel.

    Raises `TooSmallError` if the kernel is larger than the padded image.
    """

    kind: ClassVar[str] = "conv"
    convolves: ClassVar[bool] = True

    def kernels(self) -> dict[str, Shape]:
        return {"kernel": (*self.kernel, self.channels, self.filters)}

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        self._columns = convolution.gather(x, self.geometry, self.workspace)
        z = self.workspace.get("z", len(x), self.output_shape)
        kernel = self.parameters["kernel"].reshape(-1, self.filters)
        np.dot(self._columns, kernel, out=z.reshape(-1, self.filters))
        return self.biased(z)

    def fill_gradients(self, error: Array) -> None:
        super().fill_gradients(error)
        convolution.kernel_gradient(self._columns, error, self.gradients["kernel"])

    def input_error(self, error: Array) -> Array:
        if self.stride == (1, 1):  # the quicker form for this stride
            back = convolution.input_error_by_rotation
        else:
            back = convolution.input_error_by_transpose
        return back(error, self.parameters["kernel"], self.geometry, self.workspace)
