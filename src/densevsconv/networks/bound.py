"""A bound architecture: every shape, weight and cost known, nothing left to infer.

Engines build from this and from nothing else. Plain dataclasses, so that an engine depends on
neither the configuration's schema nor the shape inference, and so that it survives a JSON file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

Shape = tuple[int, ...]
"""(height, width, channels) of an image, (features,) of a flat layer; no batch axis."""

CONVOLUTIONAL_KINDS = frozenset({"conv", "separable_conv"})


@dataclass(frozen=True)
class BoundLayer:
    """One layer with its shapes.

    Attributes
    ----------
    index
        Position in the list of layers, counted from 0, weightless layers included.
    kind
        "conv", "separable_conv", "max_pool", "average_pool", "global_average_pool", "flatten",
        "dense", "dropout", "batch_norm" or "activation".
    settings
        Every setting of the kind, defaults filled in; pairs are ``[rows, columns]``.
    input_shape, output_shape
        Without the batch axis.
    weights
        Shape of each weight, by name ("kernel", "bias", ...), in the order engines keep them.
    parameters
        How many numbers the weights hold, batch normalisation's moving statistics included
        (Keras's ``count_params``).
    macs
        Multiply-accumulates of one forward pass of one image; additions of biases, pooling,
        normalisation and activations are not counted.
    receptive_field
        (rows, columns) of input pixels that one output value can depend on, at most the image.
    """

    index: int
    kind: str
    settings: dict[str, Any]
    input_shape: Shape
    output_shape: Shape
    weights: dict[str, Shape]
    macs: int
    receptive_field: tuple[int, int]

    @property
    def name(self) -> str:
        """Return the layer's name, such as ``0_conv``; its weights are ``0_conv/kernel``, ..."""
        return f"{self.index}_{self.kind}"

    @property
    def parameters(self) -> int:
        """Return how many numbers the layer's weights hold."""
        return sum(prod(shape) for shape in self.weights.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the layer as JSON-like values."""
        return {
            "index": self.index,
            "kind": self.kind,
            "settings": self.settings,
            "input_shape": list(self.input_shape),
            "output_shape": list(self.output_shape),
            "weights": {name: list(shape) for name, shape in self.weights.items()},
            "parameters": self.parameters,
            "macs": self.macs,
            "receptive_field": list(self.receptive_field),
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> BoundLayer:
        """Return the layer that :meth:`to_dict` wrote."""
        rows, columns = value["receptive_field"]
        return cls(
            index=value["index"],
            kind=value["kind"],
            settings=value["settings"],
            input_shape=tuple(value["input_shape"]),
            output_shape=tuple(value["output_shape"]),
            weights={name: tuple(shape) for name, shape in value["weights"].items()},
            macs=value["macs"],
            receptive_field=(rows, columns),
        )


@dataclass(frozen=True)
class BoundArchitecture:
    """An architecture for images of one shape and one number of classes.

    Attributes
    ----------
    name, title, source
        What it is called in files and in reports, and where it comes from.
    image_shape
        (height, width, channels).
    classes
        Size of the output, which is a softmax.
    layers
        In order; the last one's output has shape ``(classes,)``.
    """

    name: str
    title: str
    source: str
    image_shape: tuple[int, int, int]
    classes: int
    layers: list[BoundLayer]

    @property
    def parameters(self) -> int:
        """Return the number of parameters, as Keras counts them."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int:
        """Return the multiply-accumulates of one forward pass of one image."""
        return sum(layer.macs for layer in self.layers)

    @property
    def family(self) -> str:
        """Return "convolutional" where any layer convolves, else "dense"."""
        kinds = {layer.kind for layer in self.layers}
        return "convolutional" if kinds & CONVOLUTIONAL_KINDS else "dense"

    @cached_property
    def weight_shapes(self) -> dict[str, Shape]:
        """Return the shape of every weight, by its full name (``0_conv/kernel``), in order."""
        return {
            f"{layer.name}/{name}": shape
            for layer in self.layers
            for name, shape in layer.weights.items()
        }

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-like values."""
        return {
            "name": self.name,
            "title": self.title,
            "source": self.source,
            "image_shape": list(self.image_shape),
            "classes": self.classes,
            "family": self.family,
            "parameters": self.parameters,
            "macs": self.macs,
            "layers": [layer.to_dict() for layer in self.layers],
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> BoundArchitecture:
        """Return the architecture that :meth:`to_dict` wrote."""
        height, width, channels = value["image_shape"]
        return cls(
            name=value["name"],
            title=value["title"],
            source=value["source"],
            image_shape=(height, width, channels),
            classes=value["classes"],
            layers=[BoundLayer.from_dict(layer) for layer in value["layers"]],
        )

    def identity_dict(self) -> dict[str, Any]:
        """Return what decides a training result: layers and shapes, no names and no titles."""
        return {
            "image_shape": list(self.image_shape),
            "classes": self.classes,
            "layers": [{"kind": layer.kind, **layer.settings} for layer in self.layers],
        }
