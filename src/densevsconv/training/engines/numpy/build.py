"""From an architecture's description to a numpynet network."""

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.training.settings import Training
from numpynet.layers import LAYERS
from numpynet.layers.base import layer_of, walk
from numpynet.network import Network


def network(
    architecture: BoundArchitecture, training: Training | None = None, dtype: str = "float32"
) -> Network:
    """Return the network of an architecture, without weights.

    Of ``training`` only what the network itself must know counts: the penalty, and what is frozen.
    Parameters and state have the names that the study's files use (``0_conv/kernel``).
    """
    training = training or Training()
    layers = [layer_of(layer, LAYERS) for layer in architecture.layers]
    for _, layer in walk(layers):
        layer.l2 = 0.0 if training.l2_biases else training.l2
        layer.trainable = layer.kind not in training.frozen
    return Network(
        layers,
        architecture.image_shape,
        weight_decay=2 * training.l2 if training.l2_biases else 0.0,  # times half a sum of squares
        dtype=dtype,
    )
