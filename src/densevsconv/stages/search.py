"""Search: try every point of every case's grid with a few seeds. Validation scores only.

A case with a single point has nothing to choose, and is not in the plan of this stage.

One process does one shard of the study's trials: importing TensorFlow costs more than training a
small network. A finished trial goes to the journal at once; a rerun does the missing ones.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from densevsconv.images.load import load_info
from densevsconv.results.plan import TrainedCase
from densevsconv.results.trials import JournalEntry, TrialRow
from densevsconv.stages.plan import Files, Plan
from densevsconv.stages.trained import entry, finish
from densevsconv.store.layout import Layout
from densevsconv.trials.groups import sharded
from densevsconv.trials.planned import PlannedTrial, engines, planned


class SearchedCase(TrainedCase):
    """A case with settings to choose from."""

    points: list[dict[str, Any]] = Field(description="The settings of each point.")


class SearchPlan(Plan):
    """plan/search.json."""

    seed: int = Field(description="The study's.")
    seeds: int = Field(description="Trainings of every point.")
    execution: str = Field(description="A mode of the engines, or auto.")
    threads: int = Field(description="Of each shard's process.")
    shards: int = Field(description="How many the trials are divided over; 0: nothing to search.")
    cases: dict[str, SearchedCase] = Field(description="Those that have something to choose.")

    @property
    def parts(self) -> list[Any]:
        """Shards."""
        return list(range(self.shards))


def inputs(plan: SearchPlan, at: Layout, shard: int) -> Files:
    """Return training and validation images; those of all cases, since costs divide the work."""
    datasets = sorted({case.dataset for case in plan.cases.values()})
    return {
        "train": [at.train_data(dataset) for dataset in datasets],
        "info": [at.data_info(dataset) for dataset in datasets],
    }


def outputs(plan: SearchPlan, at: Layout, shard: int) -> Files:
    """Return the shard's table, one row a trial."""
    return {"trials": at.search_shard(shard)}


def planned_trials(plan: SearchPlan, at: Layout, threads: int | None = None) -> list[PlannedTrial]:
    """Return every trial of the study, in the order of cases, points and repetitions."""
    by_name = engines(threads or plan.threads, plan.execution, at.execution)
    datasets = {case.dataset for case in plan.cases.values()}
    infos = {dataset: load_info(at, dataset) for dataset in datasets}
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
            engine=by_name[case.engine],
            dataset_hash=infos[case.dataset]["train_hash"],
            train_images=infos[case.dataset]["counts"]["train"],
        )
    ]


def run(plan: SearchPlan, at: Layout, shard: int, *, threads: int | None = None) -> None:
    """Run one shard of the search and write its table."""
    trials = sharded(planned_trials(plan, at, threads), plan.shards)[shard]
    journal = finish(at, "search", shard, trials)
    rows = [_row(trial, entry(journal, trial)) for trial in trials]
    TrialRow.write_table(at.search_shard(shard), rows)


def _row(trial: PlannedTrial, found: JournalEntry) -> TrialRow:
    training = trial.training.model_dump(include=set(TrialRow.model_fields))
    initializer = training.pop("initializer")
    # the case and point are the plan's: the entry may be of another case with the same trial
    shared = set(TrialRow.model_fields) - {"case", "point", "settings"}
    return TrialRow(
        **found.model_dump(include=shared),
        dataset=trial.dataset,
        case=trial.case,
        point=trial.point,
        family=trial.architecture.family,
        architecture=trial.architecture.name,
        engine=trial.engine.name,
        search_seconds=found.seconds,
        settings=json.dumps(trial.settings, sort_keys=True),
        **training,
        initializer=initializer if isinstance(initializer, str) else json.dumps(initializer),
    )
