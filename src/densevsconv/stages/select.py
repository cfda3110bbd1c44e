"""Select: the best point of each case, by validation scores alone, with the reason in words.

A case with a single point has no trials and nothing to choose: it keeps that point, with no score.
The stage is given no test data.
"""

import json
import math
from typing import Any

from pydantic import Field

from densevsconv.errors import DataError, UnableError
from densevsconv.results.record import Record
from densevsconv.results.trials import Candidate, Selection, TrialRow
from densevsconv.stages.choice import RULE, best_of, candidate, candidates_of
from densevsconv.stages.plan import Files, Plan
from densevsconv.store.layout import Layout
from densevsconv.trials.asked import edges, next_points
from densevsconv.trials.search import DRAWN, Search


class SelectedCase(Record):
    """What a case may choose from."""

    training: dict[str, Any] = Field(description="Every setting, before the search.")
    points: list[dict[str, Any]] = Field(description="What each point varies; one: no search.")
    method: str = Field(default="list", description="How the points were made.")
    search: Search | None = Field(
        default=None, description="Where more trials follow from the first: how."
    )
    validation_images: int = Field(description="Which the scores are taken on.")


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
    tried = case.points
    if len(tried) == 1:
        chosen = candidate(0, tried[0], [])
        candidates = ties = [chosen]
        reason = "The only point: there is nothing to choose, and no trial was made."
    else:
        tried = _points(case, trials)
        candidates = candidates_of(name, tried, trials)
        if case.search and case.search.pruner:
            candidates = [
                each.model_copy(update={"pruned": each.epochs < case.training["epochs"]})
                for each in candidates
            ]
        last = [each for each in candidates if not each.pruned] or candidates
        if all(each.failed for each in last):
            why = next(trial.reason for trial in trials if trial.status == "failed")
            raise UnableError(
                f"case {name}: each of its {len(last)} points has a training that failed, "
                f"the first for: {why}; give it memory, smaller batches or another engine, or "
                "leave the case out"
            )
        if not _done(case, tried, candidates):
            raise DataError(f"case {name}: the search is not done; run the search stage again")
        chosen, ties = best_of(candidates)
        reason = _reason(chosen, ties, candidates)
    error = _standard_error(chosen, case.validation_images)
    return Selection(
        case=name,
        point=chosen.point,
        settings=chosen.settings,
        training=case.training | chosen.settings,
        validation_accuracy_mean=chosen.validation_accuracy_mean,
        validation_loss_mean=chosen.validation_loss_mean,
        candidates=candidates,
        ties=[tie.point for tie in ties],
        standard_error=error,
        near=[each.point for each in candidates if _near(each, chosen, error)],
        edge=[] if case.method in DRAWN else [*edges(chosen.settings, tried)],
        rule=RULE,
        reason=reason,
    )


def _done(case: SelectedCase, tried: list[dict[str, Any]], candidates: list[Candidate]) -> bool:
    if not case.search:
        return True
    if case.search.pruner:
        return not all(each.pruned for each in candidates)
    scores = [each.score for each in candidates]
    return not next_points(case.search, 0, tried, scores, best_of(candidates)[0].point)


def _points(case: SelectedCase, trials: list[TrialRow]) -> list[dict[str, Any]]:
    """Return the points of the plan, and those that the search found after them."""
    tried = {trial.point: json.loads(trial.settings) for trial in trials} if case.search else {}
    return case.points + [tried[number] for number in sorted(tried)[len(case.points) :]]


def _standard_error(chosen: Candidate, images: int) -> float | None:
    """Return that of the mean over seeds or that of a share of the images, whichever is larger."""
    accuracy, std = chosen.validation_accuracy_mean, chosen.validation_accuracy_std or 0.0
    if accuracy is None:
        return None
    seeds = max(1, chosen.seeds - chosen.diverged - chosen.failed)
    return max(std / math.sqrt(seeds), math.sqrt(accuracy * (1 - accuracy) / images))


def _near(other: Candidate, chosen: Candidate, error: float | None) -> bool:
    of, own = other.validation_accuracy_mean, chosen.validation_accuracy_mean
    if other.point == chosen.point or not other.eligible:
        return False
    if of is None or own is None or error is None:
        return False
    return own - of <= error


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
    pruned = sum(candidate.pruned for candidate in candidates)
    if pruned:
        reason += f" Points given up after fewer epochs: {pruned}."
    failed = sum(candidate.failed > 0 for candidate in candidates)
    if failed:
        reason += f" Points left out because a seed could not be trained: {failed}."
    return reason
