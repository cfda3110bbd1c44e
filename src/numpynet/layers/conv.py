"""The convolution layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

import numpynet.convolution as convolution
from numpynet.arrays import Array, Shape
from numpynet.layers.windowed import Convolutional


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

    def forward(
        self, x: Array, training: bool = False, generator: np.random.Generator | None = None
    ) -> Array:
        """Return f(columns @ K + b)."""
        self._columns = convolution.gather(x, self.geometry, self.workspace)
        z = self.workspace.get("z", len(x), self.output_shape)
        kernel = self.parameters["kernel"].reshape(-1, self.filters)
        np.dot(self._columns, kernel, out=z.reshape(-1, self.filters))
        return self.biased(z)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        """Return the error of the input, by the form that is quicker for this stride."""
        error = self.bias_error(error)
        convolution.kernel_gradient(
            self._columns,
            error.reshape(-1, self.filters),
            self.gradients["kernel"].reshape(-1, self.filters),
        )
        if not needs_input_error:
            return None
        if self.stride == (1, 1):
            input_error = convolution.input_error_by_rotation
        else:
            input_error = convolution.input_error_by_transpose
        return input_error(error, self.parameters["kernel"], self.geometry, self.workspace)
