"""The depthwise-separable convolution layer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import numpynet.convolution as convolution
from numpynet.arrays import Array, Shape
from numpynet.errors import ConfigurationError
from numpynet.layers.base import PREDICTING, Mode
from numpynet.layers.conv import Convolutional
from numpynet.windows import Places


@dataclass(eq=False)
class SeparableConv2D(Convolutional):
    """One kernel per channel, then a 1x1 convolution that mixes the channels.

    ``D_c = k_c * A~_c``, ``Z = D P + b``, ``A = f(Z)``, with ``*`` cross-correlation. Shapes: input
    (N, H, W, C), "depthwise_kernel" k (kh, kw, C, 1), "pointwise_kernel" P (1, 1, C, F), "bias"
    (F,), output (N, H', W', F). As Keras's SeparableConv2D with depth multiplier 1. It has
    kh kw C + C F weights where `Conv2D` has kh kw C F. The initializer draws both kernels.

    Backward, with ``delta = f'(Z) o dC/dA`` and ``e = delta P^T = dC/dD``::

        dC/dP = D^T delta      dC/dk_c = e_c * A~_c      dC/dA_c = rot180(k_c) * e~_c

    The last two are Eqs. 37 and 43 of the study for filters of a single channel; here tap by tap.
    """

    kind: ClassVar[str] = "separable_conv"
    convolves: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.stride[0] != self.stride[1]:  # as TensorFlow
            raise ConfigurationError(
                f"stride of a separable_conv must be the same both ways, found {list(self.stride)}"
            )

    def kernels(self) -> dict[str, Shape]:
        return {
            "depthwise_kernel": (*self.kernel, self.channels, 1),
            "pointwise_kernel": (1, 1, self.channels, self.filters),
        }

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        self._x = x
        depth, part = self._by_channel("depth", len(x)), self._by_channel("part", len(x))
        depth.fill(0.0)
        for tap, pixels, windows in self._taps(self.parameters):
            product = np.multiply(x[pixels], tap, out=part[windows])
            convolution.accumulate(depth, windows, product)
        self._depth = depth.reshape(-1, self.channels)
        z = self.workspace.get("z", len(x), self.output_shape)
        np.dot(self._depth, self._pointwise(), out=z.reshape(-1, self.filters))
        return self.biased(z)

    def fill_gradients(self, error: Array) -> None:
        super().fill_gradients(error)
        convolution.kernel_gradient(self._depth, error, self.gradients["pointwise_kernel"])
        depth_error = self._depth_error = self._by_channel("depth error", len(error))
        flat = error.reshape(-1, self.filters)
        np.dot(flat, self._pointwise().T, out=depth_error.reshape(-1, self.channels))
        for tap, pixels, windows in self._taps(self.gradients):
            tap[...] = np.einsum("nhwc,nhwc->c", self._x[pixels], depth_error[windows])

    def input_error(self, error: Array) -> Array:
        out = self.workspace.get("input error", len(error), self.input_shape)
        part = self._by_channel("part", len(error))
        out.fill(0.0)
        for tap, pixels, windows in self._taps(self.parameters):
            product = np.multiply(self._depth_error[windows], tap, out=part[windows])
            convolution.accumulate(out, pixels, product)
        return out

    def _taps(self, arrays: dict[str, Array]) -> Iterator[tuple[Array, Places, Places]]:
        """Yield for each tap of k the numbers of its channels, the pixels it meets, and where."""
        taps = arrays["depthwise_kernel"].reshape(-1, self.channels)
        for tap, places in zip(taps, self.geometry.offsets(), strict=True):
            yield tap, *places

    def _by_channel(self, name: str, samples: int) -> Array:
        return self.workspace.get(name, samples, (*self.geometry.output, self.channels))

    def _pointwise(self) -> Array:
        return self.parameters["pointwise_kernel"].reshape(-1, self.filters)
