"""Rules that turn a gradient g into a step of the parameters w.

Formulas and defaults are those of Keras 3.

An optimiser keeps its own memory (velocities, moments, step counter), so one object trains one
network. Learning rates may be a number or an array with one rate per step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from numpynet.arrays import Array
from numpynet.errors import ConfigurationError


class Optimizer:
    """Base: the learning rate of a step, and memory of the parameters' shape."""

    def __init__(self, learning_rate: float | npt.ArrayLike = 0.01) -> None:
        rates = np.asarray(learning_rate, dtype=np.float64)
        if rates.ndim > 1 or not rates.size or not np.isfinite(rates).all() or (rates < 0).any():
            raise ConfigurationError(
                "learning_rate must be a number >= 0 or an array of them, one per step, "
                f"got {learning_rate!r}"
            )
        self._rates: list[float] | float = rates.tolist()
        self.step = 0
        self._memory: dict[str, Array] = {}

    @property
    def learning_rate(self) -> float:
        """The rate of the coming step."""
        if isinstance(self._rates, float):
            return self._rates
        if self.step >= len(self._rates):
            raise ConfigurationError(
                f"learning_rate has {len(self._rates)} values, one per step, "
                f"but this is step {self.step + 1}"
            )
        return self._rates[self.step]

    def set_learning_rate(self, rate: float) -> None:
        """Set the rate of the coming steps, for schedules that the caller keeps."""
        self._rates = rate

    def update(self, w: Array, g: Array) -> None:
        """Change `w` in place by one step along `g`, which may be overwritten."""
        self._apply(w, g, self.learning_rate)
        self.step += 1

    def _apply(self, w: Array, g: Array, rate: float) -> None:
        raise NotImplementedError

    def _slot(self, name: str, w: Array) -> Array:
        slot = self._memory.get(name)
        if slot is None:
            slot = self._memory[name] = np.zeros_like(w)
        if slot.shape != w.shape or slot.dtype != w.dtype:
            raise ConfigurationError(
                f"this optimizer has trained {slot.size} parameters of {slot.dtype}, and now got "
                f"{w.size} of {w.dtype}: use a new one for another network"
            )
        return slot


class Sgd(Optimizer):
    """``w <- w - lr g``."""

    def _apply(self, w: Array, g: Array, rate: float) -> None:
        np.multiply(g, rate, out=g)
        np.subtract(w, g, out=w)


class Momentum(Optimizer):
    """``v <- m v - lr g``, ``w <- w + v``; with `nesterov` ``w <- w + m v - lr g``."""

    def __init__(
        self,
        learning_rate: float | npt.ArrayLike = 0.01,
        momentum: float = 0.9,
        nesterov: bool = False,
    ) -> None:
        super().__init__(learning_rate)
        self.momentum = _fraction(momentum, "momentum")
        self.nesterov = nesterov

    def _apply(self, w: Array, g: Array, rate: float) -> None:
        velocity = self._slot("velocity", w)
        np.multiply(g, rate, out=g)
        np.multiply(velocity, self.momentum, out=velocity)
        np.subtract(velocity, g, out=velocity)
        if self.nesterov:
            np.subtract(self.momentum * velocity, g, out=g)
            np.add(w, g, out=w)
        else:
            np.add(w, velocity, out=w)


class Nesterov(Momentum):
    """`Momentum` that looks ahead."""

    def __init__(self, learning_rate: float | npt.ArrayLike = 0.01, momentum: float = 0.9) -> None:
        super().__init__(learning_rate, momentum, nesterov=True)


class RmsProp(Optimizer):
    """``s <- rho s + (1 - rho) g^2``, ``w <- w - lr g / sqrt(s + epsilon)``."""

    def __init__(
        self,
        learning_rate: float | npt.ArrayLike = 0.001,
        rho: float = 0.9,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate)
        self.rho = _fraction(rho, "rho")
        self.epsilon = epsilon

    def _apply(self, w: Array, g: Array, rate: float) -> None:
        square = self._slot("square", w)
        np.multiply(square, self.rho, out=square)
        np.add(square, (1.0 - self.rho) * (g * g), out=square)
        np.multiply(g, rate, out=g)
        np.subtract(w, g / np.sqrt(square + self.epsilon), out=w)


class Adam(Optimizer):
    """``m <- m + (1 - b1)(g - m)``, ``s <- s + (1 - b2)(g^2 - s)``.

    ``w <- w - lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(s) + epsilon)`` at step t = 1, 2, ...
    """

    def __init__(
        self,
        learning_rate: float | npt.ArrayLike = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate)
        self.beta_1, self.beta_2 = _fraction(beta_1, "beta_1"), _fraction(beta_2, "beta_2")
        self.epsilon = epsilon

    def _apply(self, w: Array, g: Array, rate: float) -> None:
        mean, square = self._slot("mean", w), self._slot("square", w)
        t = self.step + 1
        scale = rate * float(np.sqrt(1.0 - self.beta_2**t)) / (1.0 - self.beta_1**t)
        np.add(mean, (g - mean) * (1.0 - self.beta_1), out=mean)
        np.multiply(g, g, out=g)
        np.add(square, (g - square) * (1.0 - self.beta_2), out=square)
        np.subtract(w, scale * mean / (np.sqrt(square) + self.epsilon), out=w)


class AdamW(Adam):
    """`Adam`, with decay apart from the gradient: first ``w <- w - lr weight_decay w``."""

    def __init__(
        self,
        learning_rate: float | npt.ArrayLike = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float = 0.004,
    ) -> None:
        super().__init__(learning_rate, beta_1, beta_2, epsilon)
        self.weight_decay = weight_decay

    def _apply(self, w: Array, g: Array, rate: float) -> None:
        np.subtract(w, w * (rate * self.weight_decay), out=w)
        super()._apply(w, g, rate)


def _fraction(value: float, what: str) -> float:
    if not 0.0 <= value < 1.0:
        raise ConfigurationError(f"{what} must lie in [0, 1), got {value}")
    return float(value)


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": Sgd,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RmsProp,
    "adam": Adam,
    "adamw": AdamW,
}


def make_optimizer(description: str | Optimizer, **settings: Any) -> Optimizer:
    """Return a new optimiser by name, with its settings, or the optimiser given."""
    if isinstance(description, Optimizer):
        if settings:
            raise ConfigurationError(f"{sorted(settings)} belong to the optimizer's constructor")
        return description
    if description not in OPTIMIZERS:
        raise ConfigurationError(
            f"optimizer must be one of {', '.join(OPTIMIZERS)}, got {description!r}"
        )
    return OPTIMIZERS[description](**settings)
