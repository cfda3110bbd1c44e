"""Layers that Keras does not have; the formulas are numpynet's."""

import functools
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from numpynet.windows import Geometry


@keras.saving.register_keras_serializable("densevsconv")
class LocallyConnected2D(keras.layers.Layer):
    """A convolution with a kernel of its own at every place: numpynet's class of that name.

    Images (N, H, W, C) to (N, H', W', filters); "kernel" (H', W', kh, kw, C, filters), "bias"
    (H', W', filters).
    """

    def __init__(self, activation: str, **kwargs: Any) -> None:
        keys = ("filters", "kernel", "stride", "dilation", "padding", "use_bias")
        self.settings = {key: kwargs.pop(key) for key in keys} | {"activation": activation}
        super().__init__(**kwargs)
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple[int | None, int, int, int]) -> None:
        s = self.settings
        geometry = Geometry.of(
            input_shape[1:3], s["kernel"], s["stride"], s["dilation"], s["padding"]
        )
        self.geometry, places = geometry, geometry.output
        shape = (*places, *s["kernel"], input_shape[3], s["filters"])
        self.kernel = self.add_weight(shape=shape, name="kernel")
        if s["use_bias"]:
            self.bias = self.add_weight(
                shape=(*places, s["filters"]), initializer="zeros", name="bias"
            )

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        s, taps = self.settings, _taps(inputs, self.geometry)
        kernel = tf.reshape(
            tf.convert_to_tensor(self.kernel), (*self.geometry.output, len(taps), -1, s["filters"])
        )
        z = tf.einsum("nhwtc,hwtcf->nhwf", tf.stack(taps, axis=3), kernel)
        return self.activation(z + self.bias if s["use_bias"] else z)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self.settings}


@keras.saving.register_keras_serializable("densevsconv")
class LocalResponseNorm(keras.layers.Layer):
    """``x (bias + alpha S)^-beta``, S the sum of squares of near channels: in any precision."""

    def __init__(
        self, depth_radius: int, bias: float, alpha: float, beta: float, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.settings = {"depth_radius": depth_radius, "bias": bias, "alpha": alpha, "beta": beta}

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        s, channels = self.settings, inputs.shape[-1]
        radius = min(s["depth_radius"], channels)
        near = tf.linalg.band_part(tf.ones((channels, channels), inputs.dtype), radius, radius)
        scale = s["bias"] + s["alpha"] * tf.tensordot(inputs * inputs, near, 1)
        return inputs * scale ** -s["beta"]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self.settings}


class MaxPooling2D(keras.layers.MaxPooling2D):
    """Keras's, for training: the same bits, gradients too; for XLA the maximum of slices.

    XLA's own gradient of a max-pool is slow on a processor, and on a GPU sums in no fixed order.
    A graph has a good one of its own. Of equal values the first gets the gradient in each.
    """

    sliced = False

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        if not self.sliced:
            return super().call(inputs)
        geometry = Geometry.of(
            inputs.shape[1:3], self.pool_size, self.strides, padding=self.padding
        )
        # in reading order: of equals `maximum` gives the gradient to its first argument
        return functools.reduce(tf.maximum, _taps(inputs, geometry, -np.inf))


def _taps(images: tf.Tensor, geometry: Geometry, fill: float = 0.0) -> list[tf.Tensor]:
    """Return for each place of a window, in reading order, the pixels there: (N, H', W', C)."""
    padded = tf.pad(images, [[0, 0], *geometry.pads, [0, 0]], constant_values=fill)
    return [padded[:, rows, columns] for rows, columns in geometry.taps()]
