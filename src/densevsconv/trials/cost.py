"""A rough estimate of training time, to share work out evenly; never reported."""

from math import prod

from densevsconv.networks.bound import BoundArchitecture

MACS_PER_SECOND = {"dense": 5.5e10, "convolutional": 8e10}
ELEMENT_SECONDS = {"dense": 1e-9, "convolutional": 4e-9}
"""Of a layer's output: activations, pools and their gradients, which for small networks of few
filters take longer than the multiply-accumulates do."""
LAYER_SECONDS = {"dense": 1e-5, "convolutional": 3e-5}
"""What a layer's operations cost a step however small they are; convolutions have dear ones.

All measured on one processor core, with the networks of quickstart and fossheim2022 on images of
8x8 to 32x32."""
COMPILE_SECONDS = 3.0
"""What a network costs once in every process that trains it."""


def estimated_seconds(
    architecture: BoundArchitecture, *, epochs: int, images: int, batch_size: int
) -> float:
    """Return the estimated seconds of one training run.

    Forward and backward together cost about three forward passes.
    """
    family = architecture.family
    layers = [prod(layer.output_shape) for layer in architecture.walk()]
    image = 3 * architecture.macs / MACS_PER_SECOND[family] + ELEMENT_SECONDS[family] * sum(layers)
    steps = images // batch_size
    return epochs * steps * (batch_size * image + LAYER_SECONDS[family] * len(layers))
