"""Optimisers as pure functions of tensors, in Keras 3's form.

Keras's own optimisers hold momentum and the like as Python numbers, which a compiled function
bakes in: a grid over them would retrace. Here every hyper-parameter is an input.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

Tensors = list[tf.Tensor]


class Hyper(NamedTuple):
    """Hyper-parameters of one step, scalar float32 tensors."""

    learning_rate: tf.Tensor
    momentum: tf.Tensor
    rho: tf.Tensor
    epsilon: tf.Tensor
    weight_decay: tf.Tensor
    l2: tf.Tensor


Stepped = tuple[tf.Tensor, Tensors]
Update = Callable[[tf.Tensor, tf.Tensor, Tensors, Hyper, tf.Tensor], Stepped]
"""(weight, gradient, slots, hyper, step counted from 1) -> (weight, slots)."""


def _sgd(w: tf.Tensor, g: tf.Tensor, slots: Tensors, h: Hyper, t: tf.Tensor) -> Stepped:
    return w - h.learning_rate * g, []


def _momentum(w: tf.Tensor, g: tf.Tensor, slots: Tensors, h: Hyper, t: tf.Tensor) -> Stepped:
    """Polyak's heavy ball: v <- m v - rate g; w <- w + v."""
    velocity = h.momentum * slots[0] - h.learning_rate * g
    return w + velocity, [velocity]


def _nesterov(w: tf.Tensor, g: tf.Tensor, slots: Tensors, h: Hyper, t: tf.Tensor) -> Stepped:
    """Look-ahead form of Sutskever et al. 2013: v <- m v - rate g; w <- w + m v - rate g."""
    velocity = h.momentum * slots[0] - h.learning_rate * g
    return w + h.momentum * velocity - h.learning_rate * g, [velocity]


def _rmsprop(w: tf.Tensor, g: tf.Tensor, slots: Tensors, h: Hyper, t: tf.Tensor) -> Stepped:
    """Tieleman and Hinton 2012, epsilon inside the root as in Keras 3."""
    square = h.rho * slots[0] + (1 - h.rho) * tf.square(g)
    return w - h.learning_rate * g * tf.math.rsqrt(square + h.epsilon), [square]


def _adam(w: tf.Tensor, g: tf.Tensor, slots: Tensors, h: Hyper, t: tf.Tensor) -> Stepped:
    """Kingma and Ba 2015, in the order of operations of its section 2 (as Keras does)."""
    first = slots[0] + (g - slots[0]) * (1 - h.momentum)
    second = slots[1] + (tf.square(g) - slots[1]) * (1 - h.rho)
    rate = h.learning_rate * tf.sqrt(1 - tf.pow(h.rho, t)) / (1 - tf.pow(h.momentum, t))
    return w - rate * first / (tf.sqrt(second) + h.epsilon), [first, second]


def _adamw(w: tf.Tensor, g: tf.Tensor, slots: Tensors, h: Hyper, t: tf.Tensor) -> Stepped:
    """Loshchilov and Hutter 2019: decay apart from the gradient, scaled by the learning rate."""
    return _adam(w - w * h.weight_decay * h.learning_rate, g, slots, h, t)


OPTIMIZERS: dict[str, tuple[int, Update]] = {
    "sgd": (0, _sgd),
    "momentum": (1, _momentum),
    "nesterov": (1, _nesterov),
    "rmsprop": (1, _rmsprop),
    "adam": (2, _adam),
    "adamw": (2, _adamw),
}
"""Number of slots (tensors of the weight's shape) and update of each optimiser."""
