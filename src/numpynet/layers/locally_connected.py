"""The locally connected layer: a convolution that does not share its weights."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

import numpynet.convolution as convolution
from numpynet.arrays import Array, Shape
from numpynet.initializers import Fans
from numpynet.layers.base import PREDICTING, Mode, Weight
from numpynet.layers.conv import Convolutional


@dataclass(eq=False)
class LocallyConnected2D(Convolutional):
    """A convolution with a kernel of its own at every place: local, but nothing is shared.

    ``Z_p = columns_p K_p + b_p`` for each place p of the output, ``A = f(Z)``. Shapes: input
    (N, H, W, C), "kernel" (H', W', kh, kw, C, F), "bias" (H', W', F), output (N, H', W', F). Zeros
    around the image (padding "same") meet weights that then never learn. Each kernel starts as that
    of a convolution would, with its fans.

    Backward, place by place, as a dense layer on one window::

        dC/dK_p = columns_p^T delta_p   dC/db_p = sum of delta_p   dC/d columns_p = delta_p K_p^T
    """

    kind: ClassVar[str] = "locally_connected"

    def kernels(self) -> dict[str, Shape]:
        return {"kernel": (*self.geometry.output, *self.kernel, self.channels, self.filters)}

    def weights(self) -> dict[str, Weight]:
        found = super().weights()
        taps = prod(self.kernel)
        fans = Fans(taps * self.channels, taps * self.filters, prod(self.input_shape))
        found["kernel"] = found["kernel"]._replace(fans=fans)
        if self.use_bias:
            found["bias"] = found["bias"]._replace(shape=self.output_shape)
        return found

    def macs(self) -> int:
        return prod(self.kernels()["kernel"])

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        columns = convolution.gather(x, self.geometry, self.workspace)
        self._columns = columns.reshape(len(x), prod(self.geometry.output), -1).swapaxes(0, 1)
        z = self.workspace.get("z", len(x), self.output_shape)
        self._by_place(z)[...] = self._columns @ self._kernels(self.parameters)
        if self.use_bias:
            np.add(z, self.parameters["bias"], out=z)
        return self.activate(z)

    def fill_gradients(self, error: Array) -> None:
        super().fill_gradients(error)
        delta = self._by_place(error)
        self._kernels(self.gradients)[...] = self._columns.swapaxes(1, 2) @ delta

    def input_error(self, error: Array) -> Array:
        """Return every window's error, added to the pixels it lay on."""
        rows = self._by_place(error) @ self._kernels(self.parameters).swapaxes(1, 2)
        shape = (len(error), *self.geometry.output, -1, self.channels)
        by_tap = rows.swapaxes(0, 1).reshape(shape)
        return convolution.add_back(by_tap, self.geometry, self.workspace)

    def _by_place(self, z: Array) -> Array:
        """Return (N, H', W', F) as a view (places, N, F)."""
        return z.reshape(len(z), -1, self.filters).swapaxes(0, 1)

    def _kernels(self, arrays: dict[str, Array]) -> Array:
        """Return the kernels as a view (places, kh kw C, F)."""
        return arrays["kernel"].reshape(prod(self.geometry.output), -1, self.filters)
