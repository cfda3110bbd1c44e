"""The transposed convolution layer."""

from dataclasses import dataclass, field
from math import ceil, prod
from typing import ClassVar

import numpy as np

import numpynet.convolution as convolution
from numpynet.arrays import Array, Pair, Shape
from numpynet.layers.base import PREDICTING, Mode, Sees
from numpynet.layers.conv import Convolutional
from numpynet.windows import Geometry


@dataclass(eq=False)
class ConvTranspose2D(Convolutional):
    """Enlarge an image: a convolution's way back, from its output to its input.

    ``Z = M^T A + b`` where M is the matrix of the convolution (F channels to C) with the same
    kernel, stride and padding: every input value lays its kernel over the output, stride pixels
    after its neighbour's. Shapes: input (N, H, W, C), "kernel" (kh, kw, F, C), "bias" (F,), output
    (N, H', W', F) with H' = H stride ("same") or (H - 1) stride + max(kh, stride) ("valid"). As
    Keras's Conv2DTranspose.

    Backward is that convolution, forward: ``dC/dA = M delta``, and the kernel's gradient
    cross-correlates the errors with the input.
    """

    kind: ClassVar[str] = "conv_transpose"
    convolves: ClassVar[bool] = True

    dilation: Pair = field(init=False, repr=False, default=(1, 1))

    def infer_output_shape(self) -> Shape:
        size, self.channels = self.require_image()
        height, width = (
            n * s + (max(k - s, 0) if self.padding == "valid" else 0)
            for n, k, s in zip(size, self.kernel, self.stride, strict=True)
        )
        image = height, width
        self.geometry = Geometry.of(image, self.kernel, self.stride, (1, 1), self.padding)
        return (*image, self.filters)

    def kernels(self) -> dict[str, Shape]:
        return {"kernel": (*self.kernel, self.filters, self.channels)}

    def macs(self) -> int:
        return prod(self.input_shape[:2]) * prod(self.kernels()["kernel"])

    def sees(self, field: Sees) -> Sees:
        rows, columns = (ceil(k / s) for k, s in zip(self.kernel, self.stride, strict=True))
        grown = field.window((rows, columns))
        return grown._replace(
            row_step=grown.row_step / self.stride[0], column_step=grown.column_step / self.stride[1]
        )

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        self._x = x
        kernel = self.parameters["kernel"]
        return self.biased(
            convolution.input_error_by_transpose(x, kernel, self.geometry, self.workspace)
        )

    def fill_gradients(self, error: Array) -> None:
        super().fill_gradients(error)
        self._columns = convolution.gather(error, self.geometry, self.workspace)
        convolution.kernel_gradient(self._columns, self._x, self.gradients["kernel"])

    def input_error(self, error: Array) -> Array:
        out = self.workspace.get("error", len(error), self.input_shape)
        kernel = self.parameters["kernel"].reshape(-1, self.channels)
        np.dot(self._columns, kernel, out=out.reshape(-1, self.channels))
        return out
