"""Networks that tests write as a file would, or that the project ships."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from densevsconv.networks.bind import Architecture
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.schema import load_architecture, parse_architecture

ARCHITECTURES = Path(__file__).parents[2] / "config" / "architectures"
SOFTMAX = "dense: {units: classes, activation: softmax}"
Shape = tuple[int, ...]


def written(layers: str | list[Any], **keys: Any) -> Architecture:
    """Return an architecture; a text holds layers in YAML, SOFTMAX for the usual last one."""
    if isinstance(layers, str):
        layers = yaml.safe_load(f"[{layers.replace('SOFTMAX', SOFTMAX)}]")
    return parse_architecture({"title": "Net", "layers": layers} | keys, name="net", file="n.yaml")


def bound(
    layers: str | list[Any], shape: Shape = (8, 8, 1), classes: int = 10, **keys: Any
) -> BoundArchitecture:
    return written(layers, **keys).bind(shape, classes)


@cache
def shipped(name: str, shape: Shape = (8, 8, 1), classes: int = 10) -> BoundArchitecture:
    return load_architecture(ARCHITECTURES, name).bind(shape, classes)


def weight_shapes(net: BoundArchitecture) -> dict[str, Shape]:
    """Return the shape of every weight by its full name (``0_conv/kernel``), in order."""
    layers = net.walk()
    return {f"{layer.name}/{n}": w.shape for layer in layers for n, w in layer.weights.items()}
