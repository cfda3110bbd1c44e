"""Random starts of the weights; biases start at zero.

The distributions are those of Keras's initialisers of the same name: variance scaling by the fans
of the kernel [1]_ [2]_ [3]_, the "normal" ones drawn from a normal distribution cut at two standard
deviations and widened so that its variance is the one asked for.

References
----------
.. [1] Glorot, Bengio (2010), Understanding the difficulty of training deep feedforward networks.
.. [2] He et al. (2015), Delving deep into rectifiers.
.. [3] LeCun et al. (1998), Efficient BackProp.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, prod, sqrt
from typing import Any, NamedTuple

import numpy as np

from numpynet.arrays import Array, Shape
from numpynet.errors import ConfigurationError

TRUNCATED_STD = 0.87962566103423978
"""Standard deviation of the standard normal distribution cut at -2 and 2."""


class Fans(NamedTuple):
    """What a start may depend on: inputs and outputs of one weight's connection.

    ``nodes`` is the number of values the layer receives (height x width x channels).
    """

    fan_in: int
    fan_out: int
    nodes: int


def fans(shape: Shape, nodes: int = 0) -> Fans:
    """Return the fans of a kernel, as Keras counts them.

    The last two axes are input and output channels; the axes before them (rows and columns of a
    convolution) multiply both. A depthwise kernel (rows, columns, channels, 1) is counted by the
    same rule, so its fan_in is rows*columns*channels although each output sees one channel only:
    Keras's convention, kept so that both start alike.
    """
    window = prod(shape[:-2])
    return Fans(window * shape[-2], window * shape[-1], nodes)


Initializer = Callable[[np.random.Generator, Shape, Fans], Array]
"""Draws float64 values of a shape."""


@dataclass(frozen=True)
class Normal:
    """Normal with mean 0 and the given standard deviation."""

    std: float

    def __call__(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> Array:
        return generator.normal(0.0, self.std, shape)


@dataclass(frozen=True)
class VarianceScaling:
    """Mean 0 and variance ``scale / n``, n = fan_in, or (fan_in + fan_out) / 2 if `averaged`."""

    scale: float
    averaged: bool
    uniform: bool

    def __call__(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> Array:
        n = (fans.fan_in + fans.fan_out) / 2 if self.averaged else fans.fan_in
        variance = self.scale / n
        if self.uniform:
            limit = sqrt(3 * variance)
            return generator.uniform(-limit, limit, shape)
        values = generator.standard_normal(shape)
        while (outside := np.abs(values) > 2).any():
            values[outside] = generator.standard_normal(int(outside.sum()))
        return values * (sqrt(variance) / TRUNCATED_STD)


INITIALIZERS: dict[str, Initializer] = {
    "glorot_uniform": VarianceScaling(1.0, averaged=True, uniform=True),
    "glorot_normal": VarianceScaling(1.0, averaged=True, uniform=False),
    "he_uniform": VarianceScaling(2.0, averaged=False, uniform=True),
    "he_normal": VarianceScaling(2.0, averaged=False, uniform=False),
    "lecun_uniform": VarianceScaling(1.0, averaged=False, uniform=True),
    "lecun_normal": VarianceScaling(1.0, averaged=False, uniform=False),
    "zeros": lambda generator, shape, fans: np.zeros(shape),
}
"""By name; a plug-in may add its own."""

BUILT_IN = tuple(INITIALIZERS)
ALLOWED = f"one of {', '.join(BUILT_IN)}, or {{normal: {{std: NUMBER}}}}, or a plug-in's"


def initializer(description: str | dict[str, Any]) -> Initializer:
    """Return the initializer for a name, or for ``{"normal": {"std": NUMBER}}``."""
    if isinstance(description, str) and description in INITIALIZERS:
        return INITIALIZERS[description]
    match description:
        case {"normal": {"std": int() | float() as std, **more}, **others}:
            if not more and not others and type(std) is not bool and 0 <= std < inf:
                return Normal(float(std))
    raise ConfigurationError(f"initializer must be {ALLOWED}, got {description!r}")
