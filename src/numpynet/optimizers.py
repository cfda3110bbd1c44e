"""Rules that turn a gradient g into a step of the parameters w.

Formulas and defaults are those of Keras 3. An optimiser keeps its own memory (velocities, moments,
step counter), so one object trains one network.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from numpynet.arrays import Array
from numpynet.errors import ConfigurationError

_SHARES = ("momentum", "rho", "beta_1", "beta_2")


@dataclass
class Optimizer:
    """Base: the learning rate of the coming step, and memory of the parameters' shape."""

    learning_rate: float = 0.01
    step: int = field(default=0, init=False)
    _memory: dict[str, Array] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if not 0.0 <= self.learning_rate < np.inf:
            raise ConfigurationError(
                f"learning_rate must be a number >= 0, got {self.learning_rate!r}"
            )
        for name in _SHARES:
            if not 0.0 <= getattr(self, name, 0.0) < 1.0:
                raise ConfigurationError(f"{name} must lie in [0, 1), got {getattr(self, name)}")

    def update(self, w: Array, g: Array) -> None:
        """Change `w` in place by one step along `g`, which may be overwritten."""
        self._apply(w, g)
        self.step += 1

    def _apply(self, w: Array, g: Array) -> None:
        raise NotImplementedError

    def _slot(self, name: str, w: Array) -> Array:
        if name not in self._memory:
            self._memory[name] = np.zeros_like(w)
        slot = self._memory[name]
        if slot.shape != w.shape or slot.dtype != w.dtype:
            raise ConfigurationError(
                f"this optimizer has trained {slot.size} parameters of {slot.dtype}, and now got "
                f"{w.size} of {w.dtype}: use a new one for another network"
            )
        return slot


@dataclass
class Sgd(Optimizer):
    """``w <- w - lr g``."""

    def _apply(self, w: Array, g: Array) -> None:
        np.multiply(g, self.learning_rate, out=g)
        np.subtract(w, g, out=w)


@dataclass
class Momentum(Optimizer):
    """``v <- m v - lr g``, ``w <- w + v``."""

    momentum: float = 0.9
    looks_ahead: ClassVar[bool] = False

    def _apply(self, w: Array, g: Array) -> None:
        velocity = self._slot("velocity", w)
        np.multiply(g, self.learning_rate, out=g)
        np.multiply(velocity, self.momentum, out=velocity)
        np.subtract(velocity, g, out=velocity)
        np.add(w, self.momentum * velocity - g if self.looks_ahead else velocity, out=w)


@dataclass
class Nesterov(Momentum):
    """`Momentum` that looks ahead: ``w <- w + m v - lr g``."""

    looks_ahead = True


@dataclass
class RmsProp(Optimizer):
    """``s <- rho s + (1 - rho) g^2``, ``w <- w - lr g / sqrt(s + epsilon)``."""

    learning_rate: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-7

    def _apply(self, w: Array, g: Array) -> None:
        square = self._slot("square", w)
        np.multiply(square, self.rho, out=square)
        np.add(square, (1.0 - self.rho) * (g * g), out=square)
        np.multiply(g, self.learning_rate, out=g)
        np.subtract(w, g / np.sqrt(square + self.epsilon), out=w)


@dataclass
class Adam(Optimizer):
    """``m <- m + (1 - b1)(g - m)``, ``s <- s + (1 - b2)(g^2 - s)``.

    ``w <- w - lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(s) + epsilon)`` at step t = 1, 2, ...
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def _apply(self, w: Array, g: Array) -> None:
        mean, square = self._slot("mean", w), self._slot("square", w)
        t = self.step + 1
        scale = self.learning_rate * float(np.sqrt(1.0 - self.beta_2**t)) / (1.0 - self.beta_1**t)
        np.add(mean, (g - mean) * (1.0 - self.beta_1), out=mean)
        np.multiply(g, g, out=g)
        np.add(square, (g - square) * (1.0 - self.beta_2), out=square)
        np.subtract(w, scale * mean / (np.sqrt(square) + self.epsilon), out=w)


@dataclass
class AdamW(Adam):
    """`Adam`, with decay apart from the gradient: first ``w <- w - lr weight_decay w``."""

    weight_decay: float = 0.004

    def _apply(self, w: Array, g: Array) -> None:
        np.subtract(w, w * (self.learning_rate * self.weight_decay), out=w)
        super()._apply(w, g)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    rule.__name__.lower(): rule for rule in (Sgd, Momentum, Nesterov, RmsProp, Adam, AdamW)
}


def make_optimizer(name: str, **settings: Any) -> Optimizer:
    """Return a new optimiser by name, with its settings."""
    if name not in OPTIMIZERS:
        raise ConfigurationError(f"optimizer must be one of {', '.join(OPTIMIZERS)}, got {name!r}")
    return OPTIMIZERS[name](**settings)
