"""Overfits: the validation loss rises after its lowest value, in some cases and not in others.

Of each seed: (loss of the last epoch - lowest loss) / lowest loss, which is 0 where the last epoch
is the best. Diverged seeds are left out: their loss explodes for another reason. So are those that
learned nothing: a network that is no better than naming the commonest class has nothing to overfit.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from densevsconv.claims.record import Record, quoted
from densevsconv.claims.results import Results
from densevsconv.claims.schema import Overfits
from densevsconv.statistics.intervals import mean_interval


def judge(test: Overfits, results: Results, confidence: float) -> Iterator[Record]:
    """Yield a record a case: those that overfit, then those that do not."""
    for case in test.cases:
        yield _record(case, test.margin, True, results, confidence)
    for case in test.others:
        yield _record(case, test.margin, False, results, confidence)


def _record(
    case: str, margin: float, overfits: bool, results: Results, confidence: float
) -> Record:
    learned = results.learned(case)
    curves = results.validation_losses(case)
    rises = [relative_rise(losses) for repetition, losses in curves.items() if learned[repetition]]
    values = [rise for rise in rises if rise is not None]
    interval = mean_interval(values, confidence, lower=0)
    verb = "rises" if overfits else "does not rise"
    return Record(
        kind="overfits",
        cases=[case],
        statement=f"the validation loss of {quoted([case])} {verb} after its lowest value by more "
        "than the margin",
        quantity="relative rise of the validation loss",
        estimate=interval["mean"],
        low=interval["low"],
        high=interval["high"],
        above=margin if overfits else None,
        below=None if overfits else margin,
        seeds=len(values),
        left_out=len(learned) - len(values),
        method="t over seeds",
    )


def relative_rise(losses: np.ndarray) -> float | None:
    """Return how far the last of a seed's losses lies above the lowest, relative to the lowest.

    None where there is no loss, or where the lowest is 0 and nothing is relative to it.
    """
    if len(losses) == 0 or losses.min() <= 0:
        return None
    return float(losses[-1] / losses.min() - 1)
