"""Select: the best point of each case, by validation scores alone, with the reason in words.

A case with a single point has no trials and nothing to choose: it keeps that point, with no score.
The stage is given no test data.
"""

import json
import math
from collections import defaultdict
from typing import Any

from pydantic import Field

from densevsconv.errors import DataError, UnableError
from densevsconv.results.record import Record
from densevsconv.results.trials import Candidate, Selection, TrialRow
from densevsconv.stages.plan import Files, Plan
from densevsconv.statistics.intervals import mean_interval
from densevsconv.store.layout import Layout

RULE = (
    "Highest mean validation accuracy over seeds; among points with equal accuracy the lowest "
    "mean validation loss; among those the earliest point. A point with a diverged seed is not "
    "eligible; where every point has one, that with the fewest is kept. A point that could not be "
    "trained with every seed is never chosen."
)

EQUAL = 1e-7
"""Accuracies closer than this are equal: float32 rounding, far less than one image."""


class SelectedCase(Record):
    """What a case may choose from."""

    training: dict[str, Any] = Field(description="Every setting, before the search.")
    points: list[dict[str, Any]] = Field(description="What each point varies; one: no search.")


class SelectPlan(Plan):
    """plan/select.json."""

    shards: int = Field(description="Of the search.")
    cases: dict[str, SelectedCase] = Field(description="All of the study, by name.")


def inputs(plan: SelectPlan, at: Layout) -> Files:
    return {"trials": [at.search_shard(shard) for shard in range(plan.shards)]}


def outputs(plan: SelectPlan, at: Layout) -> Files:
    return {"trials": at.trials, "selections": [at.selection(case) for case in plan.cases]}


def run(plan: SelectPlan, at: Layout) -> None:
    """Write trials.csv and the selection of every case of the study.

    Raises :class:`DataError` where trials of the plan are missing.
    """
    tables = [at.search_shard(shard) for shard in range(plan.shards)]
    trials = [row for path in tables for row in TrialRow.read_table(path)]
    trials.sort(key=lambda row: (row.case, row.point, row.repetition))
    selections = [
        select_case(name, case, [row for row in trials if row.case == name])
        for name, case in sorted(plan.cases.items())
    ]
    TrialRow.write_table(at.trials, trials)
    for selection in selections:
        selection.write(at.selection(selection.case))


def select_case(name: str, case: SelectedCase, trials: list[TrialRow]) -> Selection:
    """Return the selection of one case; ``trials`` are its rows of trials.csv."""
    if len(case.points) == 1:
        chosen = _candidate(0, case.points[0], [])
        candidates = ties = [chosen]
        reason = "The only point: there is nothing to choose, and no trial was made."
    else:
        candidates = _candidates(name, case.points, trials)
        if all(candidate.failed for candidate in candidates):
            why = next(trial.reason for trial in trials if trial.status == "failed")
            raise UnableError(
                f"case {name}: each of its {len(candidates)} points has a training that failed, "
                f"the first for: {why}; give it memory, smaller batches or another engine, or "
                "leave the case out"
            )
        chosen, ties = _best(candidates)
        reason = _reason(chosen, ties, candidates)
    return Selection(
        case=name,
        point=chosen.point,
        settings=chosen.settings,
        training=case.training | chosen.settings,
        validation_accuracy_mean=chosen.validation_accuracy_mean,
        validation_loss_mean=chosen.validation_loss_mean,
        candidates=candidates,
        ties=[candidate.point for candidate in ties],
        rule=RULE,
        reason=reason,
    )


def _best(candidates: list[Candidate]) -> tuple[Candidate, list[Candidate]]:
    """Return the point that the rule chooses, and all whose accuracy equals its own."""
    candidates = [candidate for candidate in candidates if not candidate.failed]
    scored = [
        (candidate.validation_accuracy_mean, candidate.validation_loss_mean, candidate)
        for candidate in candidates
        if not candidate.diverged
    ]
    # a point of which no seed diverged has both
    eligible = [(a, loss, c) for a, loss, c in scored if a is not None and loss is not None]
    if not eligible:  # the study goes on, and shows what became of the case
        kept = min(candidates, key=lambda candidate: (candidate.diverged, candidate.point))
        return kept, [kept]
    best = max(accuracy for accuracy, _, _ in eligible)
    ties = [(loss, c.point, c) for accuracy, loss, c in eligible if best - accuracy < EQUAL]
    return min(ties)[-1], [candidate for *_, candidate in ties]


def _candidates(name: str, points: list[dict[str, Any]], trials: list[TrialRow]) -> list[Candidate]:
    by_point = defaultdict(list)
    for trial in trials:
        by_point[trial.point].append(trial)
    seeds = {len(by_point[point]) for point in range(len(points))}
    if 0 in seeds or len(seeds) > 1 or len(by_point) != len(points):
        counts = [len(by_point[point]) for point in sorted(by_point)]
        raise DataError(
            f"case {name}: the search holds {counts} trials of the plan's {len(points)} points; "
            "run the search stage again"
        )
    return [_candidate(point, points[point], by_point[point]) for point in range(len(points))]


def _candidate(point: int, settings: dict[str, Any], trials: list[TrialRow]) -> Candidate:
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
    )


def _known(values: list[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _reason(chosen: Candidate, ties: list[Candidate], candidates: list[Candidate]) -> str:
    seeds = "1 seed" if chosen.seeds == 1 else f"{chosen.seeds} seeds"
    if chosen.diverged:
        return (
            f"None of the {len(candidates)} points is eligible, since each has a diverged "
            f"{'or failed ' if any(each.failed for each in candidates) else ''}seed. "
            f"Point {chosen.point} is kept, of which {chosen.diverged} of {seeds} diverged: search "
            "smaller learning rates or another optimizer."
        )
    reason = (
        f"Point {chosen.point} of {len(candidates)} has the highest mean validation "
        f"accuracy over {seeds}, {chosen.validation_accuracy_mean:.4f}"
    )
    if len(ties) == 1:
        reason += "."
    else:
        equal = [tie for tie in ties if tie.validation_loss_mean == chosen.validation_loss_mean]
        reason += (
            f", equal to {len(ties) - 1} other{'s' if len(ties) > 2 else ''}; it has the "
            f"lowest mean validation loss of these, {chosen.validation_loss_mean:.4f}"
        )
        reason += ", and is the earliest of equals." if len(equal) > 1 else "."
    diverged = sum(candidate.diverged > 0 for candidate in candidates)
    if diverged:
        reason += f" Points left out because a seed diverged: {diverged}."
    failed = sum(candidate.failed > 0 for candidate in candidates)
    if failed:
        reason += f" Points left out because a seed could not be trained: {failed}."
    return reason
