"""Starting weights, from a seed and NumPy alone, so that every engine starts from the same bits."""

from collections import Counter
from math import prod
from typing import Any

import numpy as np

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.store.seeds import derive_seed, generator
from numpynet.initializers import Fans
from numpynet.initializers import initializer as initializer_of


def initial_weights(
    bound: BoundArchitecture, seed: int, initializer: str | dict[str, Any] | None = None
) -> dict[str, np.ndarray]:
    """Return the starting weights of a network, float32, by name (``0_conv/kernel``).

    Each kernel draws from a stream of its own, derived from its kind, its shape and its place
    among the kernels of that kind and shape. Adding, removing or reshaping another layer leaves
    a kernel's start as it was.

    ``seed`` is that of the initialisation axis. An ``initializer`` is used for every kernel instead
    of the layers' own; see :mod:`numpynet.initializers`.
    """
    weights = {}
    seen: Counter[str] = Counter()
    for layer in bound.walk():
        for name, weight in layer.weights.items():
            if weight.fans is None:
                value = np.full(weight.shape, weight.start)
            else:
                stream = f"{layer.kind}/{name}/{'x'.join(map(str, weight.shape))}"
                rng = generator(derive_seed(seed, stream, seen[stream]))
                seen[stream] += 1
                draw = initializer_of(initializer or layer.settings["initializer"])
                value = draw(rng, weight.shape, Fans(*weight.fans, prod(layer.input_shape)))
            weights[f"{layer.name}/{name}"] = value.astype(np.float32)
    return weights
