"""Mini-batches: which images every step sees, decided before training and by NumPy alone.

Both engines read the same order, so the same trial sees the same batches on either.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from densevsconv.store.seeds import generator


def steps_per_epoch(images: int, batch_size: int) -> int:
    """Return the number of full batches in an epoch."""
    return images // batch_size


def batch_orders(
    seed: int, images: int, batch_size: int, batches: str = "shuffle"
) -> Iterator[np.ndarray]:
    """Yield one epoch after another: int32 indices of shape (steps, batch_size).

    - shuffle: every epoch is a fresh permutation. The images left over after the last full batch
      (fewer than ``batch_size``) sit out that epoch, so that every step has the same shape and
      weighs the same; the next permutation leaves out others.
    - independent: every batch is drawn anew from all images, none twice in a batch; those of an
      epoch may share images, and others sit it out (the code of fossheim2022).
    """
    random = generator(seed)
    steps = steps_per_epoch(images, batch_size)
    while True:
        if batches == "shuffle":
            order = random.permutation(images)[: steps * batch_size]
        else:
            order = np.stack(
                [random.choice(images, batch_size, replace=False) for _ in range(steps)]
            )
        yield order.astype(np.int32).reshape(steps, batch_size)
