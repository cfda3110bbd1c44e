"""From an architecture's description to a numpynet network."""

from __future__ import annotations

from collections.abc import Collection

from densevsconv.networks.bound import BoundArchitecture
from numpynet.layers import layer_of
from numpynet.layers.base import walk
from numpynet.losses import SoftmaxCrossEntropy
from numpynet.network import Network


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
    layers = [layer_of(layer) for layer in architecture.layers]
    for _, layer in walk(layers):
        layer.l2 = 0.0 if l2_biases else l2
        layer.trainable = layer.kind not in frozen
    return Network(
        layers,
        architecture.image_shape,
        loss=SoftmaxCrossEntropy(reduction),
        weight_decay=2 * l2 if l2_biases else 0.0,  # times half the sum of squares
        dtype=dtype,
    )
