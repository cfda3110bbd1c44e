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
        self.frame = [[0, 0], *geometry.pads, [0, 0]]
        places = self.places = geometry.output
        shape = (*places, *s["kernel"], input_shape[3], s["filters"])
        self.kernel = self.add_weight(shape=shape, name="kernel")
        if s["use_bias"]:
            self.bias = self.add_weight(
                shape=(*places, s["filters"]), initializer="zeros", name="bias"
            )

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        s = self.settings
        padded = tf.pad(inputs, self.frame)
        taps = []
        for u in range(s["kernel"][0]):
            for v in range(s["kernel"][1]):
                top, left = u * s["dilation"][0], v * s["dilation"][1]
                bottom = top + (self.places[0] - 1) * s["stride"][0] + 1
                right = left + (self.places[1] - 1) * s["stride"][1] + 1
                taps.append(padded[:, top : bottom : s["stride"][0], left : right : s["stride"][1]])
        kernel = tf.reshape(
            tf.convert_to_tensor(self.kernel), (*self.places, len(taps), -1, s["filters"])
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
        window, (down, across) = self.pool_size, self.strides
        geometry = Geometry.of(inputs.shape[1:3], window, (down, across), padding=self.padding)
        padded = tf.pad(inputs, [[0, 0], *geometry.pads, [0, 0]], constant_values=-np.inf)
        ends = zip(geometry.output, self.strides, strict=True)
        height, width = ((count - 1) * stride + 1 for count, stride in ends)
        taps = (
            padded[:, top : top + height : down, left : left + width : across]
            for top, left in np.ndindex(*window)
        )
        # in reading order: of equals `maximum` gives the gradient to its first argument
        return functools.reduce(tf.maximum, taps)
