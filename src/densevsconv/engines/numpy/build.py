"""From an architecture's description to a numpynet network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from densevsconv.architecture.bound import BoundArchitecture, BoundLayer
from numpynet.layers import (
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    Layer,
    MaxPool2D,
    SeparableConv2D,
)
from numpynet.network import Network


def _conv(layer: BoundLayer, l2: float, kind: Any) -> Layer:
    s = layer.settings
    made: Layer = kind(
        s["filters"],
        tuple(s["kernel"]),
        strides=tuple(s["stride"]),
        dilation=tuple(s["dilation"]),
        padding=s["padding"],
        activation=s["activation"],
        use_bias=s["use_bias"],
        l2=l2,
    )
    return made


def _pool(layer: BoundLayer, kind: Any) -> Layer:
    s = layer.settings
    made: Layer = kind(tuple(s["size"]), tuple(s["stride"]), padding=s["padding"])
    return made


_LAYERS: dict[str, Callable[[BoundLayer, float], Layer]] = {
    "conv": lambda layer, l2: _conv(layer, l2, Conv2D),
    "separable_conv": lambda layer, l2: _conv(layer, l2, SeparableConv2D),
    "max_pool": lambda layer, l2: _pool(layer, MaxPool2D),
    "average_pool": lambda layer, l2: _pool(layer, AveragePool2D),
    "global_average_pool": lambda layer, l2: GlobalAveragePool2D(),
    "flatten": lambda layer, l2: Flatten(),
    "dense": lambda layer, l2: Dense(
        layer.settings["units"],
        activation=layer.settings["activation"],
        use_bias=layer.settings["use_bias"],
        l2=l2,
    ),
    "dropout": lambda layer, l2: Dropout(layer.settings["rate"]),
    "batch_norm": lambda layer, l2: BatchNorm(
        momentum=layer.settings["momentum"], epsilon=layer.settings["epsilon"]
    ),
    "activation": lambda layer, l2: Activation(layer.settings["name"]),
}


def network(architecture: BoundArchitecture, *, l2: float = 0.0, dtype: str = "float32") -> Network:
    """Build the network of an architecture, without weights.

    Parameters
    ----------
    architecture
        Layers bound to an image shape (H, W, C) and a number of classes.
    l2
        Adds ``l2 * sum(kernel**2)`` to the loss, kernels only.
    dtype
        "float32" or "float64".

    Its parameters and state have the names that the study's files use (``0_conv/kernel``).
    """
    layers = [_LAYERS[layer.kind](layer, l2) for layer in architecture.layers]
    return Network(layers, architecture.image_shape, dtype=dtype)
