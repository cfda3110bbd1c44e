"""Random starts of the weights; biases start at zero.

``fan_in`` and ``fan_out`` count the inputs and outputs of one weight's connection as Keras does
(for a kernel: times its height and width). Names end in the distribution; "xavier" is Keras's
default, uniform. The study's committed code took the variance for something else: see
`CommittedScheme`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from numpynet.arrays import Array, Shape
from numpynet.errors import ConfigurationError


@dataclass(frozen=True)
class Fans:
    """What a start may depend on.

    ``input_nodes`` is the number of values the layer receives (height x width x channels), which
    the study calls n_prev; ``convolutional`` tells a conv layer from a dense one.
    """

    fan_in: int
    fan_out: int
    input_nodes: int
    convolutional: bool = False


@dataclass(frozen=True)
class Normal:
    """Normal with mean 0 and the given standard deviation; the study's default start is 1."""

    std: float = 1.0

    def __call__(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> Array:
        """Draw float64 values of `shape`."""
        return generator.normal(0.0, self.std, shape)


@dataclass(frozen=True)
class VarianceScaling:
    """Mean 0 and variance ``scale / n``, n = fan_in, or (fan_in + fan_out) / 2 for "fan_avg"."""

    scale: float
    mode: str = "fan_in"
    distribution: str = "normal"

    def __post_init__(self) -> None:
        if self.mode not in ("fan_in", "fan_avg") or self.distribution not in ("normal", "uniform"):
            raise ConfigurationError(
                "mode must be fan_in or fan_avg and distribution normal or uniform, got "
                f"{self.mode!r} and {self.distribution!r}"
            )

    def __call__(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> Array:
        """Draw float64 values of `shape`."""
        n = fans.fan_in if self.mode == "fan_in" else (fans.fan_in + fans.fan_out) / 2
        variance = self.scale / n
        if self.distribution == "uniform":
            limit = np.sqrt(3.0 * variance)
            return generator.uniform(-limit, limit, shape)
        return generator.normal(0.0, np.sqrt(variance), shape)


@dataclass(frozen=True)
class CommittedScheme:
    """The study's "Xavier" (scale 1) and "He" (scale 2) as its committed code has them.

    The paper (section III) sets the variance to ``scale / n_prev``. The code passes it where the
    generator expects a standard deviation, as it stands in a conv layer (std = var) and inverted in
    a dense one (std = 1 / var, so 20 nodes get std 20). Kept to reproduce the study, not to train
    with.
    """

    scale: float

    def __call__(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> Array:
        """Draw float64 values of `shape`."""
        variance = self.scale / fans.input_nodes
        std = variance if fans.convolutional else 1.0 / variance
        return generator.normal(0.0, std, shape)


Initializer = Callable[[np.random.Generator, Shape, Fans], Array]

INITIALIZERS: dict[str, Initializer] = {
    "normal": Normal(0.05),
    "standard_normal": Normal(1.0),
    "xavier": VarianceScaling(1.0, "fan_avg", "uniform"),
    "xavier_uniform": VarianceScaling(1.0, "fan_avg", "uniform"),
    "xavier_normal": VarianceScaling(1.0, "fan_avg", "normal"),
    "he": VarianceScaling(2.0, "fan_in", "normal"),
    "he_normal": VarianceScaling(2.0, "fan_in", "normal"),
    "he_uniform": VarianceScaling(2.0, "fan_in", "uniform"),
    "lecun": VarianceScaling(1.0, "fan_in", "normal"),
    "lecun_normal": VarianceScaling(1.0, "fan_in", "normal"),
    "lecun_uniform": VarianceScaling(1.0, "fan_in", "uniform"),
    "committed_xavier": CommittedScheme(1.0),
    "committed_he": CommittedScheme(2.0),
}

_CLASSES: dict[str, Callable[..., Initializer]] = {
    cls.__name__: cls for cls in (Normal, VarianceScaling, CommittedScheme)
}


def initializer(description: str | dict[str, Any] | Initializer) -> Initializer:
    """Return the initializer for a name, a config dict, or the callable itself."""
    if callable(description):
        return description
    if isinstance(description, dict):
        constants = dict(description)
        cls = _CLASSES.get(constants.pop("class", ""))
        if cls is not None:
            return cls(**constants)
    elif description in INITIALIZERS:
        return INITIALIZERS[description]
    raise ConfigurationError(
        f"initializer must be one of {', '.join(INITIALIZERS)}, or a callable"
        f" (generator, shape, fans) -> array, got {description!r}"
    )


def initializer_config(description: str | dict[str, Any] | Initializer) -> str | dict[str, Any]:
    """Return `description` as JSON values."""
    if isinstance(description, Normal | VarianceScaling | CommittedScheme):
        return {"class": type(description).__name__, **asdict(description)}
    if isinstance(description, str | dict):
        return description
    raise ConfigurationError(
        "a network whose initializer is a function cannot be described in a file; "
        "use a named initializer"
    )
