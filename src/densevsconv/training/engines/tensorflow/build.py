"""From an architecture's description to a Keras model, and weights by name in and out of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from densevsconv.networks.bound import BoundArchitecture, BoundLayer
from densevsconv.training.engines.tensorflow.dropout import SEED_AND_STEP, HashedDropout
from densevsconv.training.engines.tensorflow.layers import (
    LocallyConnected2D,
    LocalResponseNorm,
    MaxPooling2D,
)

_KERAS_NAMES = {
    "kernel": "kernel_size",
    "stride": "strides",
    "dilation": "dilation_rate",
    "size": "pool_size",
    "name": "activation",
}
_LAYERS: dict[str, tuple[type[keras.layers.Layer], dict[str, str]]] = {
    "conv": (keras.layers.Conv2D, _KERAS_NAMES),
    "separable_conv": (keras.layers.SeparableConv2D, _KERAS_NAMES),
    "locally_connected": (LocallyConnected2D, {}),
    "conv_transpose": (keras.layers.Conv2DTranspose, _KERAS_NAMES),
    "max_pool": (keras.layers.MaxPooling2D, _KERAS_NAMES),
    "average_pool": (keras.layers.AveragePooling2D, _KERAS_NAMES),
    "global_average_pool": (keras.layers.GlobalAveragePooling2D, {}),
    "zero_padding": (keras.layers.ZeroPadding2D, {"size": "padding"}),
    "flatten": (keras.layers.Flatten, {}),
    "dense": (keras.layers.Dense, {}),
    "dropout": (keras.layers.Dropout, {}),
    "batch_norm": (keras.layers.BatchNormalization, {}),
    "local_response_norm": (LocalResponseNorm, {}),
    "activation": (keras.layers.Activation, _KERAS_NAMES),
}
"""The class of each kind, and what its settings are called there where they go by other names."""


def keras_model(architecture: BoundArchitecture, *, logits: bool = False) -> keras.Model:
    """Return the Keras model: float32 images (N, H, W, C), already scaled, to (N, classes).

    Layers have the names of the description, as the weights do in every file of the study, with
    dots for slashes. Activations are Keras's own, by name (leaky_relu has a slope of 0.2), so that
    a saved model can be loaded. With ``logits``, for training, the closing softmax is left out,
    since the loss is stable on logits, and dropout uses the study's own random bits.
    """
    layers = architecture.layers
    if logits:
        last = layers[-1]
        key = "name" if "name" in last.settings else "activation"
        layers = [*layers[:-1], replace(last, settings=last.settings | {key: "linear"})]
    images = keras.Input(architecture.image_shape)
    return keras.Model(images, _through(layers, images, logits), name=architecture.name)


def _through(layers: Sequence[BoundLayer], x: Any, training: bool) -> Any:
    for layer in layers:
        x = _applied(layer, x, training)
    return x


def _applied(layer: BoundLayer, x: Any, training: bool) -> Any:
    name = layer.name.replace("/", ".")
    ways = [_through(part, x, training) for part in layer.parts.values()]
    match layer.kind:
        case "residual":
            summed = keras.layers.Add(name=f"{name}.add")(ways)
            return keras.layers.Activation(layer.settings["activation"], name=name)(summed)
        case "branches":
            joins = {"concatenate": keras.layers.Concatenate, "add": keras.layers.Add}
            return joins[layer.settings["join"]](name=name)(ways)
        case "dropout" if training:
            return HashedDropout(layer.settings["rate"], name=name)(x)
    kind, names = _LAYERS[layer.kind]
    if training and layer.kind == "max_pool":
        kind = MaxPooling2D  # a saved model needs nothing of ours
    settings = {
        names.get(key, key): tuple(value) if isinstance(value, list) else value
        for key, value in layer.settings.items()
        if key != "initializer"  # the weights are given
    }
    return kind(**settings, name=name)(x)


def named_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Return the variables of a model by name; the state of random generators left out."""
    return {
        f"{layer.name.replace('.', '/')}/{variable.name}": variable
        for layer in model.layers
        for variable in layer.weights
        if variable.name not in ("seed_generator_state", SEED_AND_STEP)
    }


def set_weights(model: keras.Model, weights: dict[str, np.ndarray]) -> None:
    """Give a model the weights of a run; names and shapes must be the model's own."""
    variables = named_variables(model)
    if variables.keys() != weights.keys():
        different = sorted(variables.keys() ^ weights.keys())
        raise ValueError(f"weights do not fit {model.name}: {', '.join(different)}")
    for name, variable in variables.items():
        variable.assign(weights[name])
