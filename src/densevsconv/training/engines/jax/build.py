"""From an architecture's description to the function from images to logits."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add

import jax
import jax.numpy as jnp

from densevsconv.errors import ArchitectureError
from densevsconv.networks.bound import BoundArchitecture, BoundLayer
from densevsconv.training.engines.jax.layers import LAYERS, Pass, activation


def logits(architecture: BoundArchitecture, images: jax.Array, p: Pass) -> jax.Array:
    """Return (N, classes) of float32 images (N, H, W, C), already scaled.

    The closing softmax is left out: the loss is stable on logits.
    """
    *layers, last = architecture.layers
    key = "name" if "name" in last.settings else "activation"
    return _through([*layers, replace(last, settings=last.settings | {key: "linear"})], images, p)


def learned(architecture: BoundArchitecture, frozen: Sequence[str]) -> set[str]:
    """Return the names of the weights that a training changes, given the frozen kinds."""
    return {
        f"{layer.name}/{name}"
        for layer in architecture.walk()
        for name in layer.weights
        if layer.kind not in frozen and not name.startswith("moving_")
    }


def _through(layers: Sequence[BoundLayer], x: jax.Array, p: Pass) -> jax.Array:
    return reduce(lambda x, layer: _applied(layer, x, p), layers, x)


def _applied(layer: BoundLayer, x: jax.Array, p: Pass) -> jax.Array:
    ways = [_through(part, x, p) for part in layer.parts.values()]
    match layer.kind:
        case "residual":
            return activation(layer.settings["activation"])(reduce(add, ways))
        case "branches":
            together = layer.settings["join"] == "concatenate"
            return jnp.concatenate(ways, axis=-1) if together else reduce(add, ways)
        case kind if kind in LAYERS:
            return LAYERS[kind](layer, x, p)
    raise ArchitectureError(
        f"{layer.name}: found a layer of the kind {layer.kind}, which the engine jax has not; "
        f"allowed there: {', '.join([*LAYERS, 'residual', 'branches'])}"
    )
