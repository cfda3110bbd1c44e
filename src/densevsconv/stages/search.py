"""Search: try every point of every case's grid with a few seeds. Validation scores only.

A case with a single point has nothing to choose, and is not in the plan of this stage.

One process does one shard of the study's trials: importing TensorFlow costs more than training a
small network. A finished trial goes to the journal at once; a rerun does the missing ones.
"""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from densevsconv.images.load import load_info
from densevsconv.results.plan import TrainedCase
from densevsconv.stages.plan import Files, Plan
from densevsconv.store.files import atomic_path
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.store.progress import Progress
from densevsconv.trials.planned import PlannedTrial, Trainers, engines, planned

TRAINING_COLUMNS = (
    "optimizer",
    "learning_rate",
    "l2",
    "momentum",
    "weight_decay",
    "batch_size",
    "epochs",
    "initializer",
)
"""Training settings with a column of their own; the ``settings`` column holds all varied ones."""

_TEXT, _INTEGER, _FLOAT = pa.string(), pa.int64(), pa.float64()
SCHEMA = pa.schema(
    [
        ("trial", _TEXT),
        ("dataset", _TEXT),
        ("case", _TEXT),
        ("family", _TEXT),
        ("architecture", _TEXT),
        ("engine", _TEXT),
        ("point", _INTEGER),
        ("repetition", _INTEGER),
        ("status", _TEXT),
        ("validation_accuracy", _FLOAT),
        ("validation_loss", _FLOAT),
        ("train_accuracy", _FLOAT),
        ("train_loss", _FLOAT),
        ("epochs_run", _INTEGER),
        ("best_epoch", _INTEGER),
        ("search_seconds", _FLOAT),
        ("execution", _TEXT),
        ("device", _TEXT),
        ("threads", _INTEGER),
        ("settings", _TEXT),
        ("optimizer", _TEXT),
        ("learning_rate", _FLOAT),
        ("l2", _FLOAT),
        ("momentum", _FLOAT),
        ("weight_decay", _FLOAT),
        ("batch_size", _INTEGER),
        ("epochs", _INTEGER),
        ("initializer", _TEXT),
    ]
)
"""The table of trials; ``trials.csv`` has the same columns."""


class SearchedCase(TrainedCase):
    """A case with settings to choose from."""

    points: list[dict[str, Any]] = Field(description="The settings of each point.")


class SearchPlan(Plan):
    """plan/search.json."""

    seed: int = Field(description="The study's.")
    seeds: int = Field(description="Trainings of every point.")
    execution: str = Field(description="How TensorFlow runs an epoch: auto, xla or graph.")
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
    by_name = engines(threads or plan.threads)
    datasets = {case.dataset for case in plan.cases.values()}
    infos = {dataset: load_info(at, dataset) for dataset in datasets}
    return [
        trial
        for name, case in plan.cases.items()
        for trial in planned(
            name,
            case.model_dump() | {"family": case.family},
            settings=case.points,
            repetitions=plan.seeds,
            study_seed=plan.seed,
            stage="search",
            engine=by_name[case.engine],
            dataset_hash=infos[case.dataset]["train_hash"],
            train_images=infos[case.dataset]["counts"]["train"],
        )
    ]


def shard_of(trials: list[PlannedTrial], shard: int, shards: int) -> list[PlannedTrial]:
    """Return one shard: a contiguous part of the trials of about equal cost.

    Trials that share a compiled trainer are neighbours, so cutting the sequence splits at
    most ``shards - 1`` of those groups.
    """
    trials = sorted(trials, key=lambda trial: trial.compile_key)
    total = sum(trial.cost for trial in trials)
    chosen, before = [], 0.0
    for trial in trials:
        middle = before + trial.cost / 2
        if min(int(middle / total * shards), shards - 1) == shard:
            chosen.append(trial)
        before += trial.cost
    return chosen


def run(plan: SearchPlan, at: Layout, shard: int, *, threads: int | None = None) -> None:
    """Run one shard of the search and write its table."""
    trials = shard_of(planned_trials(plan, at, threads), shard, plan.shards)
    journal = Journal(at.journal("search"))
    waiting = [trial for trial in trials if trial.id not in journal]
    cost = sum(trial.cost for trial in waiting)
    progress = Progress(f"search {shard}", len(trials), len(trials) - len(waiting), cost=cost)
    trainers = Trainers(at, plan.execution)
    for trial in waiting:
        result, trainer = trainers.run(trial)
        journal.put(trial.id, trial.record(result, trainer))
        varied = " ".join(f"{key}={value}" for key, value in trial.settings.items())
        progress.advance(f"{trial.case} {varied}", trial.cost)
    table = pa.Table.from_pylist([_row(trial, journal) for trial in trials], schema=SCHEMA)
    with atomic_path(at.search_shard(shard)) as temporary:
        pq.write_table(table, temporary)


def _row(trial: PlannedTrial, journal: Journal) -> dict[str, Any]:
    record = journal.get(trial.id)
    if record is None:  # deleted or damaged since it was written
        raise RuntimeError(f"trial {trial.id} of {trial.case} has left the journal; run again")
    training = trial.training.model_dump()
    initializer = training["initializer"]
    return {
        **{name: record[name] for name in SCHEMA.names if name in record},
        "dataset": trial.dataset,
        "case": trial.case,
        "point": trial.point,
        "family": trial.family,
        "architecture": trial.architecture.name,
        "engine": trial.engine.name,
        "search_seconds": record["seconds"],
        **{name: training[name] for name in TRAINING_COLUMNS},
        "initializer": initializer if isinstance(initializer, str) else json.dumps(initializer),
        "settings": json.dumps(trial.settings, sort_keys=True),
    }
