"""A bound architecture: every shape, weight and cost known, nothing left to infer.

Engines build from this and from nothing else. Plain data, so that an engine depends on neither the
configuration's schema nor the layers of another engine, and so that it survives a JSON file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

from pydantic import TypeAdapter, computed_field
from pydantic.dataclasses import dataclass

Shape = tuple[int, ...]
"""(height, width, channels) of an image, (features,) of a flat layer; no batch axis."""


@dataclass(frozen=True)
class BoundWeight:
    """One array of a layer.

    ``start`` is the constant it starts at; None: drawn, for a kernel of these ``fans`` (in, out).
    """

    shape: Shape
    start: float | None = None
    fans: tuple[int, int] | None = None


@dataclass(frozen=True)
class BoundLayer:
    """One layer with its shapes, which leave the batch axis out.

    ``index`` is its place in its list of layers, from 0, weightless ones included; ``name`` is
    ``0_conv``, or within another layer ``3_residual/body/0_conv``, and its weights are
    ``0_conv/kernel``, ... ``settings`` holds every one of the kind, pairs as ``[rows, columns]``;
    ``parts`` the layers within: ``body`` and ``shortcut`` of a residual, ``0``, ``1``, ... of
    branches. ``weights`` are its own, in the order engines keep them.

    ``macs`` are the multiply-accumulates of one forward pass of one image: no additions of biases,
    pooling, normalisation and activations, and nothing of the layers within. ``receptive_field`` is
    (rows, columns) of input pixels that one output value can depend on, at most the image.
    """

    index: int
    name: str
    kind: str
    settings: dict[str, Any]
    input_shape: Shape
    output_shape: Shape
    weights: dict[str, BoundWeight]
    macs: int
    receptive_field: tuple[int, int]
    parts: dict[str, list[BoundLayer]]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def parameters(self) -> int:
        """How many numbers its own weights hold, moving statistics included."""
        return sum(prod(weight.shape) for weight in self.weights.values())

    @property
    def within(self) -> str:
        """The name of the part of another layer that it lies in; empty at the top."""
        return self.name.rpartition("/")[0]


@dataclass(frozen=True)
class BoundArchitecture:
    """An architecture for images of one shape (height, width, channels) and number of classes.

    ``family`` is "convolutional" where any layer slides one kernel over the whole image, else
    "dense". The last layer is a softmax over the classes.
    """

    name: str
    title: str
    source: str
    family: str
    image_shape: tuple[int, int, int]
    classes: int
    layers: list[BoundLayer]

    def walk(self) -> Iterator[BoundLayer]:
        """Yield every layer, those within others after the one they are in."""
        return _walk(self.layers)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def parameters(self) -> int:
        """The number of parameters, as Keras counts them."""
        return sum(layer.parameters for layer in self.walk())

    @computed_field  # type: ignore[prop-decorator]
    @property
    def macs(self) -> int:
        return sum(layer.macs for layer in self.walk())

    def to_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return found

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> BoundArchitecture:
        return _ADAPTER.validate_python(value)

    def identity_dict(self) -> dict[str, Any]:
        """Return what decides a training result: layers and shapes, no names and no titles."""
        return {
            "image_shape": list(self.image_shape),
            "classes": self.classes,
            "layers": _identity(self.layers),
        }


_ADAPTER = TypeAdapter(BoundArchitecture)


def _walk(layers: Sequence[BoundLayer]) -> Iterator[BoundLayer]:
    for layer in layers:
        yield layer
        for part in layer.parts.values():
            yield from _walk(part)


def _identity(layers: Sequence[BoundLayer]) -> list[dict[str, Any]]:
    return [
        {"kind": layer.kind, **layer.settings}
        | {part: _identity(within) for part, within in layer.parts.items()}
        for layer in layers
    ]
