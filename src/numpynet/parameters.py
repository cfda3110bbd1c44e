"""All parameters of a network in one vector, all gradients in another.

Layers see shaped views of them. An optimiser or a penalty then is a handful of operations on two
vectors, whatever the number of layers: for small networks, most of the time of a step otherwise.
What is trained comes first, what is frozen last, so that updating is a slice.

Penalties on the size of the parameters theta are added to the loss of every batch. Per layer, as
Keras: ``l2 sum K^2`` over its kernels, gradient ``2 l2 K``. For the whole network:
``weight_decay / 2 sum theta^2`` over all that is learned, gradient ``weight_decay theta``. Neither
is divided by the batch size, also where the loss is summed over the batch.
"""

from collections.abc import Mapping
from math import prod

import numpy as np
import numpy.typing as npt

from numpynet.arrays import Array
from numpynet.errors import ConfigurationError, ShapeError
from numpynet.layers.base import Layer


class ParameterVector:
    """The two vectors and the views, for built layers by name; each layer is given its views.

    Attributes: ``values``, ``gradients`` (whole vectors), ``trained`` and ``trained_gradients``
    (the part an optimiser may touch), ``views`` and ``gradient_views`` (by name, such as
    "0_conv/kernel", in layer order), ``l2`` (one factor per parameter, None if all are zero).
    """

    def __init__(self, layers: Mapping[str, Layer], dtype: npt.DTypeLike) -> None:
        learned = [
            (name, part, weight.shape)
            for name, layer in layers.items()
            for part, weight in layer.weights().items()
            if weight.learned
        ]
        size = sum(prod(shape) for *_, shape in learned)
        self.values, self.gradients = np.zeros(size, dtype), np.zeros(size, dtype)
        factors = np.zeros(size, dtype)
        self.views: dict[str, Array] = {f"{name}/{part}": factors for name, part, _ in learned}
        self.gradient_views = dict(self.views)  # both in the order of layers
        start = trained = 0
        for name, part, shape in sorted(learned, key=lambda each: not layers[each[0]].trainable):
            layer, place = layers[name], slice(start, start + prod(shape))
            start = place.stop
            view, gradient = self.values[place].reshape(shape), self.gradients[place].reshape(shape)
            self.views[f"{name}/{part}"] = layer.parameters[part] = view
            self.gradient_views[f"{name}/{part}"] = layer.gradients[part] = gradient
            if part.endswith("kernel"):
                factors[place] = layer.l2
            if layer.trainable:
                trained = start
        self.trained, self.trained_gradients = self.values[:trained], self.gradients[:trained]
        self.l2 = factors if factors.any() else None

    def penalty(self, weight_decay: float) -> float:
        total = 0.0
        if self.l2 is not None:
            total += float(np.dot(self.l2, self.values * self.values))
        if weight_decay:
            total += 0.5 * weight_decay * float(np.dot(self.values, self.values))
        return total

    def add_penalty_gradient(self, weight_decay: float) -> None:
        if self.l2 is not None:
            self.gradients += 2.0 * self.l2 * self.values
        if weight_decay:
            self.gradients += weight_decay * self.values


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
