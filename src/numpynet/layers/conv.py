"""The convolution layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numpynet import convolution
from numpynet.arrays import Array, Shape
from numpynet.initializers import Fans
from numpynet.layers.convolutional import Convolutional
from numpynet.windows import pad_into


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

    ``padding``: "valid" (none), "same" (ceil(H / stride) windows, odd pixel at the end, as
    TensorFlow), "full" (every overlap), or ((top, bottom), (left, right)). ``dilation`` is the
    distance between the taps of a kernel.

    Raises `ShapeError` if the kernel is larger than the padded image.
    """

    kind: ClassVar[str] = "conv"

    def kernel_shapes(self) -> dict[str, Shape]:
        """Return the shape of the kernel."""
        return {"kernel": (*self._window, self._channels, self.filters)}

    def kernel_fans(self) -> dict[str, Fans]:
        """Return the fans of the kernel."""
        taps = self._window[0] * self._window[1]
        nodes = int(np.prod(self.input_shape))
        return {"kernel": Fans(taps * self._channels, taps * self.filters, nodes, True)}

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return f(columns @ K + b)."""
        samples = x.shape[0]
        if self.geometry.padded != self.geometry.image:
            padded = self.workspace.get(
                "padded", samples, (*self.geometry.padded, self._channels), fill=0.0
            )
            x = pad_into(padded, x, self.geometry.pads)
        self._columns = convolution.gather(
            x,
            self._window,
            self._strides,
            self._dilation,
            self.geometry.output,
            self.workspace,
            "columns",
        )
        z = self.workspace.get("z", samples, self.output_shape)
        flat = z.reshape(-1, self.filters)
        np.dot(self._columns, self.parameters["kernel"].reshape(-1, self.filters), out=flat)
        if self.use_bias:
            convolution.add_bias(z, self.parameters["bias"], self.workspace)
        return self.activate(z)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Return the error of the input, by the form that is quicker for this stride."""
        error = self.activation_error(error)
        flat = error.reshape(-1, self.filters)
        convolution.kernel_gradient(
            self._columns, flat, self.gradients["kernel"].reshape(-1, self.filters)
        )
        if self.use_bias:
            ones = self.workspace.ones(len(flat))
            convolution.bias_gradient(flat, ones, self.gradients["bias"])
        if not needs_input_error:
            return None
        if self._strides == (1, 1):
            input_error = convolution.input_error_by_rotation
        else:
            input_error = convolution.input_error_by_transpose
        return input_error(error, self.parameters["kernel"], self.geometry, self.workspace)
