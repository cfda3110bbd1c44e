"""The depthwise-separable convolution layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import numpynet.convolution as convolution
from numpynet.arrays import Array, Shape
from numpynet.errors import ConfigurationError
from numpynet.layers.windowed import Convolutional


def depthwise_gradient(x: Array, error: Array) -> Array:
    """Gradient of one tap: the errors times the pixels it met, summed per channel (Eq. 36)."""
    gradient: Array = np.einsum("nhwc,nhwc->c", x, error)
    return gradient


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

    def infer_output_shape(self) -> Shape:
        shape = super().infer_output_shape()
        self._offsets = self.geometry.offsets()
        return shape

    def kernels(self) -> dict[str, Shape]:
        return {
            "depthwise_kernel": (*self.kernel, self.channels, 1),
            "pointwise_kernel": (1, 1, self.channels, self.filters),
        }

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return f((k * x) P + b)."""
        self._x = x
        shape = (*self.geometry.output, self.channels)
        depth = self.workspace.get("depth", x.shape[0], shape)
        part = self.workspace.get("part", x.shape[0], shape)
        depth.fill(0.0)
        taps = self.parameters["depthwise_kernel"].reshape(-1, self.channels)
        for tap, (pixels, windows) in zip(taps, self._offsets, strict=True):
            product = np.multiply(x[pixels], tap, out=part[windows])
            convolution.accumulate(depth, windows, product)
        self._depth = depth.reshape(-1, self.channels)
        z = self.workspace.get("z", x.shape[0], self.output_shape)
        np.dot(self._depth, self._pointwise(), out=z.reshape(-1, self.filters))
        return self.biased(z)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Return the error of the input."""
        flat = self.bias_error(error).reshape(-1, self.filters)
        convolution.kernel_gradient(
            self._depth, flat, self.gradients["pointwise_kernel"].reshape(-1, self.filters)
        )
        shape = (*self.geometry.output, self.channels)
        depth_error = self.workspace.get("depth error", error.shape[0], shape)
        np.dot(flat, self._pointwise().T, out=depth_error.reshape(-1, self.channels))
        gradient = self.gradients["depthwise_kernel"].reshape(-1, self.channels)
        for tap, (pixels, windows) in zip(gradient, self._offsets, strict=True):
            tap[...] = depthwise_gradient(self._x[pixels], depth_error[windows])
        if not needs_input_error:
            return None
        out = self.workspace.get("input error", error.shape[0], self.input_shape)
        part = self.workspace.get("part", error.shape[0], shape)
        out.fill(0.0)
        taps = self.parameters["depthwise_kernel"].reshape(-1, self.channels)
        for tap, (pixels, windows) in zip(taps, self._offsets, strict=True):
            product = np.multiply(depth_error[windows], tap, out=part[windows])
            convolution.accumulate(out, pixels, product)
        return out

    def _pointwise(self) -> Array:
        return self.parameters["pointwise_kernel"].reshape(-1, self.filters)
