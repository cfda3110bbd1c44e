"""Which classes are taken for which: counts with true classes in rows, predictions in columns."""

from typing import Any

import numpy as np

EXAMPLES = 8
"""Test images named for each confused pair, at most."""


def normalise_rows(counts: np.ndarray) -> np.ndarray:
    """Return each row's shares (of a true class); a class without images has a row of zeros."""
    totals = counts.sum(axis=1, keepdims=True)
    return np.asarray(counts / np.maximum(totals, 1))


def most_confused(
    labels: np.ndarray, predicted: np.ndarray, counts: np.ndarray, limit: int
) -> list[dict[str, Any]]:
    """Return at most ``limit`` confusions as results.evaluation.ConfusedPair, most frequent first.

    ``labels`` has shape (N,), ``predicted`` (seeds, N), ``counts`` (classes, classes), summed over
    seeds.
    """
    rates = normalise_rows(counts)
    pairs = [(int(counts[i, j]), int(i), int(j)) for i, j in np.argwhere(counts > 0) if i != j]
    # equally frequent pairs in the order of their classes, so that the file is always the same
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    found = []
    for count, true, wrong in pairs[:limit]:
        times = ((predicted == wrong) & (labels == true)).sum(axis=0)
        rows = np.argsort(-times, kind="stable")[:EXAMPLES]
        found.append(
            {
                "true": true,
                "predicted": wrong,
                "count": count,
                "rate": float(rates[true, wrong]),
                "examples": [int(row) for row in rows if times[row]],
            }
        )
    return found


def misclassified(labels: np.ndarray, predicted: np.ndarray) -> list[dict[str, int]]:
    """Return the test images that at least one seed misses, those missed by most seeds first.

    ``labels`` has shape (N,), ``predicted`` (seeds, N). Of equally frequent wrong classes the
    smaller is given.
    """
    wrong = predicted != labels
    times = wrong.sum(axis=0)
    order = np.argsort(-times, kind="stable")
    return [
        {
            "index": int(row),
            "label": int(labels[row]),
            "predicted": int(np.bincount(predicted[wrong[:, row], row]).argmax()),
            "times": int(times[row]),
        }
        for row in order
        if times[row]
    ]
