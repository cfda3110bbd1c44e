"""Batch normalisation."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numpynet.arrays import Array
from numpynet.layers.base import PREDICTING, Layer, Mode, Weight
from numpynet.settings import POSITIVE, SHARE, setting


@dataclass(eq=False)
class BatchNorm(Layer):
    """Give every channel mean beta and standard deviation gamma over the batch.

    Forward, training: ``x^ = (x - mu) / sqrt(var + epsilon)`` with mu and var over samples and
    pixels (the biased variance, division by M), ``y = gamma x^ + beta``. Otherwise mu and var are
    the moving statistics, which every training step moves by
    ``moving = momentum moving + (1 - momentum) batch``. As Keras's BatchNormalization.

    Parameters "gamma", "beta" and state "moving_mean", "moving_variance", all (C,); input (..., C).

    Backward, with e = dC/dy and M rows (Ioffe and Szegedy 2015, arXiv:1502.03167)::

        dC/dgamma = sum e x^      dC/dbeta = sum e
        dC/dx     = (gamma / sqrt(var + epsilon)) (e - mean(e) - x^ mean(e x^))

    ``trainable=False`` freezes gamma and beta only.
    """

    kind: ClassVar[str] = "batch_norm"

    momentum: float = setting(
        SHARE, default=0.99, description="Share of the old moving statistics kept at each step."
    )
    epsilon: float = setting(
        POSITIVE, default=1e-3, description="Added to the variance before its square root."
    )

    def weights(self) -> dict[str, Weight]:
        shape = self.input_shape[-1:]
        return {
            "gamma": Weight(shape, 1.0),
            "beta": Weight(shape, 0.0),
            "moving_mean": Weight(shape, 0.0, learned=False),
            "moving_variance": Weight(shape, 1.0, learned=False),
        }

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        flat = x.reshape(-1, x.shape[-1])
        self._training = mode.training
        normal = self.workspace.like("normal", x).reshape(flat.shape)
        if mode.training:
            ones = self.workspace.ones(len(flat))
            self._mean = ones @ flat / len(flat)
            np.subtract(flat, self._mean, out=normal)
            self._variance = ones @ (normal * normal) / len(flat)
            variance = self._variance
        else:
            np.subtract(flat, self.state["moving_mean"], out=normal)
            variance = self.state["moving_variance"]
        self._inverse_std = 1.0 / np.sqrt(variance + self.epsilon)
        np.multiply(normal, self._inverse_std, out=normal)
        self._normal = normal
        out = self.workspace.like("out", x)
        np.multiply(normal, self.parameters["gamma"], out=out.reshape(flat.shape))
        return np.add(out, self.parameters["beta"], out=out)

    def fill_gradients(self, error: Array) -> None:
        flat = error.reshape(-1, error.shape[-1])
        ones = self.workspace.ones(len(flat))
        np.dot(ones, flat * self._normal, out=self.gradients["gamma"])
        np.dot(ones, flat, out=self.gradients["beta"])

    def input_error(self, error: Array) -> Array:
        gain = self.parameters["gamma"] * self._inverse_std
        if not self._training:
            return np.multiply(error, gain, out=error)
        flat = error.reshape(-1, error.shape[-1])
        ones = np.ones(len(flat), error.dtype)
        mean = ones @ flat / len(flat)
        mean_with_normal = ones @ (flat * self._normal) / len(flat)
        result: Array = (flat - mean - self._normal * mean_with_normal) * gain
        return result.reshape(error.shape)

    def update_state(self) -> None:
        """Move the moving statistics towards those of the last training batch."""
        for name, batch in (("moving_mean", self._mean), ("moving_variance", self._variance)):
            self.state[name] *= self.momentum
            self.state[name] += (1.0 - self.momentum) * batch
