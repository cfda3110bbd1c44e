"""Layers that hold layers: a shortcut around a body, branches side by side.

Each part is a row of layers; parts nest to any depth.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from numpynet.arrays import Array, Shape, text
from numpynet.errors import ShapeError
from numpynet.layers.base import (
    PREDICTING,
    ActivatedLayer,
    Layer,
    Mode,
    Say,
    Sees,
    WeightedLayer,
    backward_row,
    build_row,
    forward_row,
)
from numpynet.layers.batch_norm import BatchNorm
from numpynet.layers.conv import Conv2D
from numpynet.settings import ACTIVATION, Kind, choice, setting


def _row(value: Any) -> list[Layer]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, Layer) for each in value):
        raise ValueError(value)
    return [replace(layer) for layer in value]  # a copy: a layer belongs to one network


def _rows(value: Any) -> list[list[Layer]]:
    first, second, *more = value
    return [_row(path) for path in (first, second, *more)]


_WORDS = ("identity", "projection")
BODY = Kind(lambda value: _row(value or None), "a list of layers, not empty", layers=True)
SHORTCUT = Kind(
    lambda value: value if value in _WORDS else _row(value),
    f"one of {', '.join(_WORDS)}, or a list of layers",
    _WORDS,
    layers=True,
)
PATHS = Kind(_rows, "a list of two or more lists of layers", layers=True)


def sees_row(layers: list[Layer], field: Sees) -> Sees:
    for layer in layers:
        field = layer.sees(field)
    return field


def _widest(paths: Iterable[list[Layer]], field: Sees) -> Sees:
    fields = [sees_row(path, field) for path in paths]
    return Sees(*map(max, zip(*fields, strict=True)))


def _sum_of_errors(layer: Layer, error: Array, paths: list[list[Layer]], parts: list[Array],
                   needs_input_error: bool) -> Array | None:  # fmt: skip
    """Run `paths` backward, each from its part of the error; return the sum of what comes out."""
    out = layer.workspace.get("input error", len(error), layer.input_shape)
    for place, (path, part) in enumerate(zip(paths, parts, strict=True)):
        own = layer.workspace.like(f"error {place}", part)  # a path may overwrite its error
        np.copyto(own, part)
        found = backward_row(path, own, needs_input_error)
        if found is not None:
            np.copyto(out, found) if place == 0 else np.add(out, found, out=out)
    return out if needs_input_error else None


@dataclass(eq=False)
class Residual(ActivatedLayer):
    """A body with a shortcut around it: ``A = f(body(X) + shortcut(X))`` (He et al. 2015).

    The shortcut is the "identity", a list of layers, or a "projection" where the body changes the
    shape and else the identity: a 1x1 convolution with the body's filters and stride, and, where
    the body ends in a batch normalisation, one with its settings (option B of He et al.).

    Backward: the error goes through both, ``dC/dX = body'(delta) + shortcut'(delta)``: through an
    identity whole, however deep the body.
    """

    kind: ClassVar[str] = "residual"

    body: list[Layer] = setting(BODY, description="The layers that the shortcut goes around.")
    shortcut: str | list[Layer] = setting(
        SHORTCUT,
        default="identity",
        description="The other way; projection: a 1x1 convolution (and a batch_norm, if the body "
        "has one) where the body changes the shape, else the identity.",
    )
    activation: str = setting(
        ACTIVATION, default="linear", description="Function applied to the sum."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._way: list[Layer] = self.shortcut if isinstance(self.shortcut, list) else []

    def parts(self) -> dict[str, list[Layer]]:
        return {"body": self.body, "shortcut": self._way}

    def infer_output_shape(self) -> Shape:
        dtype = self.workspace.dtype
        shape = build_row(self.body, self.input_shape, dtype, "body")
        if self.shortcut == "projection":
            self._way = self._projection(shape)
        other = build_row(self._way, self.input_shape, dtype, "shortcut")
        if shape != other:
            raise ShapeError(
                f"has a body that ends in {text(shape)} and a shortcut that ends in {text(other)}; "
                "make them alike, such as by `shortcut: projection`"
            )
        return shape

    def _projection(self, after: Shape) -> list[Layer]:
        if self.input_shape == after:
            return []
        drawn = next(
            (layer for layer in reversed(self.body) if isinstance(layer, WeightedLayer)),
            Conv2D(1, (1, 1)),
        )
        step = sees_row(self.body, Sees())
        stride = round(step.row_step), round(step.column_step)
        settings = {name: getattr(drawn, name) for name in ("initializer", "use_bias", "l2")}
        way: list[Layer] = [Conv2D(after[-1], (1, 1), stride, **settings)]
        norms = [layer for layer in self.body if isinstance(layer, BatchNorm)]
        return [*way, replace(norms[-1])] if norms else way

    def sees(self, field: Sees) -> Sees:
        return _widest(self.parts().values(), field)

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        body = forward_row(self.body, x, mode)
        z = self.workspace.get("z", len(x), self.output_shape)
        np.add(body, forward_row(self._way, x, mode), out=z)
        return self.activate(z)

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        delta = self.activation_error(error)
        ways = [self.body, self._way]
        return _sum_of_errors(self, delta, ways, [delta, delta], needs_input_error)


@dataclass(eq=False)
class Branches(Layer):
    """Paths side by side from one input, joined along the channels (Szegedy et al. 2015), or added.

    Backward: each path gets the errors of its own channels (added: of all), and what they return is
    added up.
    """

    kind: ClassVar[str] = "branches"

    paths: list[list[Layer]] = setting(
        PATHS, description="Lists of layers side by side; an empty one passes its input on."
    )
    join: str = setting(
        choice("concatenate", "add"),
        default="concatenate",
        description="How their outputs become one: channels one after the other, or the sum.",
    )

    @classmethod
    def of(cls, settings: dict[str, Any], parts: dict[str, list[Layer]]) -> Self:
        return cls(list(parts.values()), **settings)

    def parts(self) -> dict[str, list[Layer]]:
        return {str(place): path for place, path in enumerate(self.paths)}

    def infer_output_shape(self) -> Shape:
        ends = [
            build_row(path, self.input_shape, self.workspace.dtype, f"paths[{place}]")
            for place, path in enumerate(self.paths)
        ]
        whole = self.join == "add"
        if len({end if whole else end[:-1] for end in ends}) > 1:
            raise ShapeError(
                f"has paths that end in {', '.join(map(text, ends))}; make them alike"
                + ("" if whole else " but for the channels")
            )
        self._channels = [end[-1] for end in ends]
        return (*ends[0][:-1], self._channels[0] if whole else sum(self._channels))

    def sees(self, field: Sees) -> Sees:
        return _widest(self.paths, field)

    def details(self, say: Say) -> list[str]:
        return [] if self.join == "concatenate" else [self.join]

    def forward(self, x: Array, mode: Mode = PREDICTING) -> Array:
        outputs = [forward_row(path, x, mode) for path in self.paths]
        out = self.workspace.get("out", len(x), self.output_shape)
        if self.join == "concatenate":
            return np.concatenate(outputs, axis=-1, out=out)
        np.copyto(out, outputs[0])
        for each in outputs[1:]:
            np.add(out, each, out=out)
        return out

    def backward(self, error: Array, needs_input_error: bool = True) -> Array | None:
        if self.join == "concatenate":
            parts = np.split(error, np.cumsum(self._channels)[:-1], axis=-1)
        else:
            parts = [error] * len(self.paths)
        return _sum_of_errors(self, error, self.paths, parts, needs_input_error)
