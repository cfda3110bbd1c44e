"""The layers, one file each, and the list of them."""

from __future__ import annotations

from typing import Any

from numpynet.errors import ConfigurationError
from numpynet.layers.activation import Activation
from numpynet.layers.base import Layer
from numpynet.layers.batch_norm import BatchNorm
from numpynet.layers.conv import Conv2D
from numpynet.layers.dense import Dense
from numpynet.layers.dropout import Dropout
from numpynet.layers.flatten import Flatten
from numpynet.layers.local_response_norm import LocalResponseNorm
from numpynet.layers.pool import AveragePool2D, GlobalAveragePool2D, MaxPool2D
from numpynet.layers.separable_conv import SeparableConv2D

LAYERS: dict[str, type[Layer]] = {
    layer.kind: layer
    for layer in (
        Conv2D,
        SeparableConv2D,
        MaxPool2D,
        AveragePool2D,
        GlobalAveragePool2D,
        Flatten,
        Dense,
        Dropout,
        BatchNorm,
        LocalResponseNorm,
        Activation,
    )
}


def layer_from_config(config: dict[str, Any]) -> Layer:
    """Return the layer that `Layer.config` described."""
    settings = dict(config)
    kind = settings.pop("kind", None)
    if kind not in LAYERS:
        raise ConfigurationError(f"layer kind must be one of {', '.join(LAYERS)}, got {kind!r}")
    try:
        return LAYERS[kind](**settings)
    except TypeError as error:
        raise ConfigurationError(f"{kind}: {error}") from None


__all__ = [
    "LAYERS",
    "Activation",
    "AveragePool2D",
    "BatchNorm",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAveragePool2D",
    "Layer",
    "LocalResponseNorm",
    "MaxPool2D",
    "SeparableConv2D",
    "layer_from_config",
]
