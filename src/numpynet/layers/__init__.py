"""The layers, one class each, and the list of them."""

from typing import Any

from numpynet.layers.base import Layer
from numpynet.layers.batch_norm import BatchNorm
from numpynet.layers.containers import Branches, Residual
from numpynet.layers.conv import Conv2D
from numpynet.layers.conv_transpose import ConvTranspose2D
from numpynet.layers.dense import Dense
from numpynet.layers.elementwise import Activation, Dropout
from numpynet.layers.local_response_norm import LocalResponseNorm
from numpynet.layers.locally_connected import LocallyConnected2D
from numpynet.layers.pool import AveragePool2D, GlobalAveragePool2D, MaxPool2D
from numpynet.layers.reshape import Flatten, ZeroPadding2D
from numpynet.layers.separable_conv import SeparableConv2D

LAYERS: dict[str, type[Layer]] = {
    layer.kind: layer
    for layer in (
        Conv2D,
        SeparableConv2D,
        LocallyConnected2D,
        ConvTranspose2D,
        MaxPool2D,
        AveragePool2D,
        GlobalAveragePool2D,
        ZeroPadding2D,
        Flatten,
        Dense,
        Dropout,
        BatchNorm,
        LocalResponseNorm,
        Activation,
        Residual,
        Branches,
    )
}


def layer_from_config(config: dict[str, Any]) -> Layer:
    """Return the layer that `Layer.config` described, and the layers within."""
    settings = {key: _with_layers(value) for key, value in config.items()}
    return LAYERS[settings.pop("kind")](**settings)


def _with_layers(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_layers(item) for item in value]
    return layer_from_config(value) if isinstance(value, dict) and "kind" in value else value
