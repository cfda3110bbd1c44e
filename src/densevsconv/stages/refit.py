"""Refit: train each case's chosen settings on fresh seeds; predict the test images once.

The first stage whose networks see the test images; nothing it does can go back into a choice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from densevsconv.images.load import load_info, load_test_data
from densevsconv.store.files import atomic_path, read_json, write_json, write_npz
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.store.progress import Progress
from densevsconv.trials.planned import PlannedTrial, Trainers, engines, planned

_PROBABILITIES = "probabilities"
_WEIGHT = "weight/"


def planned_runs(
    layout: Layout, cases: list[str] | None = None, threads: int | None = None
) -> list[PlannedTrial]:
    """Return the runs of ``cases`` (default: all), in order; the cases must have been selected."""
    plan = read_json(layout.plan("refit"))
    by_name = engines(threads or plan["threads"])
    runs: list[PlannedTrial] = []
    for name in cases if cases is not None else plan["cases"]:
        case = plan["cases"][name]
        info = load_info(layout, case["dataset"])
        selection = read_json(layout.selection(name))
        runs += planned(
            name,
            {**case, "training": selection["training"]},
            settings=[{}],
            repetitions=case["seeds"],
            study_seed=plan["seed"],
            stage="refit",
            engine=by_name[case["engine"]],
            # the run's files hold predictions for the test images, so those count too
            dataset_hash=f"{info['train_hash']}+{info['test_hash']}",
            train_images=info["counts"]["train"],
        )
    return runs


def run(layout: Layout, *, shard: int = 0, threads: int | None = None) -> None:
    """Refit the cases of one shard and write their files."""
    plan = read_json(layout.plan("refit"))
    cases = plan["shard_cases"][shard]
    runs = planned_runs(layout, cases, threads)
    journal = Journal(layout.journal("refit"))
    waiting = [trial for trial in runs if trial.id not in journal]
    cost = sum(trial.cost for trial in waiting)
    progress = Progress(f"refit {shard}", len(runs), len(runs) - len(waiting), cost=cost)
    trainers = Trainers(layout, plan["execution"])
    for trial in waiting:
        result, trainer = trainers.run(trial)
        test = load_test_data(layout, trial.dataset)
        arrays = {
            _PROBABILITIES: trainer.predictor(result.weights)(test.images),
            **{_WEIGHT + name: array for name, array in result.weights.items()},
        }
        journal.put(trial.id, trial.record(result, trainer), arrays)
        progress.advance(trial.case, trial.cost)
    for case in cases:
        _write_case(layout, case, [trial for trial in runs if trial.case == case], journal)


def _write_case(layout: Layout, case: str, runs: list[PlannedTrial], journal: Journal) -> None:
    labels = load_test_data(layout, runs[0].dataset).labels
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
    _write_table(layout.history(case), histories)
    _write_table(layout.predictions(case), predictions)
    write_npz(layout.weights(case), weights)
    write_json(layout.runs(case), {"case": case, "runs": records})


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
