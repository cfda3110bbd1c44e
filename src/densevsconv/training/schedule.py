"""Learning-rate schedules, as one number a step.

Schedules are computed here, once, and handed to the engine as an array: an engine needs no
schedules of its own, and a schedule never makes a compiled function retrace.
"""

from __future__ import annotations

import numpy as np

from densevsconv.training.settings import Training


def learning_rates(training: Training, steps: int) -> np.ndarray:
    """Return the learning rate of every step: float32 of shape (epochs, steps).

    With s the step counted from 0 and S = epochs * steps:

    - constant: ``rate``
    - step: ``rate * factor**(s // (step_epochs * steps))``
    - exponential: ``rate * factor**(s / (step_epochs * steps))``, the same decay without jumps
    - cosine: ``rate * (1 + cos(pi s / S)) / 2`` (Loshchilov and Hutter 2017, without restarts)

    Warm-up multiplies the first ``warmup_epochs`` by a line that rises from 0 to 1.
    """
    total = training.epochs * steps
    step = np.arange(total, dtype=np.float64)
    schedule = training.schedule
    match schedule.name:
        case "constant":
            factor = np.ones(total)
        case "step":
            factor = schedule.factor ** (step // (schedule.step_epochs * steps))
        case "exponential":
            factor = schedule.factor ** (step / (schedule.step_epochs * steps))
        case "cosine":
            factor = (1 + np.cos(np.pi * step / total)) / 2
        case name:
            raise ValueError(f"unknown schedule {name!r}")
    if schedule.warmup_epochs:
        factor = factor * np.minimum(1.0, (step + 1) / (schedule.warmup_epochs * steps))
    return (training.learning_rate * factor).astype(np.float32).reshape(training.epochs, steps)
