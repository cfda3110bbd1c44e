"""Looking inside a network: kernels, feature maps, gradient norms, as arrays.

`numpynet.figures` draws them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from numpynet.arrays import Array
from numpynet.errors import ConfigurationError
from numpynet.network import Network


def kernels(network: Network, layer: int | str) -> Array:
    """Return a copy of the kernel of a layer, by index or name, e.g. (kh, kw, C, F) for conv.

    Of a separable convolution it is the depthwise kernel (kh, kw, C, 1).
    """
    index = _index(network, layer)
    for name in ("kernel", "depthwise_kernel"):
        if name in network.layers[index].parameters:
            return network.layers[index].parameters[name].copy()
    raise ConfigurationError(f"layer {network.layer_names[index]} has no kernel")


def feature_maps(network: Network, x: npt.ArrayLike) -> dict[str, Array]:
    """Return the output of every layer for inputs `x`, by layer name, as when predicting.

    A final softmax that the loss has taken over shows logits.
    """
    outputs = network.check_inputs(x)
    maps = {}
    for name, layer in zip(network.layer_names, network.layers, strict=True):
        outputs = layer.forward(outputs)
        maps[name] = outputs.copy()
    return maps


def gradient_norms(
    network: Network,
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    generator: np.random.Generator | None = None,
) -> dict[str, float]:
    """Return the Euclidean norm of each parameter's gradient on a batch, in layer order.

    Norms that shrink towards the first layers are the vanishing gradient of saturated units.
    """
    _, gradients = network.loss_and_gradients(x, y, generator=generator)
    return {name: float(np.linalg.norm(gradient)) for name, gradient in gradients.items()}


def _index(network: Network, layer: int | str) -> int:
    if isinstance(layer, str) and layer in network.layer_names:
        return network.layer_names.index(layer)
    if isinstance(layer, int) and -len(network.layers) <= layer < len(network.layers):
        return layer % len(network.layers)
    raise ConfigurationError(
        f"layer must be one of {', '.join(network.layer_names)} or an index, got {layer!r}"
    )
