"""Optimisers as pure functions of arrays, in Keras 3's form, written once for compiled engines.

Keras's own optimisers hold momentum and the like as Python numbers, which a compiled function
bakes in: a grid over them would retrace. Here every hyper-parameter is an input.

``ops`` is ``tf.math`` or ``jax.lax``, which call the functions of an array alike.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Self

from densevsconv.training.settings import Training

Array = Any
Slots = list[Array]


class Hyper(NamedTuple):
    """Hyper-parameters of one step, scalar float32 arrays."""

    learning_rate: Array
    momentum: Array
    rho: Array
    epsilon: Array
    weight_decay: Array
    l2: Array

    @classmethod
    def of(cls, training: Training) -> Self:
        """Return the numbers of a training; the rate is that of each step, and not yet known."""
        return cls(
            0.0,
            training.momentum,
            training.second_moment_decay,
            training.epsilon,
            training.weight_decay,
            training.l2,
        )


Stepped = tuple[Array, Slots]
Update = Callable[[Any, Array, Array, Slots, Hyper, Array], Stepped]
"""(ops, weight, gradient, slots, hyper, step counted from 1) -> (weight, slots)."""


def _sgd(ops: Any, w: Array, g: Array, slots: Slots, h: Hyper, t: Array) -> Stepped:
    return w - h.learning_rate * g, []


def _momentum(ops: Any, w: Array, g: Array, slots: Slots, h: Hyper, t: Array) -> Stepped:
    """Polyak's heavy ball: v <- m v - rate g; w <- w + v."""
    velocity = h.momentum * slots[0] - h.learning_rate * g
    return w + velocity, [velocity]


def _nesterov(ops: Any, w: Array, g: Array, slots: Slots, h: Hyper, t: Array) -> Stepped:
    """Look-ahead form of Sutskever et al. 2013: v <- m v - rate g; w <- w + m v - rate g."""
    velocity = h.momentum * slots[0] - h.learning_rate * g
    return w + h.momentum * velocity - h.learning_rate * g, [velocity]


def _rmsprop(ops: Any, w: Array, g: Array, slots: Slots, h: Hyper, t: Array) -> Stepped:
    """Tieleman and Hinton 2012, epsilon inside the root as in Keras 3."""
    square = h.rho * slots[0] + (1 - h.rho) * ops.square(g)
    return w - h.learning_rate * g * ops.rsqrt(square + h.epsilon), [square]


def _adam(ops: Any, w: Array, g: Array, slots: Slots, h: Hyper, t: Array) -> Stepped:
    """Kingma and Ba 2015, in the order of operations of its section 2 (as Keras does)."""
    first = slots[0] + (g - slots[0]) * (1 - h.momentum)
    second = slots[1] + (ops.square(g) - slots[1]) * (1 - h.rho)
    rate = h.learning_rate * ops.sqrt(1 - ops.pow(h.rho, t)) / (1 - ops.pow(h.momentum, t))
    return w - rate * first / (ops.sqrt(second) + h.epsilon), [first, second]


def _adamw(ops: Any, w: Array, g: Array, slots: Slots, h: Hyper, t: Array) -> Stepped:
    """Loshchilov and Hutter 2019: decay apart from the gradient, scaled by the learning rate."""
    return _adam(ops, w - w * h.weight_decay * h.learning_rate, g, slots, h, t)


OPTIMIZERS: dict[str, tuple[int, Update]] = {
    "sgd": (0, _sgd),
    "momentum": (1, _momentum),
    "nesterov": (1, _nesterov),
    "rmsprop": (1, _rmsprop),
    "adam": (2, _adam),
    "adamw": (2, _adamw),
}
"""Number of slots (arrays of the weight's shape) and update of each optimiser."""
