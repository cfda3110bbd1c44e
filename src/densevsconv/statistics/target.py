"""Time to a target: how long a network trains until its validation accuracy reaches it."""

from __future__ import annotations

from statistics import median
from typing import Any

import numpy as np
import pyarrow


def epochs_to_target(history: pyarrow.Table, target: float) -> list[int | None]:
    """Return, seed by seed, the first epoch whose validation accuracy is at least ``target``.

    Parameters
    ----------
    history
        One row an epoch and seed (docs/files.md, history.parquet).
    target
        An accuracy between 0 and 1.

    Returns
    -------
    list
        In the order of repetitions; epochs count from 1, None for a seed that never gets there.
    """
    repetition, epoch, accuracy = (
        history[column].to_numpy() for column in ("repetition", "epoch", "validation_accuracy")
    )
    reached = accuracy >= target
    first = [epoch[reached & (repetition == each)] for each in np.unique(repetition)]
    return [int(epochs.min()) if len(epochs) else None for epochs in first]


def seconds_to_target(epochs: list[int | None], seconds_per_epoch: float) -> dict[str, Any]:
    """Return the median training time of the seeds that reach the target, and how many do.

    None where no seed does. Epochs are those of the refitted networks, their seconds are those of
    the timing, alone on the machine.
    """
    reached = [epoch for epoch in epochs if epoch is not None]
    return {
        "seconds_to_target_median": median(reached) * seconds_per_epoch if reached else None,
        "target_seeds": len(reached),
    }
