"""What the code and the paper of fossheim2022 do in their own way.

Starting weights of the wrong spread, a wrong slope, batches drawn anew, summed gradients: kept to
reproduce its results, not to train with.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from densevsconv.store.plugins import register
from densevsconv.training.batches import BATCH_ORDERS, BatchOrder
from densevsconv.training.settings import GRADIENTS, Gradient, Training
from numpynet.activations import ACTIVATIONS, Tanh
from numpynet.arrays import Array, Shape, Workspace
from numpynet.initializers import INITIALIZERS, Fans


def independent(
    random: np.random.Generator, images: int, batch_size: int, steps: int
) -> np.ndarray:
    """Every batch is drawn anew from all images, none twice in a batch.

    Those of an epoch may share images, and others sit it out (the committed code).
    """
    return np.stack([random.choice(images, batch_size, replace=False) for _ in range(steps)])


def summed(training: Training) -> dict[str, Any]:
    """The same steps with the mean gradient, for settings made for the sum over a batch of B.

    Section II D: "their contributions summed together". The sum's gradient, with that of the
    penalty, is B (mean + 2 (l2 / B) w). What is left of the factor B depends on the optimiser:
    `sgd`, `momentum` and `nesterov` step B times as far; the others divide it out, up to epsilon,
    which they add to B times (`rmsprop`: B^2 times, under the root) as much.
    """
    size = training.batch_size
    changes = {"l2": training.l2 / size}
    match training.optimizer:
        case "sgd" | "momentum" | "nesterov":
            return changes | {"learning_rate": training.learning_rate * size}
        case "rmsprop":
            return changes | {"epsilon": training.epsilon / size**2}
        case _:
            return changes | {"epsilon": training.epsilon / size}


@dataclass(frozen=True)
class CommittedScheme:
    """The "Xavier" (scale 1) and "He" (scale 2) of the committed code.

    The paper (section III) sets the variance to ``scale / n``, n the number of values the layer
    receives. The code passes it where the generator expects a standard deviation, as it stands in
    a convolution (std = var) and inverted in a dense layer (std = 1 / var, so 20 inputs start with
    a standard deviation of 20).
    """

    scale: float

    def __call__(self, generator: np.random.Generator, shape: Shape, fans: Fans) -> Array:
        variance = self.scale / fans.nodes
        dense = len(shape) == 2
        return generator.normal(0.0, 1 / variance if dense else variance, shape)


class CommittedTanh(Tanh):
    """``a = tanh(z)`` with the slope that the code takes: ``1 - tanh(a)^2``, not its own.

    The code (``activation_functions.py``) differentiates at the activation `a` what is meant for
    `z`. No slope is then below ``1 - tanh(1)^2`` = 0.42, so that units do not saturate.
    """

    name = "committed_tanh"

    def backward(self, error: Array, a: Array, workspace: Workspace) -> Array:
        slope = np.tanh(a, out=workspace.like("slope", a))
        np.multiply(slope, slope, out=slope)
        np.subtract(1.0, slope, out=slope)
        return np.multiply(error, slope, out=error)


register(INITIALIZERS, "committed_xavier", CommittedScheme(1.0))
register(INITIALIZERS, "committed_he", CommittedScheme(2.0))
# a framework's tanh has the right slope; in a prediction there is none
register(ACTIVATIONS, CommittedTanh.name, CommittedTanh, engines=("numpy",), predicts_as="tanh")
BATCH_ORDERS["independent"] = BatchOrder(independent, "every batch drawn anew from all images")
GRADIENTS["sum"] = Gradient(summed, "gradients summed over the batch")
