"""Mini-batches: which images every step sees, decided before training and by NumPy alone.

All engines read the same order, so the same trial sees the same batches on any of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from densevsconv.store.seeds import generator


@dataclass(frozen=True)
class BatchOrder:
    """A way to draw the batches of an epoch.

    ``draw(random, images, batch_size, steps)`` returns the indices of an epoch's images, steps *
    batch_size of them. ``words`` say it in a report's table of settings; nothing for the usual.
    """

    draw: Callable[[np.random.Generator, int, int, int], np.ndarray]
    words: str = ""


def _shuffled(random: np.random.Generator, images: int, batch_size: int, steps: int) -> np.ndarray:
    """Every epoch is a fresh permutation.

    The images left over after the last full batch (fewer than ``batch_size``) sit out that epoch,
    so that every step has the same shape and weighs the same; the next permutation leaves out
    others.
    """
    return random.permutation(images)[: steps * batch_size]


BATCH_ORDERS: dict[str, BatchOrder] = {"shuffle": BatchOrder(_shuffled)}
"""By name; the code of a publication may register others."""


def steps_per_epoch(images: int, batch_size: int) -> int:
    return images // batch_size


def batch_orders(
    seed: int, images: int, batch_size: int, order: str = "shuffle"
) -> Iterator[np.ndarray]:
    """Yield one epoch after another: int32 indices of shape (steps, batch_size).

    ``order`` is one of :data:`BATCH_ORDERS`.
    """
    random = generator(seed)
    steps = steps_per_epoch(images, batch_size)
    draw = BATCH_ORDERS[order].draw
    while True:
        drawn = draw(random, images, batch_size, steps)
        yield drawn.astype(np.int32).reshape(steps, batch_size)
