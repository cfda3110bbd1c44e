"""The rule of the choice between points, for the search that goes on from it and for select."""

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from densevsconv.errors import DataError
from densevsconv.results.trials import Candidate, TrialRow
from densevsconv.statistics.intervals import mean_interval

RULE = (
    "Highest mean validation accuracy over seeds; among points with equal accuracy the lowest "
    "mean validation loss; among those the earliest point. A point with a diverged seed is not "
    "eligible; where every point has one, that with the fewest is kept. A point that could not be "
    "trained with every seed is never chosen, nor one that a pruner gave up."
)

EQUAL = 1e-7
"""Accuracies closer than this are equal: float32 rounding, far less than one image."""


def best_of(candidates: list[Candidate]) -> tuple[Candidate, list[Candidate]]:
    """Return the point that the rule chooses, and all whose accuracy equals its own."""
    scored = [
        (candidate.validation_accuracy_mean, candidate.validation_loss_mean, candidate)
        for candidate in candidates
        if candidate.eligible
    ]
    # an eligible point has both
    eligible = [(a, loss, c) for a, loss, c in scored if a is not None and loss is not None]
    if not eligible:  # the study goes on, and shows what became of the case
        trained = [each for each in candidates if not (each.failed or each.pruned)]
        kept = min(trained, key=lambda candidate: (candidate.diverged, candidate.point))
        return kept, [kept]
    best = max(accuracy for accuracy, _, _ in eligible)
    ties = [(loss, c.point, c) for accuracy, loss, c in eligible if best - accuracy < EQUAL]
    return min(ties)[-1], [candidate for *_, candidate in ties]


def candidates_of(
    name: str, points: Sequence[dict[str, Any]], trials: Sequence[TrialRow]
) -> list[Candidate]:
    """Return every point with the scores of its last round: without a pruner there is one."""
    last: dict[int, int] = {}
    for trial in trials:
        last[trial.point] = max(trial.epochs, last.get(trial.point, 0))
    by_point = defaultdict(list)
    for trial in trials:
        if trial.epochs == last[trial.point]:
            by_point[trial.point].append(trial)
    seeds = {len(by_point[point]) for point in range(len(points))}
    if 0 in seeds or len(seeds) > 1 or len(by_point) != len(points):
        counts = [len(by_point[point]) for point in sorted(by_point)]
        raise DataError(
            f"case {name}: the search holds {counts} trials of the plan's {len(points)} points; "
            "run the search stage again"
        )
    return [candidate(point, points[point], by_point[point]) for point in range(len(points))]


def candidate(point: int, settings: dict[str, Any], trials: Sequence[TrialRow]) -> Candidate:
    if any(json.loads(trial.settings) != settings for trial in trials):
        raise DataError(
            f"case {trials[0].case}, point {point}: the search used other settings than the "
            "plan; run the search stage again"
        )
    finished = [trial for trial in trials if trial.status == "finished"]
    accuracy = mean_interval(_known([t.validation_accuracy for t in finished]), 0.95)
    losses = _known([trial.validation_loss for trial in finished])
    return Candidate(
        point=point,
        settings=settings,
        validation_accuracy_mean=accuracy["mean"],
        validation_accuracy_std=accuracy["std"],
        validation_loss_mean=math.fsum(losses) / len(losses) if losses else None,
        diverged=sum(trial.status == "diverged" for trial in trials),
        failed=sum(trial.status == "failed" for trial in trials),
        seeds=len(trials),
        epochs=trials[0].epochs if trials else 0,
    )


def _known(values: list[float | None]) -> list[float]:
    return [value for value in values if value is not None]
