"""Refit: train each case's chosen settings on fresh seeds; predict the test images once.

The first stage whose networks see the test images; nothing it does can go back into a choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from densevsconv.images.load import load_info, load_test_data
from densevsconv.results.plan import TrainedCase
from densevsconv.stages.plan import Files, Plan
from densevsconv.store.files import atomic_path, read_json, write_json, write_npz
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.store.progress import Progress
from densevsconv.trials.planned import PlannedTrial, Trainers, engines, planned

_PROBABILITIES = "probabilities"
_WEIGHT = "weight/"


class RefittedCase(TrainedCase):
    """A case, and how often it is trained."""

    seeds: int = Field(description="Trainings afresh.")


class RefitPlan(Plan):
    """plan/refit.json."""

    seed: int = Field(description="The study's.")
    execution: str = Field(description="How TensorFlow runs an epoch: auto, xla or graph.")
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
    cases: Mapping[str, RefittedCase], at: Layout, *, seed: int, threads: int
) -> list[PlannedTrial]:
    """Return the runs of ``cases``, in order; the cases must have been selected.

    ``seed`` is the study's.
    """
    by_name = engines(threads)
    runs: list[PlannedTrial] = []
    for name, case in cases.items():
        info = load_info(at, case.dataset)
        selection = read_json(at.selection(name))
        runs += planned(
            name,
            case.model_dump() | {"family": case.family, "training": selection["training"]},
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
    runs = planned_runs(cases, at, seed=plan.seed, threads=threads or plan.threads)
    journal = Journal(at.journal("refit"))
    waiting = [trial for trial in runs if trial.id not in journal]
    cost = sum(trial.cost for trial in waiting)
    progress = Progress(f"refit {shard}", len(runs), len(runs) - len(waiting), cost=cost)
    trainers = Trainers(at, plan.execution)
    for trial in waiting:
        result, trainer = trainers.run(trial)
        test = load_test_data(at, trial.dataset)
        arrays = {
            _PROBABILITIES: trainer.predictor(result.weights)(test.images),
            **{_WEIGHT + name: array for name, array in result.weights.items()},
        }
        journal.put(trial.id, trial.record(result, trainer), arrays)
        progress.advance(trial.case, trial.cost)
    for case in cases:
        _write_case(at, case, [trial for trial in runs if trial.case == case], journal)


def _write_case(at: Layout, case: str, runs: list[PlannedTrial], journal: Journal) -> None:
    labels = load_test_data(at, runs[0].dataset).labels
    records, histories, predictions = [], [], []
    weights: dict[str, np.ndarray] = {}
    for trial in runs:
        record = journal.get(trial.id)
        if record is None:  # deleted or damaged since it was written
            raise RuntimeError(f"run {trial.id} of {case} has left the journal; run again")
        arrays = journal.arrays(trial.id)
        repetition = trial.repetition
        histories.append(_history_table(repetition, record["history"]))
        predictions.append(_prediction_table(repetition, labels, arrays[_PROBABILITIES]))
        for name, array in arrays.items():
            if name.startswith(_WEIGHT):
                weights[f"{repetition}/{name.removeprefix(_WEIGHT)}"] = array
        hidden = ("history", "training", "settings", "point", "case")
        records.append({key: value for key, value in record.items() if key not in hidden})
    _write_table(at.history(case), histories)
    _write_table(at.predictions(case), predictions)
    write_npz(at.weights(case), weights)
    write_json(at.runs(case), {"case": case, "runs": records})


def _history_table(repetition: int, history: dict[str, list[float]]) -> pa.Table:
    epochs = len(history["train_loss"])
    return pa.table(
        {
            "repetition": np.full(epochs, repetition, np.int64),
            "epoch": np.arange(1, epochs + 1),
            **{curve: np.asarray(values, np.float64) for curve, values in history.items()},
        }
    )


def _prediction_table(repetition: int, labels: np.ndarray, probabilities: np.ndarray) -> pa.Table:
    count, classes = probabilities.shape
    columns: dict[str, Any] = {
        "repetition": np.full(count, repetition, np.int64),
        "index": np.arange(count),
        "label": labels,
    }
    return pa.table(columns | {f"p{c}": probabilities[:, c] for c in range(classes)})


def _write_table(path: Any, parts: list[pa.Table]) -> None:
    with atomic_path(path) as temporary:
        pq.write_table(pa.concat_tables(parts), temporary)
