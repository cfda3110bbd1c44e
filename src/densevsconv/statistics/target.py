"""Time to a target: how long a network trains until its validation accuracy reaches it."""

from __future__ import annotations

from statistics import median
from typing import Any

import numpy as np
import pyarrow


def epochs_to_target(history: pyarrow.Table, target: float) -> list[int]:
    """Return the first epoch at ``target`` or above, of every seed that has one.

    Parameters
    ----------
    history
        One row an epoch and seed (docs/files.md, history.parquet).
    target
        A validation accuracy, between 0 and 1.

    Returns
    -------
    list
        In the order of repetitions; epochs count from 1.
    """
    repetition, epoch, accuracy = (
        history[column].to_numpy() for column in ("repetition", "epoch", "validation_accuracy")
    )
    reached = accuracy >= target
    return [
        int(epoch[reached & (repetition == each)].min()) for each in np.unique(repetition[reached])
    ]


def seconds_to_target(epochs: list[int], seconds_per_epoch: float) -> dict[str, Any]:
    """Return the median training time of the seeds that reach the target, and how many do.

    None where no seed does. Epochs are those of the refitted networks, their seconds are those of
    the timing, alone on the machine.
    """
    return {
        "seconds_to_target_median": median(epochs) * seconds_per_epoch if epochs else None,
        "target_seeds": len(epochs),
    }
