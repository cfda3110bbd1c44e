"""What the code and the paper of fossheim2022 do in their own way."""

from __future__ import annotations

from typing import Any

import numpy as np

from densevsconv.training.batches import BATCH_ORDERS, BatchOrder
from densevsconv.training.settings import GRADIENTS, Gradient, Training


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


BATCH_ORDERS["independent"] = BatchOrder(independent, "every batch drawn anew from all images")
GRADIENTS["sum"] = Gradient(summed, "gradients summed over the batch")
