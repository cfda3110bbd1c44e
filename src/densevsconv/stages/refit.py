"""Refit: train each case's chosen settings on fresh seeds; predict the test images once.

The first stage whose networks see the test images; nothing it does can go back into a choice.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from densevsconv.errors import UnableError
from densevsconv.images.load import load_info, load_test_data
from densevsconv.results.plan import TrainedCase
from densevsconv.results.trials import CURVES, JournalEntry, Runs, Selection
from densevsconv.stages.plan import Files
from densevsconv.stages.trained import Arrays, TrainingPlan, finish, image_files
from densevsconv.store.files import atomic_path, write_npz
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.training.engine import FinishedTrial
from densevsconv.trials.groups import GroupTrainer
from densevsconv.trials.planned import PlannedTrial, planned

_PROBABILITIES = "probabilities"
_WEIGHT = "weight/"


class RefittedCase(TrainedCase):
    """A case, and how often it is trained."""

    seeds: int = Field(description="Trainings afresh.")


class RefitPlan(TrainingPlan):
    """plan/refit.json."""

    shards: list[dict[str, RefittedCase]] = Field(description="The cases of each shard, by name.")

    @property
    def parts(self) -> list[Any]:
        return list(range(len(self.shards)))

    def of(self, part: Any) -> Any:
        """Return what decides one shard: its own cases."""
        own = [self.shards[int(part)]]
        return self.model_copy(update={"shards": own}).model_dump(mode="json")

    @property
    def cases(self) -> dict[str, RefittedCase]:
        return {name: case for shard in self.shards for name, case in shard.items()}


def inputs(plan: RefitPlan, at: Layout, shard: int) -> Files:
    """Return the shard's selections, and its images: the test images for the first time."""
    cases = plan.shards[shard]
    datasets = sorted({case.dataset for case in cases.values()})
    return {
        "selections": [at.selection(case) for case in cases],
        **image_files(at, cases.values()),
        "test": [at.test_data(dataset) for dataset in datasets],
    }


def outputs(plan: RefitPlan, at: Layout, shard: int) -> Files:
    cases = plan.shards[shard]
    return {
        "runs": [at.runs(case) for case in cases],
        "histories": [at.history(case) for case in cases],
        "predictions": [at.predictions(case) for case in cases],
        "weights": [at.weights(case) for case in cases],
    }


def planned_runs(
    plan: TrainingPlan, cases: Mapping[str, RefittedCase], at: Layout, threads: int | None = None
) -> list[PlannedTrial]:
    """Return the runs of ``cases``, in order; the cases must have been selected."""
    engines = plan.engines(at, threads)
    runs: list[PlannedTrial] = []
    for name, case in cases.items():
        info = load_info(at, case.dataset)
        runs += planned(
            name,
            # the run's files hold predictions for the test images, so those count too
            datasets=[
                (case.dataset, f"{info['train_hash']}+{info['test_hash']}", info["counts"]["train"])
            ],
            architecture=case.bound,
            training=Selection.read(at.selection(name)).training,
            settings=[{}],
            repetitions=case.seeds,
            study_seed=plan.seed,
            stage="refit",
            engine=engines[case.engine],
        )
    return runs


def run(plan: RefitPlan, at: Layout, shard: int, *, threads: int | None = None) -> None:
    cases = plan.shards[shard]
    runs = planned_runs(plan, cases, at, threads)

    def kept(trial: PlannedTrial, finished: FinishedTrial, trainer: GroupTrainer) -> Arrays:
        test = load_test_data(at, trial.dataset)
        return {
            _PROBABILITIES: trainer.predictor(trial, finished)(test.images),
            **{_WEIGHT + name: array for name, array in finished.weights.items()},
        }

    entries = finish(at, "refit", shard, runs, kept)
    if failed := [found for found in entries if found.status == "failed"]:
        first = failed[0]
        raise UnableError(
            f"case {first.case}: {len(failed)} of {len(entries)} trainings failed, the first for: "
            f"{first.reason}; a case counts with all of its seeds: give it memory, smaller batches "
            "or another engine, or leave the case out, and run again: the others are kept"
        )
    for name, case in cases.items():
        _write_case(at, name, case, [found for found in entries if found.case == name])


def _write_case(at: Layout, name: str, case: RefittedCase, entries: list[JournalEntry]) -> None:
    journal, labels = Journal(at.journal("refit")), load_test_data(at, case.dataset).labels
    histories, predictions = [], []
    weights: Arrays = {}
    for found in entries:
        epochs = {"epoch": np.arange(1, len(found.history["train_loss"]) + 1)}
        # a record that comes from the journal has its keys in another order
        curves = {curve: np.asarray(found.history[curve]) for curve in CURVES}
        histories.append(_table(found.repetition, epochs | curves))
        arrays = journal.arrays(found.trial)
        columns = enumerate(arrays.pop(_PROBABILITIES).T)
        images = {"index": np.arange(len(labels)), "label": labels}
        predictions.append(
            _table(found.repetition, images | {f"p{number}": column for number, column in columns})
        )
        weights |= {
            f"{found.repetition}/{key.removeprefix(_WEIGHT)}": array
            for key, array in arrays.items()
        }
    _write_tables(at.history(name), histories)
    _write_tables(at.predictions(name), predictions)
    write_npz(at.weights(name), weights)
    Runs(case=name, runs=[found.run for found in entries]).write(at.runs(name))


def _table(repetition: int, columns: Arrays) -> pa.Table:
    (rows,) = {len(column) for column in columns.values()}
    return pa.table({"repetition": np.full(rows, repetition, np.int64), **columns})


def _write_tables(path: Path, parts: list[pa.Table]) -> None:
    with atomic_path(path) as temporary:
        pq.write_table(pa.concat_tables(parts), temporary)
