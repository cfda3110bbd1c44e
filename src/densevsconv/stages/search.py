"""Search: try every point of every case's grid with a few seeds. Validation scores only.

A case with a single point has nothing to choose, and is not in the plan of this stage. One process
does one shard of the study's trials: importing TensorFlow costs more than training a small network.
"""

import json
from typing import Any

from pydantic import Field

from densevsconv.images.load import load_info
from densevsconv.results.plan import TrainedCase
from densevsconv.results.trials import JournalEntry, Trainings, TrialRow
from densevsconv.stages.plan import Files
from densevsconv.stages.trained import TrainingPlan, finish, image_files
from densevsconv.store.layout import Layout
from densevsconv.trials.groups import sharded
from densevsconv.trials.planned import PlannedTrial, planned


class SearchedCase(TrainedCase):
    """A case with settings to choose from."""

    points: list[dict[str, Any]] = Field(description="The settings of each point.")


class SearchPlan(TrainingPlan):
    """plan/search.json."""

    seeds: int = Field(description="Trainings of every point.")
    shards: int = Field(description="How many the trials are divided over; 0: nothing to search.")
    cases: dict[str, SearchedCase] = Field(description="Those that have something to choose.")

    @property
    def parts(self) -> list[Any]:
        return list(range(self.shards))


def inputs(plan: SearchPlan, at: Layout, shard: int) -> Files:
    """Return the images of all cases, since the costs of all divide the work."""
    return image_files(at, plan.cases.values())


def outputs(plan: SearchPlan, at: Layout, shard: int) -> Files:
    return {"trials": at.search_shard(shard), "trainings": at.trainings(shard)}


def planned_trials(plan: SearchPlan, at: Layout, threads: int | None = None) -> list[PlannedTrial]:
    """Return every trial of the study, in the order of cases, points and repetitions."""
    engines = plan.engines(at, threads)
    infos = {case.dataset: load_info(at, case.dataset) for case in plan.cases.values()}
    return [
        trial
        for name, case in plan.cases.items()
        for trial in planned(
            name,
            dataset=case.dataset,
            architecture=case.bound,
            training=case.training,
            settings=case.points,
            repetitions=plan.seeds,
            study_seed=plan.seed,
            stage="search",
            engine=engines[case.engine],
            dataset_hash=infos[case.dataset]["train_hash"],
            train_images=infos[case.dataset]["counts"]["train"],
        )
    ]


def run(plan: SearchPlan, at: Layout, shard: int, *, threads: int | None = None) -> None:
    trials = sharded(planned_trials(plan, at, threads), plan.shards)[shard]
    entries = finish(at, "search", shard, trials)
    rows = [_row(trial, found) for trial, found in zip(trials, entries, strict=True)]
    TrialRow.write_table(at.search_shard(shard), rows)
    Trainings(trainings=entries).write(at.trainings(shard))


def _row(trial: PlannedTrial, found: JournalEntry) -> TrialRow:
    columns = set(TrialRow.model_fields)
    training = trial.training.model_dump(include=columns - {"initializer"})
    initializer = trial.training.initializer
    return TrialRow(
        **found.model_dump(include=columns - {"settings"}),
        dataset=trial.dataset,
        family=trial.architecture.family,
        architecture=trial.architecture.name,
        engine=trial.engine.name,
        search_seconds=found.seconds,
        settings=json.dumps(trial.settings, sort_keys=True),
        **training,
        initializer=initializer if isinstance(initializer, str) else json.dumps(initializer),
    )
