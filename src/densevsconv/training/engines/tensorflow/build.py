"""From an architecture's description to a Keras model, and weights by name in and out of it."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from densevsconv.networks.bound import BoundArchitecture, BoundLayer
from densevsconv.training.engines.tensorflow.dropout import SEED_AND_STEP, HashedDropout


def _conv(layer: BoundLayer, kind: type[keras.layers.Layer]) -> keras.layers.Layer:
    s = layer.settings
    return kind(
        s["filters"],
        tuple(s["kernel"]),
        strides=tuple(s["stride"]),
        dilation_rate=tuple(s["dilation"]),
        padding=s["padding"],
        activation=s["activation"],
        use_bias=s["use_bias"],
        name=layer.name,
    )


def _pool(layer: BoundLayer, kind: type[keras.layers.Layer]) -> keras.layers.Layer:
    s = layer.settings
    return kind(tuple(s["size"]), tuple(s["stride"]), padding=s["padding"], name=layer.name)


_LAYERS: dict[str, Callable[[BoundLayer], keras.layers.Layer]] = {
    "conv": lambda layer: _conv(layer, keras.layers.Conv2D),
    "separable_conv": lambda layer: _conv(layer, keras.layers.SeparableConv2D),
    "max_pool": lambda layer: _pool(layer, keras.layers.MaxPooling2D),
    "average_pool": lambda layer: _pool(layer, keras.layers.AveragePooling2D),
    "global_average_pool": lambda layer: keras.layers.GlobalAveragePooling2D(name=layer.name),
    "flatten": lambda layer: keras.layers.Flatten(name=layer.name),
    "dense": lambda layer: keras.layers.Dense(
        layer.settings["units"],
        activation=layer.settings["activation"],
        use_bias=layer.settings["use_bias"],
        name=layer.name,
    ),
    "dropout": lambda layer: keras.layers.Dropout(layer.settings["rate"], name=layer.name),
    "batch_norm": lambda layer: keras.layers.BatchNormalization(
        momentum=layer.settings["momentum"], epsilon=layer.settings["epsilon"], name=layer.name
    ),
    "activation": lambda layer: keras.layers.Activation(layer.settings["name"], name=layer.name),
}


def keras_model(architecture: BoundArchitecture, *, logits: bool = False) -> keras.Sequential:
    """Build the Keras model of an architecture.

    Parameters
    ----------
    architecture
        Layers bound to an image shape (H, W, C) and a number of classes.
    logits
        For training: leave out the closing softmax, since the loss is stable on logits, and drop
        out with the study's own random bits.

    Returns
    -------
    keras.Sequential
        Float32 images (N, H, W, C), already scaled, to (N, classes). Layers are named
        ``<index>_<kind>``, as the weights are in every file of the study. Activations are Keras's
        own, by name (leaky_relu has a slope of 0.2), so that a saved model can be loaded.
    """
    layers = [_LAYERS[layer.kind](layer) for layer in architecture.layers]
    if logits:
        layers[-1].activation = keras.activations.linear
        layers = [
            HashedDropout(layer.rate, name=layer.name)
            if isinstance(layer, keras.layers.Dropout)
            else layer
            for layer in layers
        ]
    model = keras.Sequential(
        [keras.Input(architecture.image_shape), *layers], name=architecture.name
    )
    return model


def named_variables(model: keras.Sequential) -> dict[str, keras.Variable]:
    """Return the variables of a model by name; the state of random generators left out."""
    return {
        f"{layer.name}/{variable.name}": variable
        for layer in model.layers
        for variable in layer.weights
        if variable.name not in ("seed_generator_state", SEED_AND_STEP)
    }


def set_weights(model: keras.Sequential, weights: dict[str, np.ndarray]) -> None:
    """Give a model the weights of a run; names and shapes must be the model's own."""
    variables = named_variables(model)
    if variables.keys() != weights.keys():
        different = sorted(variables.keys() ^ weights.keys())
        raise ValueError(f"weights do not fit {model.name}: {', '.join(different)}")
    for name, variable in variables.items():
        variable.assign(weights[name])
