"""Local response normalisation."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numpynet.arrays import Array, Shape
from numpynet.layers.base import PREDICTING, Layer, Mode
from numpynet.settings import COUNT, NOT_NEGATIVE, POSITIVE, setting


@dataclass(eq=False)
class LocalResponseNorm(Layer):
    """Damp a unit by the activity of neighbouring channels at the same pixel.

    ``s_c = bias + alpha sum_{|j - c| <= depth_radius} x_j^2``, ``y_c = x_c s_c^-beta``; the
    defaults are those of Krizhevsky, Sutskever and Hinton (2012), the sum is tf.nn's. The sum over
    neighbours is a product with a band matrix of ones B. Any input (..., C).

    Backward, with e = dC/dy (B is symmetric)::

        dC/dx_c = e_c s_c^-beta - 2 alpha beta x_c sum_j B_cj e_j x_j s_j^(-beta - 1)
    """

    kind: ClassVar[str] = "local_response_norm"

    depth_radius: int = setting(
        COUNT, default=2, description="Channels to either side that count as near."
    )
    bias: float = setting(POSITIVE, default=2.0, description="Added to the sum of squares.")
    alpha: float = setting(NOT_NEGATIVE, default=1e-4, description="Factor of the sum of squares.")
    beta: float = setting(POSITIVE, default=0.75, description="Power of the damping.")

    def infer_output_shape(self) -> Shape:
        channel = np.arange(self.input_shape[-1])
        near = np.abs(channel[:, None] - channel) <= self.depth_radius
        self._band = near.astype(self.workspace.dtype)
        return self.input_shape

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        self._x = x.reshape(-1, x.shape[-1])
        self._scale = (self._x * self._x) @ self._band * self.alpha + self.bias
        out = self.workspace.like("out", x)
        np.multiply(self._x, self._scale**-self.beta, out=out.reshape(self._x.shape))
        return out

    def input_error(self, error: Array) -> Array:
        """Return ``e s^-beta - 2 alpha beta x sum_j (e x s^(-beta - 1))_j``."""
        flat = error.reshape(self._x.shape)
        power = self._scale**-self.beta
        through_scale = (flat * self._x * power / self._scale) @ self._band
        result: Array = flat * power - (2.0 * self.alpha * self.beta) * self._x * through_scale
        return result.reshape(error.shape)
