"""Refit: train each case's chosen settings on fresh seeds; predict the test images once.

The first stage whose networks see the test images; nothing it does can go back into a choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from densevsconv.images.load import load_info, load_test_data
from densevsconv.results.plan import TrainedCase
from densevsconv.results.trials import Runs, Selection
from densevsconv.stages.plan import Files, Plan
from densevsconv.stages.trained import Arrays, entry, finish
from densevsconv.store.files import atomic_path, write_npz
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.training.engine import FinishedTrial
from densevsconv.trials.groups import GroupTrainer
from densevsconv.trials.planned import PlannedTrial, engines, planned

_PROBABILITIES = "probabilities"
_WEIGHT = "weight/"


class RefittedCase(TrainedCase):
    """A case, and how often it is trained."""

    seeds: int = Field(description="Trainings afresh.")


class RefitPlan(Plan):
    """plan/refit.json."""

    seed: int = Field(description="The study's.")
    execution: str = Field(description="A mode of the engines, or auto.")
    threads: int = Field(description="Of each shard's process.")
    shards: list[dict[str, RefittedCase]] = Field(description="The cases of each shard, by name.")

    @property
    def parts(self) -> list[Any]:
        """Shards."""
        return list(range(len(self.shards)))

    def of(self, part: Any) -> Any:
        """Return what decides one shard: its own cases."""
        own = [self.shards[int(part)]]
        return self.model_copy(update={"shards": own}).model_dump(mode="json")

    @property
    def cases(self) -> dict[str, RefittedCase]:
        """The cases of all shards."""
        return {name: case for shard in self.shards for name, case in shard.items()}


def inputs(plan: RefitPlan, at: Layout, shard: int) -> Files:
    """Return the shard's selections, and its images: the test images for the first time."""
    cases = plan.shards[shard]
    datasets = sorted({case.dataset for case in cases.values()})
    return {
        "selections": [at.selection(case) for case in cases],
        "train": [at.train_data(dataset) for dataset in datasets],
        "test": [at.test_data(dataset) for dataset in datasets],
        "info": [at.data_info(dataset) for dataset in datasets],
    }


def outputs(plan: RefitPlan, at: Layout, shard: int) -> Files:
    """Return each case's runs, its history by epoch, its predictions and its weights."""
    cases = plan.shards[shard]
    return {
        "runs": [at.runs(case) for case in cases],
        "histories": [at.history(case) for case in cases],
        "predictions": [at.predictions(case) for case in cases],
        "weights": [at.weights(case) for case in cases],
    }


def planned_runs(
    cases: Mapping[str, RefittedCase],
    at: Layout,
    *,
    seed: int,
    threads: int,
    execution: str = "auto",
) -> list[PlannedTrial]:
    """Return the runs of ``cases``, in order; the cases must have been selected.

    ``seed`` is the study's.
    """
    by_name = engines(threads, execution, at.execution)
    runs: list[PlannedTrial] = []
    for name, case in cases.items():
        info = load_info(at, case.dataset)
        runs += planned(
            name,
            dataset=case.dataset,
            architecture=case.bound,
            training=Selection.read(at.selection(name)).training,
            settings=[{}],
            repetitions=case.seeds,
            study_seed=seed,
            stage="refit",
            engine=by_name[case.engine],
            # the run's files hold predictions for the test images, so those count too
            dataset_hash=f"{info['train_hash']}+{info['test_hash']}",
            train_images=info["counts"]["train"],
        )
    return runs


def run(plan: RefitPlan, at: Layout, shard: int, *, threads: int | None = None) -> None:
    """Refit the cases of one shard and write their files."""
    cases = plan.shards[shard]
    runs = planned_runs(
        cases,
        at,
        seed=plan.seed,
        threads=threads or plan.threads,
        execution=plan.execution,
    )

    def kept(trial: PlannedTrial, finished: FinishedTrial, trainer: GroupTrainer) -> Arrays:
        test = load_test_data(at, trial.dataset)
        return {
            _PROBABILITIES: trainer.predictor(trial, finished)(test.images),
            **{_WEIGHT + name: array for name, array in finished.weights.items()},
        }

    journal = finish(at, "refit", shard, runs, kept)
    for case in cases:
        _write_case(at, case, [trial for trial in runs if trial.case == case], journal)


def _write_case(at: Layout, case: str, runs: list[PlannedTrial], journal: Journal) -> None:
    labels = load_test_data(at, runs[0].dataset).labels
    entries = [entry(journal, trial) for trial in runs]
    histories, predictions = [], []
    weights: Arrays = {}
    for found in entries:
        arrays = journal.arrays(found.trial)
        numbers = {curve: np.asarray(values) for curve, values in found.history.items()}
        epochs = np.arange(1, len(numbers["train_loss"]) + 1)
        histories.append(_table(found.repetition, {"epoch": epochs, **numbers}))
        probabilities = arrays[_PROBABILITIES]
        predictions.append(
            _table(
                found.repetition,
                {"index": np.arange(len(labels)), "label": labels}
                | {f"p{number}": column for number, column in enumerate(probabilities.T)},
            )
        )
        for name, array in arrays.items():
            if name.startswith(_WEIGHT):
                weights[f"{found.repetition}/{name.removeprefix(_WEIGHT)}"] = array
    _write_tables(at.history(case), histories)
    _write_tables(at.predictions(case), predictions)
    write_npz(at.weights(case), weights)
    Runs(case=case, runs=[found.run for found in entries]).write(at.runs(case))


def _table(repetition: int, columns: Arrays) -> pa.Table:
    (rows,) = {len(column) for column in columns.values()}
    return pa.table({"repetition": np.full(rows, repetition, np.int64), **columns})


def _write_tables(path: Path, parts: list[pa.Table]) -> None:
    with atomic_path(path) as temporary:
        pq.write_table(pa.concat_tables(parts), temporary)
