"""All parameters of a network in one vector, all gradients in another.

Layers see shaped views of them. An optimiser or a penalty then is a handful of operations on two
vectors, whatever the number of layers: for small networks, most of the time of a step otherwise.
What is trained comes first, what is frozen last, so that updating is a slice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from numpynet.arrays import Array, Shape
from numpynet.errors import ConfigurationError, ShapeError
from numpynet.layers.base import Layer, WeightedLayer


@dataclass(frozen=True)
class ParameterSpec:
    """One array of parameters: its name ("0_conv/kernel"), shape, whether trained, penalties."""

    name: str
    shape: Shape
    trainable: bool = True
    l1: float = 0.0
    l2: float = 0.0


class ParameterVector:
    """The two vectors and the views.

    Attributes: ``values``, ``gradients`` (whole vectors), ``trained`` and ``trained_gradients``
    (the part an optimiser may touch), ``views`` and ``gradient_views`` (by name, in layer order),
    ``l1`` and ``l2`` (one factor per parameter, None if all are zero).
    """

    def __init__(self, specs: Sequence[ParameterSpec], dtype: npt.DTypeLike) -> None:
        self.specs = list(specs)
        size = sum(int(np.prod(spec.shape)) for spec in specs)
        self.values = np.zeros(size, dtype)
        self.gradients = np.zeros(size, dtype)
        places: dict[str, slice] = {}
        start = 0
        for spec in sorted(specs, key=lambda spec: not spec.trainable):
            stop = start + int(np.prod(spec.shape))
            places[spec.name] = slice(start, stop)
            start = stop
        trained = sum(int(np.prod(spec.shape)) for spec in specs if spec.trainable)
        self.trained = self.values[:trained]
        self.trained_gradients = self.gradients[:trained]
        self.views: dict[str, Array] = {}
        self.gradient_views: dict[str, Array] = {}
        for spec in specs:
            self.views[spec.name] = self.values[places[spec.name]].reshape(spec.shape)
            self.gradient_views[spec.name] = self.gradients[places[spec.name]].reshape(spec.shape)
        self.l1 = self._spread(places, {spec.name: spec.l1 for spec in specs})
        self.l2 = self._spread(places, {spec.name: spec.l2 for spec in specs})

    def _spread(self, places: dict[str, slice], factors: dict[str, float]) -> Array | None:
        """Return one factor per parameter, or None if all are zero."""
        if not any(factors.values()):
            return None
        vector = np.zeros_like(self.values)
        for name, place in places.items():
            vector[place] = factors[name]
        return vector


def bind_parameters(
    names: Sequence[str], layers: Sequence[Layer], dtype: npt.DTypeLike
) -> ParameterVector:
    """Make room for the parameters of built `layers`, called `names`, and give each its views."""
    specs = []
    for name, layer in zip(names, layers, strict=True):
        trainable = getattr(layer, "trainable", True)
        for part, shape in layer.parameter_shapes().items():
            l1 = l2 = 0.0
            if isinstance(layer, WeightedLayer) and part.endswith("kernel"):
                l1, l2 = layer.l1, layer.l2
            specs.append(ParameterSpec(f"{name}/{part}", shape, trainable, l1, l2))
    vector = ParameterVector(specs, dtype)
    for name, layer in zip(names, layers, strict=True):
        parts = list(layer.parameter_shapes())
        layer.bind(
            {part: vector.views[f"{name}/{part}"] for part in parts},
            {part: vector.gradient_views[f"{name}/{part}"] for part in parts},
        )
    return vector


def assign(targets: dict[str, Array], given: dict[str, Array], what: str) -> None:
    """Copy `given` into `targets`; names and shapes must be the same, or nothing is changed."""
    missing, unknown = sorted(targets.keys() - given), sorted(given.keys() - targets)
    if missing or unknown:
        raise ConfigurationError(
            f"{what} by name: expected {sorted(targets)}, missing {missing}, unknown {unknown}"
        )
    for name, target in targets.items():
        if np.shape(given[name]) != target.shape:
            raise ShapeError(
                f"{what} {name}: expected shape {target.shape}, got {np.shape(given[name])}"
            )
    for name, target in targets.items():
        target[...] = given[name]
