"""Search: try every point of every case's grid with a few seeds. Validation scores only.

A case with a single point has nothing to choose, and is not in the plan of this stage. One process
does one shard of the study's trials: importing TensorFlow costs more than training a small network.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field

from densevsconv.images.load import load_info
from densevsconv.results.plan import TrainedCase
from densevsconv.results.trials import JournalEntry, Trainings, TrialRow
from densevsconv.stages.choice import best_of, candidates_of
from densevsconv.stages.plan import Files
from densevsconv.stages.trained import TrainingPlan, finish, image_files
from densevsconv.store.layout import Layout
from densevsconv.training.settings import Training
from densevsconv.trials.asked import next_points, next_round
from densevsconv.trials.groups import GroupTrainer, sharded
from densevsconv.trials.planned import PlannedTrial, planned
from densevsconv.trials.search import Pruner, Search


class SearchedCase(TrainedCase):
    """A case with settings to choose from."""

    points: list[dict[str, Any]] = Field(description="The settings of each point.")
    search: Search | None = Field(
        default=None, description="Where more trials follow from the scores of these: how."
    )
    inner: list[str] = Field(
        default_factory=list,
        description="Data sets with other validation parts, which the seeds take in turn.",
    )

    @property
    def first(self) -> dict[str, Any]:
        """The settings that no point varies, of the first trials."""
        pruner = self.search and self.search.pruner
        if not pruner:
            return self.training
        return self.training | {"epochs": pruner.rounds(self.training["epochs"])[0]}

    @property
    def datasets(self) -> list[str]:
        return [self.dataset, *self.inner]


class SearchPlan(TrainingPlan):
    """plan/search.json."""

    seeds: int = Field(description="Trainings of every point.")
    shards: int = Field(description="How many the trials are divided over; 0: nothing to search.")
    cases: dict[str, SearchedCase] = Field(description="Those that have something to choose.")

    @property
    def parts(self) -> list[Any]:
        return list(range(self.shards))

    @property
    def whole(self) -> list[str]:
        """The cases that one process searches: what comes later follows from scores."""
        return [name for name, case in self.cases.items() if case.search]


def inputs(plan: SearchPlan, at: Layout, shard: int) -> Files:
    """Return the images of all cases, since the costs of all divide the work."""
    return image_files(at, {name for case in plan.cases.values() for name in case.datasets})


def outputs(plan: SearchPlan, at: Layout, shard: int) -> Files:
    return {"trials": at.search_shard(shard), "trainings": at.trainings(shard)}


def planned_trials(plan: SearchPlan, at: Layout, threads: int | None = None) -> list[PlannedTrial]:
    """Return every trial that needs no scores, in the order of cases, points and repetitions."""
    engines = plan.engines(at, threads)
    infos = {on: load_info(at, on) for case in plan.cases.values() for on in case.datasets}
    return [
        trial
        for name, case in plan.cases.items()
        for trial in planned(
            name,
            datasets=[
                (on, infos[on]["train_hash"], infos[on]["counts"]["train"]) for on in case.datasets
            ],
            architecture=case.bound,
            training=case.first,
            settings=case.points,
            repetitions=plan.seeds,
            study_seed=plan.seed,
            stage="search",
            engine=engines[case.engine],
        )
    ]


def searched(
    plan: SearchPlan,
    trials: Sequence[PlannedTrial],
    done: Callable[[Sequence[PlannedTrial]], list[JournalEntry | None]],
) -> list[tuple[PlannedTrial, JournalEntry]]:
    """Return some planned trials, and those that follow from their scores, with what they gave.

    ``done`` trains them, or looks them up; None: that one is not done yet.
    """
    fixed = [trial for trial in trials if trial.case not in plan.whole]
    found = [*zip(fixed, done(fixed), strict=True)]
    for name in plan.whole:
        own: list[tuple[PlannedTrial, JournalEntry | None]] = []
        waiting = [trial for trial in trials if trial.case == name]
        while waiting:
            own += zip(waiting, done(waiting), strict=True)
            rows = [_row(plan, trial, entry) for trial, entry in own if entry]
            whole = len(rows) == len(own)
            waiting = _further(plan, name, [trial for trial, _ in own], rows) if whole else []
        found += own
    return [(trial, entry) for trial, entry in found if entry]


def _further(
    plan: SearchPlan, name: str, trials: list[PlannedTrial], rows: list[TrialRow]
) -> list[PlannedTrial]:
    case, seeds = plan.cases[name], trials[: plan.seeds]  # those of the first point
    assert case.search is not None  # it is of plan.whole
    if case.search.pruner:
        return _longer(case, case.search.pruner, name, trials, rows)
    tried = [trial.settings for trial in trials if trial.repetition == 0]
    candidates = candidates_of(name, tried, rows)
    if all(each.failed for each in candidates):
        return []
    best = best_of(candidates)[0].point
    scores = [each.score for each in candidates]
    new = next_points(case.search, plan.seed, tried, scores, best)
    return [
        replace(
            trial,
            point=number,
            settings=point,
            training=Training.model_validate({**case.training, **point}),
        )
        for number, point in enumerate(new, start=len(tried))
        for trial in seeds
    ]


def _longer(
    case: SearchedCase, pruner: Pruner, name: str, trials: list[PlannedTrial], rows: list[TrialRow]
) -> list[PlannedTrial]:
    candidates = candidates_of(name, case.points, rows)
    if all(each.failed for each in candidates):
        return []
    epochs, points = next_round(
        pruner,
        case.training["epochs"],
        [each.epochs for each in candidates],
        [each.score for each in candidates],
    )
    firsts = [trial for trial in trials if trial.training.epochs == case.first["epochs"]]
    return [
        replace(trial, training=trial.training.model_copy(update={"epochs": epochs}))
        for trial in firsts
        if trial.point in points
    ]


def run(plan: SearchPlan, at: Layout, shard: int, *, threads: int | None = None) -> None:
    trials = sharded(planned_trials(plan, at, threads), plan.shards, plan.whole)[shard]
    trainer = GroupTrainer(at)
    found = searched(
        plan, trials, lambda some: [*finish(at, "search", shard, some, trainer=trainer)]
    )
    trainer.release()
    TrialRow.write_table(at.search_shard(shard), [_row(plan, *each) for each in found])
    Trainings(trainings=[entry for _, entry in found]).write(at.trainings(shard))


def _row(plan: SearchPlan, trial: PlannedTrial, found: JournalEntry) -> TrialRow:
    columns = set(TrialRow.model_fields)
    training = trial.training.model_dump(include=columns - {"initializer"})
    initializer = trial.training.initializer
    return TrialRow(
        **found.model_dump(include=columns - {"settings"}),
        dataset=plan.cases[trial.case].dataset,
        family=trial.architecture.family,
        architecture=trial.architecture.name,
        engine=trial.engine.name,
        search_seconds=found.seconds,
        settings=json.dumps(trial.settings, sort_keys=True),
        **training,
        initializer=initializer if isinstance(initializer, str) else json.dumps(initializer),
    )
