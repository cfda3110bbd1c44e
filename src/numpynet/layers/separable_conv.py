"""The depthwise-separable convolution layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numpynet import convolution
from numpynet.arrays import Array, Shape
from numpynet.initializers import Fans
from numpynet.layers.convolutional import Convolutional


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
    kh kw C + C F weights where `Conv2D` has kh kw C F.

    Backward, with ``delta = f'(Z) o dC/dA`` and ``e = delta P^T = dC/dD``::

        dC/dP = D^T delta      dC/dk_c = e_c * A~_c      dC/dA_c = rot180(k_c) * e~_c

    The last two are Eqs. 37 and 43 of the study for filters of a single channel; here tap by tap.
    """

    kind: ClassVar[str] = "separable_conv"

    def infer_output_shape(self) -> Shape:
        """Return (H', W', filters)."""
        shape = super().infer_output_shape()
        self._offsets = self.geometry.offsets()
        return shape

    def kernel_shapes(self) -> dict[str, Shape]:
        """Return the shapes of both kernels."""
        return {
            "depthwise_kernel": (*self._window, self._channels, 1),
            "pointwise_kernel": (1, 1, self._channels, self.filters),
        }

    def kernel_fans(self) -> dict[str, Fans]:
        """Return the fans of both kernels."""
        taps = self._window[0] * self._window[1]
        nodes = int(np.prod(self.input_shape))
        return {
            "depthwise_kernel": Fans(taps * self._channels, taps, nodes, True),
            "pointwise_kernel": Fans(self._channels, self.filters, nodes, True),
        }

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return f((k * x) P + b)."""
        self._x = x
        shape = (*self.geometry.output, self._channels)
        depth = self.workspace.get("depth", x.shape[0], shape)
        part = self.workspace.get("part", x.shape[0], shape)
        depth.fill(0.0)
        taps = self.parameters["depthwise_kernel"].reshape(-1, self._channels)
        for tap, (pixels, windows) in zip(taps, self._offsets, strict=True):
            product = np.multiply(x[pixels], tap, out=part[windows])
            convolution.accumulate(depth, windows, product)
        self._depth = depth.reshape(-1, self._channels)
        z = self.workspace.get("z", x.shape[0], self.output_shape)
        flat = z.reshape(-1, self.filters)
        np.dot(self._depth, self._pointwise(), out=flat)
        if self.use_bias:
            convolution.add_bias(z, self.parameters["bias"], self.workspace)
        return self.activate(z)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Return the error of the input."""
        error = self.activation_error(error)
        flat = error.reshape(-1, self.filters)
        convolution.kernel_gradient(
            self._depth, flat, self.gradients["pointwise_kernel"].reshape(-1, self.filters)
        )
        if self.use_bias:
            ones = self.workspace.ones(len(flat))
            convolution.bias_gradient(flat, ones, self.gradients["bias"])
        shape = (*self.geometry.output, self._channels)
        depth_error = self.workspace.get("depth error", error.shape[0], shape)
        np.dot(flat, self._pointwise().T, out=depth_error.reshape(-1, self._channels))
        gradient = self.gradients["depthwise_kernel"].reshape(-1, self._channels)
        for tap, (pixels, windows) in zip(gradient, self._offsets, strict=True):
            tap[...] = depthwise_gradient(self._x[pixels], depth_error[windows])
        if not needs_input_error:
            return None
        out = self.workspace.get("input error", error.shape[0], self.input_shape)
        part = self.workspace.get("part", error.shape[0], shape)
        out.fill(0.0)
        taps = self.parameters["depthwise_kernel"].reshape(-1, self._channels)
        for tap, (pixels, windows) in zip(taps, self._offsets, strict=True):
            product = np.multiply(depth_error[windows], tap, out=part[windows])
            convolution.accumulate(out, pixels, product)
        return out

    def _pointwise(self) -> Array:
        return self.parameters["pointwise_kernel"].reshape(-1, self.filters)
