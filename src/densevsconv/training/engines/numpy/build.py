"""From an architecture's description to a numpynet network."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from densevsconv.networks.bound import BoundArchitecture, BoundLayer
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
from numpynet.losses import SoftmaxCrossEntropy
from numpynet.network import Network

Learned = dict[str, Any]
"""Settings of a layer with weights that belong to the training: ``l2`` and ``trainable``."""


def _conv(layer: BoundLayer, learned: Learned, kind: Any) -> Layer:
    s = layer.settings
    made: Layer = kind(
        s["filters"],
        tuple(s["kernel"]),
        strides=tuple(s["stride"]),
        dilation=tuple(s["dilation"]),
        padding=s["padding"],
        activation=s["activation"],
        use_bias=s["use_bias"],
        **learned,
    )
    return made


def _pool(layer: BoundLayer, kind: Any) -> Layer:
    s = layer.settings
    made: Layer = kind(tuple(s["size"]), tuple(s["stride"]), padding=s["padding"])
    return made


_LAYERS: dict[str, Callable[[BoundLayer, Learned], Layer]] = {
    "conv": lambda layer, learned: _conv(layer, learned, Conv2D),
    "separable_conv": lambda layer, learned: _conv(layer, learned, SeparableConv2D),
    "max_pool": lambda layer, learned: _pool(layer, MaxPool2D),
    "average_pool": lambda layer, learned: _pool(layer, AveragePool2D),
    "global_average_pool": lambda layer, learned: GlobalAveragePool2D(),
    "flatten": lambda layer, learned: Flatten(),
    "dense": lambda layer, learned: Dense(
        layer.settings["units"],
        activation=layer.settings["activation"],
        use_bias=layer.settings["use_bias"],
        **learned,
    ),
    "dropout": lambda layer, learned: Dropout(layer.settings["rate"]),
    "batch_norm": lambda layer, learned: BatchNorm(
        momentum=layer.settings["momentum"],
        epsilon=layer.settings["epsilon"],
        trainable=learned["trainable"],
    ),
    "activation": lambda layer, learned: Activation(layer.settings["name"]),
}


def network(
    architecture: BoundArchitecture,
    *,
    l2: float = 0.0,
    l2_biases: bool = False,
    reduction: str = "mean",
    frozen: Collection[str] = (),
    dtype: str = "float32",
) -> Network:
    """Build the network of an architecture, without weights.

    Parameters
    ----------
    architecture
        Layers bound to an image shape (H, W, C) and a number of classes.
    l2
        Adds ``l2 * sum(kernel**2)`` to the loss.
    l2_biases
        Whether that goes for all that is learned, and not for kernels only.
    reduction
        Whether the loss is the "mean" or the "sum" over a batch.
    frozen
        Kinds of layers whose weights are not trained.
    dtype
        "float32" or "float64".

    Its parameters and state have the names that the study's files use (``0_conv/kernel``).
    """
    layers = []
    for layer in architecture.layers:
        learned = {"l2": 0.0 if l2_biases else l2, "trainable": layer.kind not in frozen}
        layers.append(_LAYERS[layer.kind](layer, learned))
    return Network(
        layers,
        architecture.image_shape,
        loss=SoftmaxCrossEntropy(reduction),
        weight_decay=2 * l2 if l2_biases else 0.0,  # times half the sum of squares
        dtype=dtype,
    )
