"""Time to a target: how long a network trains until its validation accuracy reaches it."""

import numpy as np


def epochs_to_target(
    repetition: np.ndarray, epoch: np.ndarray, accuracy: np.ndarray, target: float
) -> list[int]:
    """Return the first epoch at ``target`` or above, of every seed that has one, in their order.

    The arrays have shape (N,), a value an epoch and seed; epochs count from 1, ``accuracy`` is that
    on the validation images.
    """
    reached = accuracy >= target
    return [
        int(epoch[reached & (repetition == each)].min()) for each in np.unique(repetition[reached])
    ]
