"""Evaluate: what the refitted networks do on the test images.

A diverged seed stays in: its predictions count as what they are. Where its probabilities are not
numbers the predicted class is 0 (what ``argmax`` of such a row gives), and it has no log loss and
no calibration error; those two intervals then say over how many seeds they are.

A case whose predictions and settings are those of an earlier run is not evaluated again: its
evaluation is kept in the journal, under the digest of all that it was made from.
"""

import math
from typing import Any

import numpy as np
from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.results.evaluation import Evaluation
from densevsconv.results.record import Record
from densevsconv.results.study import Study
from densevsconv.stages.plan import Files, Plan, of_each
from densevsconv.statistics.calibration import Reliability, reliability
from densevsconv.statistics.confusion import (
    misclassified,
    most_confused,
    normalise_rows,
)
from densevsconv.statistics.crossed import accuracy
from densevsconv.statistics.intervals import mean_interval
from densevsconv.statistics.starts import starts
from densevsconv.store.files import file_digest
from densevsconv.store.identity import code_digest, digest
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout

CONFUSED_PAIRS = 10
"""Most-confused pairs kept, at most."""

UNTRAINED = "no start trained to more than naming the commonest class gives"
INELIGIBLE = "every point of its search has a seed that diverged or failed"


class EvaluatedCase(Record):
    """A case, as its evaluation needs it."""

    dataset: str = Field(description="The data set's name in the study.")


class EvaluatePlan(Plan):
    """plan/evaluate.json."""

    confidence: float = Field(description="Of the intervals over seeds, such as 0.95.")
    calibration_bins: int = Field(description="Of the calibration error.")
    cases: dict[str, EvaluatedCase] = Field(description="All of the study, by name.")


def inputs(plan: EvaluatePlan, at: Layout) -> Files:
    return {
        **of_each(sorted({case.dataset for case in plan.cases.values()}), test=at.test_data),
        **of_each(plan.cases, selections=at.selection, runs=at.runs),
        **of_each(plan.cases, predictions=at.predictions),
    }


def outputs(plan: EvaluatePlan, at: Layout) -> Files:
    return {"evaluations": [at.evaluation(case) for case in plan.cases]}


def run(plan: EvaluatePlan, at: Layout) -> None:
    study = Study(plan, at)
    journal = Journal(at.journal("evaluate"))
    code = code_digest(__name__)
    for name, case in sorted(plan.cases.items()):
        read = [at.test_data(case.dataset), at.selection(name), at.runs(name), at.predictions(name)]
        settings = [name, case.dataset, plan.confidence, plan.calibration_bins]
        key = digest([code, settings, [file_digest(path) for path in read]])
        if key not in journal:
            journal.put(key, _evaluated(study, name).model_dump(mode="json"))
        Evaluation.model_validate(journal.get(key)).write(at.evaluation(name))


def _evaluated(study: Study[EvaluatePlan], case: str) -> Evaluation:
    dataset = study.plan.cases[case].dataset
    labels, probabilities = study.probabilities(case)
    if not np.array_equal(labels, study.test_part(dataset)["labels"]):
        raise DataError(
            f"{study.at.predictions(case)}: column 'label' is not that of the test images; delete "
            "the file and refit again"
        )
    return evaluate(
        labels,
        probabilities,
        case=case,
        dataset=dataset,
        finished=[run.status == "finished" for run in study.runs(case)],
        eligible=not study.selection(case).none_eligible,
        confidence=study.plan.confidence,
        bins=study.plan.calibration_bins,
    )


def evaluate(
    labels: np.ndarray,
    probabilities: np.ndarray,
    *,
    case: str,
    dataset: str,
    finished: list[bool],
    eligible: bool,
    confidence: float,
    bins: int,
) -> Evaluation:
    """Return the evaluation of a case: ``labels`` (N,), ``probabilities`` (seeds, N, classes).

    ``finished`` says which seeds did, ``eligible`` whether any point of its search did.
    """
    # not at the top: the Snakefile imports this module, and scikit-learn takes a second
    from sklearn.metrics import confusion_matrix, log_loss

    seeds, _, classes = probabilities.shape
    # argmax takes the first NaN for the largest value: class 0 for a network of NaNs
    predicted = probabilities.argmax(axis=2)
    counts = confusion_matrix(np.tile(labels, seeds), predicted.ravel(), labels=range(classes))
    finite = [bool(np.isfinite(seed).all()) for seed in probabilities]
    # float32 rows miss a sum of 1 by more than scikit-learn likes
    exact = probabilities.astype(np.float64)
    exact /= exact.sum(axis=2, keepdims=True)
    losses = [
        float(log_loss(labels, p, labels=np.arange(classes))) if ok else None
        for p, ok in zip(exact, finite, strict=True)
    ]
    reliabilities = [
        reliability(labels, p, bins) if ok else None
        for p, ok in zip(probabilities, finite, strict=True)
    ]
    errors = [r.expected_calibration_error if r else None for r in reliabilities]
    nothing = Reliability(np.zeros(bins, dtype=int), np.zeros(bins), np.zeros(bins))
    pooled = sum((r for r in reliabilities if r), start=nothing)
    right = predicted == labels
    accuracies = right.mean(axis=1)
    found = accuracy(right, confidence)
    # whatever a seed that did not finish gets right, it has not trained
    begun = starts(right & np.array(finished)[:, None], labels, confidence)
    return Evaluation.model_validate(
        {
            "case": case,
            "dataset": dataset,
            "seeds": seeds,
            "diverged_seeds": finished.count(False),
            "images": len(labels),
            "confidence": confidence,
            "accuracy": {
                "mean": found.mean,
                "low": found.low,
                "high": found.high,
                "std": float(accuracies.std(ddof=1)) if seeds > 1 else None,
                "lowest": float(accuracies.min()),
                "highest": float(accuracies.max()),
                "per_seed": accuracies.tolist(),
            },
            "chance": float(np.bincount(labels).max() / len(labels)),
            "starts": {
                "seeds": begun.trained,
                "above": begun.bound,
                "share_low": begun.share_low,
                "share_high": begun.share_high,
                "lowest": begun.low,
                "highest": begun.high,
            },
            "not_tested": INELIGIBLE if not eligible else "" if begun.count else UNTRAINED,
            "log_loss": _over_seeds(losses, confidence),
            "calibration_error": _over_seeds(errors, confidence, upper=1),
            "calibration": {"bins": pooled.bins()},
            "per_class": _per_class(labels, predicted, classes, confidence),
            "confusion": {
                "counts": counts.tolist(),
                "normalised": normalise_rows(counts).tolist(),
            },
            "most_confused": most_confused(labels, predicted, counts, CONFUSED_PAIRS),
            "misclassified": misclassified(labels, predicted),
        }
    )


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
    from sklearn.metrics import precision_recall_fscore_support

    scores = np.array(
        [
            precision_recall_fscore_support(
                labels, row, labels=np.arange(classes), zero_division=0.0
            )
            for row in predicted
        ]
    )  # (seeds, 4, classes)

    def interval(score: int, label: int) -> dict[str, Any]:
        return mean_interval(scores[:, score, label].tolist(), confidence, lower=0, upper=1)

    return [
        {
            "label": label,
            "precision": interval(0, label),
            "recall": _over_seeds(scores[:, 1, label].tolist(), confidence, upper=1),
            "f1": interval(2, label),
            "support": int(scores[0, 3, label]),
        }
        for label in range(classes)
    ]
