"""Evaluate: what the refitted networks do on the test images.

in      plan/evaluate.json, data/<dataset>/test.npz, refit/<case>/runs.json and predictions.parquet
out     evaluate/<case>.json

A diverged seed stays in: its predictions count as what they are. Where its probabilities are not
numbers the predicted class is 0 (what ``argmax`` of such a row gives), and it has no log loss and
no calibration error; those two intervals then say over how many seeds they are.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow
from sklearn.metrics import accuracy_score, log_loss, precision_recall_fscore_support

from densevsconv.errors import DataError
from densevsconv.statistics.calibration import Reliability, reliability
from densevsconv.statistics.confusion import (
    confusion_counts,
    misclassified,
    most_confused,
    normalise_rows,
)
from densevsconv.statistics.intervals import mean_interval, wilson_interval
from densevsconv.store.files import read_json, read_npz, write_json
from densevsconv.store.layout import Layout
from densevsconv.store.tables import probability_columns, read_parquet

CONFUSED_PAIRS = 10
"""Most-confused pairs kept, at most."""


def run(layout: Layout, *, threads: int = 1) -> None:
    """Write the evaluation of every case of the study."""
    plan = read_json(layout.plan("evaluate"))
    for case, case_plan in sorted(plan["cases"].items()):
        runs = read_json(layout.runs(case))["runs"]
        labels = read_npz(layout.test_data(case_plan["dataset"]))["labels"]
        probabilities = read_probabilities(layout, case, runs, labels)
        result = evaluate(
            labels,
            probabilities,
            diverged=[run["status"] == "diverged" for run in runs],
            confidence=plan["confidence"],
            bins=plan["calibration_bins"],
        )
        write_json(
            layout.evaluation(case), {"case": case, "dataset": case_plan["dataset"]} | result
        )


def read_probabilities(
    layout: Layout, case: str, runs: list[dict[str, Any]], labels: np.ndarray
) -> np.ndarray:
    """Return the test probabilities of a case: float32, shape (seeds, images, classes).

    Row s belongs to ``runs[s]``. Raises :class:`DataError` where the table does not hold one
    prediction of every seed for every test image, with the labels of the test images.
    """
    path = layout.predictions(case)
    table = read_parquet(path).sort_by([("repetition", "ascending"), ("index", "ascending")])
    columns = probability_columns(table.column_names)
    repetitions = sorted(run["repetition"] for run in runs)
    expected = {
        "repetition": np.repeat(repetitions, len(labels)),
        "index": np.tile(np.arange(len(labels)), len(runs)),
        "label": np.tile(labels, len(runs)),
    }
    for name, values in expected.items():
        if not np.array_equal(_column(table, name), values):
            raise DataError(
                f"{path}: column {name!r} is not that of {len(runs)} seeds and the "
                f"{len(labels)} test images; delete the file and refit again"
            )
    if [run["repetition"] for run in runs] != repetitions:
        raise DataError(f"{layout.runs(case)}: runs are not in the order of their repetitions")
    stacked = np.stack([_column(table, name) for name in columns], axis=1)
    return stacked.reshape(len(runs), len(labels), len(columns))


def _column(table: pyarrow.Table, name: str) -> np.ndarray:
    return np.asarray(table.column(name).to_numpy())


def evaluate(
    labels: np.ndarray,
    probabilities: np.ndarray,
    *,
    diverged: list[bool],
    confidence: float,
    bins: int,
) -> dict[str, Any]:
    """Return the evaluation of one case, as written to evaluate/<case>.json.

    Parameters
    ----------
    labels
        Shape (N,), true classes of the test images.
    probabilities
        Shape (seeds, N, classes).
    diverged
        Whether each seed diverged.
    confidence
        Of the intervals over seeds, such as 0.95.
    bins
        Of the calibration error.
    """
    seeds, _, classes = probabilities.shape
    # argmax takes the first NaN for the largest value: class 0 for a network of NaNs
    predicted = probabilities.argmax(axis=2)
    counts = sum(confusion_counts(labels, row, classes) for row in predicted)
    finite = [bool(np.isfinite(seed).all()) for seed in probabilities]
    losses = [
        float(log_loss(labels, _normalised(p), labels=np.arange(classes))) if ok else None
        for p, ok in zip(probabilities, finite, strict=True)
    ]
    reliabilities = [
        reliability(labels, p, bins) if ok else None
        for p, ok in zip(probabilities, finite, strict=True)
    ]
    errors = [r.expected_calibration_error if r else None for r in reliabilities]
    nothing = Reliability(np.zeros(bins, dtype=int), np.zeros(bins), np.zeros(bins))
    pooled = sum((r for r in reliabilities if r), start=nothing)
    accuracies = [float(accuracy_score(labels, row)) for row in predicted]
    return {
        "seeds": seeds,
        "diverged_seeds": sum(diverged),
        "images": len(labels),
        "confidence": confidence,
        "accuracy": _over_seeds(list(accuracies), confidence, upper=1),
        "test_set_interval": wilson_interval(float(np.mean(accuracies)), len(labels), confidence),
        "log_loss": _over_seeds(losses, confidence),
        "calibration_error": _over_seeds(errors, confidence, upper=1),
        "calibration": {"bins": pooled.bins()},
        "per_class": _per_class(labels, predicted, classes, confidence),
        "confusion": {
            "counts": np.asarray(counts).tolist(),
            "normalised": normalise_rows(np.asarray(counts)).tolist(),
        },
        "most_confused": most_confused(labels, predicted, np.asarray(counts), CONFUSED_PAIRS),
        "misclassified": misclassified(labels, predicted),
    }


def _normalised(probabilities: np.ndarray) -> np.ndarray:
    """Return float64 rows that sum to 1: float32 ones miss it by more than scikit-learn likes."""
    rows = probabilities.astype(np.float64)
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def _over_seeds(
    values: list[float | None], confidence: float, *, upper: float = math.inf
) -> dict[str, Any]:
    defined = [value for value in values if value is not None]
    interval = mean_interval(defined, confidence, lower=0, upper=upper)
    return interval | {"per_seed": values, "seeds": len(defined)}


def _per_class(
    labels: np.ndarray, predicted: np.ndarray, classes: int, confidence: float
) -> list[dict[str, Any]]:
    """Return precision, recall and F1 of each class; 0 where a class is never predicted."""
    scores = np.array(
        [
            precision_recall_fscore_support(
                labels, row, labels=np.arange(classes), zero_division=0.0
            )
            for row in predicted
        ]
    )  # (seeds, 4, classes)

    def interval(score: int, label: int) -> dict[str, Any]:
        values = scores[:, score, label].tolist()
        return mean_interval(values, confidence, lower=0, upper=1)

    return [
        {
            "class": label,
            "precision": interval(0, label),
            "recall": interval(1, label),
            "f1": interval(2, label),
            "support": int(scores[0, 3, label]),
        }
        for label in range(classes)
    ]
