"""Starting weights, from a seed and NumPy alone, so that every engine starts from the same bits.

The distributions are those of Keras's initialisers of the same name: variance scaling by the fans
of the kernel [1]_ [2]_ [3]_, the "normal" ones drawn from a normal distribution cut at two
standard deviations and widened so that its variance is the one asked for. The "committed" ones are
what the code of fossheim2022 takes for Xavier's and He's.

References
----------
.. [1] Glorot, Bengio (2010), Understanding the difficulty of training deep feedforward networks.
.. [2] He et al. (2015), Delving deep into rectifiers.
.. [3] LeCun et al. (1998), Efficient BackProp.
"""

from __future__ import annotations

from collections import Counter
from math import inf, prod, sqrt
from typing import Any

import numpy as np

from densevsconv.networks.bound import (
    CONVOLUTIONAL_KINDS,
    BoundArchitecture,
    BoundLayer,
    Shape,
)
from densevsconv.store.seeds import derive_seed, generator

Initializer = str | dict[str, dict[str, float]]
"""One of :data:`NAMED_INITIALIZERS` or :data:`COMMITTED_INITIALIZERS`, or
``{"normal": {"std": 1.0}}``."""

_SCALES = {"glorot": 1.0, "he": 2.0, "lecun": 1.0}
NAMED_INITIALIZERS = (*(f"{n}_{d}" for n in _SCALES for d in ("uniform", "normal")), "zeros")

_COMMITTED_SCALES = {"committed_xavier": 1.0, "committed_he": 2.0}
COMMITTED_INITIALIZERS = tuple(_COMMITTED_SCALES)
"""To reproduce the published study, not to train with: see :func:`committed_std`."""

TRUNCATED_STD = 0.87962566103423978
"""Standard deviation of the standard normal distribution cut at -2 and 2."""

_CONSTANTS = {"bias": 0.0, "gamma": 1.0, "beta": 0.0, "moving_mean": 0.0, "moving_variance": 1.0}


def fans(shape: Shape) -> tuple[int, int]:
    """Return (fan_in, fan_out) of a kernel, as Keras counts them.

    The last two axes are input and output channels; the axes before them (rows and columns of a
    convolution) multiply both. A depthwise kernel (rows, columns, channels, 1) is counted by the
    same rule, so its fan_in is rows*columns*channels although each output sees one channel only:
    Keras's convention, kept so that both start alike.
    """
    window = prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def initial_weights(
    bound: BoundArchitecture, seed: int, initializer: Initializer | None = None
) -> dict[str, np.ndarray]:
    """Return the starting weights of a network, float32, by name (``0_conv/kernel``).

    Each kernel draws from a stream of its own, derived from its kind, its shape and its place
    among the kernels of that kind and shape. Adding, removing or reshaping another layer leaves
    a kernel's start as it was.

    Parameters
    ----------
    bound
        The architecture.
    seed
        Seed of the initialisation axis (:func:`densevsconv.store.seeds.training_seeds`).
    initializer
        Used for every kernel instead of the layers' own.
    """
    weights = {}
    seen: Counter[str] = Counter()
    for layer in bound.layers:
        for name, shape in layer.weights.items():
            if name in _CONSTANTS:
                value = np.full(shape, _CONSTANTS[name])
            else:
                stream = f"{layer.kind}/{name}/{'x'.join(map(str, shape))}"
                rng = generator(derive_seed(seed, stream, seen[stream]))
                seen[stream] += 1
                own = initializer or layer.settings["initializer"]
                if own in COMMITTED_INITIALIZERS:
                    own = {"normal": {"std": committed_std(own, layer)}}
                value = draw(shape, own, rng)
            weights[f"{layer.name}/{name}"] = value.astype(np.float32)
    return weights


def committed_std(name: str, layer: BoundLayer) -> float:
    """Return the standard deviation of one of :data:`COMMITTED_INITIALIZERS` for a layer.

    fossheim2022 (section III) sets the variance to scale / n, n the number of values the layer
    receives. Its code passes that as a standard deviation: as it is in a convolution, inverted in
    a dense layer (20 inputs start with a standard deviation of 20).
    """
    variance = _COMMITTED_SCALES[name] / prod(layer.input_shape)
    return variance if layer.kind in CONVOLUTIONAL_KINDS else 1 / variance


def draw(shape: Shape, initializer: Initializer, rng: np.random.Generator) -> np.ndarray:
    """Return one kernel, float64."""
    if isinstance(initializer, dict):
        return rng.normal(0.0, initializer["normal"]["std"], shape)
    if initializer == "zeros":
        return np.zeros(shape)
    name, distribution = initializer.split("_")
    fan_in, fan_out = fans(shape)
    variance = _SCALES[name] / ((fan_in + fan_out) / 2 if name == "glorot" else fan_in)
    if distribution == "uniform":
        limit = sqrt(3 * variance)
        return rng.uniform(-limit, limit, shape)
    return _truncated_normal(shape, rng) * (sqrt(variance) / TRUNCATED_STD)


def _truncated_normal(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    values = rng.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = rng.standard_normal(int(outside.sum()))
    return values


def is_initializer(value: Any) -> bool:
    """Tell whether ``value`` is something :func:`initial_weights` understands."""
    if isinstance(value, str):
        return value in NAMED_INITIALIZERS or value in COMMITTED_INITIALIZERS
    match value:
        case {"normal": {"std": int() | float() as std, **more}, **others}:
            return not more and not others and type(std) is not bool and 0 <= std < inf
    return False
