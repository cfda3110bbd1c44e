"""The parent run of a case: its summary, its pictures, its winner."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from densevsconv.images.scaling import Scaling
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.report.contents import drawings
from densevsconv.report.layout import study_plan
from densevsconv.store.files import read_json, read_npz
from densevsconv.store.layout import Layout
from densevsconv.store.tables import read_csv
from densevsconv.tracking.records import RunRecord, flat, measurements

if TYPE_CHECKING:
    from mlflow import MlflowClient

ARTIFACTS = "artifacts"
"""Tag with the digest of the attached files."""

SUMMARY_METRICS = (
    "parameters", "macs", "trials", "seeds", "diverged_seeds", "test_accuracy_mean",
    "test_accuracy_low", "test_accuracy_high", "test_accuracy_std", "log_loss_mean",
    "calibration_error_mean", "validation_accuracy_mean", "validation_loss_mean",
    "train_seconds_median", "seconds_per_epoch_median", "seconds_to_target_median", "target_seeds",
    "time_ratio",
)  # fmt: skip
"""The columns of summary.csv that are logged as metrics."""


def case_record(layout: Layout, case: str, *, partial: bool) -> RunRecord:
    """Return the parent run of a case; without results while the study is still running."""
    start = layout.data_info(read_json(layout.plan("track"))["cases"][case]["dataset"])
    started = round(1000 * start.stat().st_mtime)
    record = RunRecord(f"case/{case}", "case", case, case, started, complete=not partial)
    if partial:
        return record
    (row,) = [row for row in read_csv(layout.summary) if row["case"] == case]
    selection = read_json(layout.selection(case))
    chosen = json.dumps(selection["settings"], sort_keys=True)
    ended = layout.summary.stat().st_mtime
    return RunRecord(
        key=record.key,
        kind=record.kind,
        name=case,
        case=case,
        started=started,
        seconds=max(ended - start.stat().st_mtime, 0),
        params=flat(selection["training"])
        | {"chosen": chosen, "winner": winner(layout, case)["trial"]},
        metrics=measurements(
            {column: float(row[column]) for column in SUMMARY_METRICS if row[column]}
        ),
    )


def winner(layout: Layout, case: str) -> dict[str, Any]:
    """Return the run whose weights become the model: the first seed, not the best one.

    Taking the best seed would choose by test accuracy.
    """
    runs: list[dict[str, Any]] = read_json(layout.runs(case))["runs"]
    return min(runs, key=lambda run: run["repetition"])


def attach_files(
    client: MlflowClient, run_id: str, tags: dict[str, str], layout: Layout, case: str
) -> bool:
    """Copy result files, confusion tables and figures to a parent run, unless they are there.

    ``tags`` are those of the run. Files that changed (a figure drawn anew) overwrite their old
    copies; return whether anything was written.
    """
    results = (layout.selection(case), layout.evaluation(case), layout.timing(case))
    files = [(path, f"results/{path.parent.name}") for path in results]
    files += [(path, "figures") for path in _figures(layout, case) if path.exists()]
    tables = _confusion_tables(layout, case)
    sums = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path, _ in files]
    state = hashlib.sha256(repr((sums, tables)).encode()).hexdigest()[:16]
    if tags.get(ARTIFACTS) == state:
        return False
    for path, folder in files:
        client.log_artifact(run_id, str(path), folder)
    for name, text in tables.items():
        client.log_text(run_id, text, f"confusion/{name}.csv")
    # last: a copy that was killed half way is made again
    client.set_tag(run_id, ARTIFACTS, state)
    return True


def _figures(layout: Layout, case: str) -> list[Path]:
    plan = read_json(layout.plan("track"))
    shown = [each for each in drawings(study_plan(plan)) if case in each.cases]
    return [layout.figure(drawing.stem, "png") for drawing in shown]


def _confusion_tables(layout: Layout, case: str) -> dict[str, str]:
    """Return counts and shares of rows as CSV, classes by name; rows true, columns predicted."""
    evaluation = read_json(layout.evaluation(case))
    names = read_json(layout.data_info(evaluation["dataset"]))["class_names"]
    tables = {}
    for name, matrix in evaluation["confusion"].items():
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["true \\ predicted", *names])
        writer.writerows([label, *row] for label, row in zip(names, matrix, strict=True))
        tables[name] = stream.getvalue()
    return tables


def attach_model(
    client: MlflowClient, experiment_id: str, run_id: str, layout: Layout, case: str
) -> None:
    """Log the winner of a case as a Keras model; TensorFlow is imported here."""
    from densevsconv.tracking.model import log_model, pixels_to_probabilities

    plan = read_json(layout.plan("track"))["cases"][case]
    first = winner(layout, case)
    prefix = f"{first['repetition']}/"
    weights = {
        name.removeprefix(prefix): array
        for name, array in read_npz(layout.weights(case)).items()
        if name.startswith(prefix)
    }
    training = read_json(layout.selection(case))["training"]
    info = read_json(layout.data_info(plan["dataset"]))
    model = pixels_to_probabilities(
        BoundArchitecture.from_dict(plan["architecture"]),
        weights,
        Scaling.for_training(training["scaling"], info),
    )
    tags = {"case": case, "dataset": plan["dataset"], "trial": first["trial"]}
    log_model(client, experiment_id, run_id, case, model, tags)
