"""Do the probabilities mean what they say? Reliability bins and expected calibration error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Reliability:
    """Sums over the predictions of each confidence bin; arrays of shape (bins,)."""

    count: np.ndarray
    correct: np.ndarray
    confidence: np.ndarray

    def __add__(self, other: Reliability) -> Reliability:
        """Pool the predictions of two sets."""
        return Reliability(
            self.count + other.count,
            self.correct + other.correct,
            self.confidence + other.confidence,
        )

    @property
    def expected_calibration_error(self) -> float:
        """Sum over bins of (share of predictions) * |accuracy - mean confidence| (eq. 3)."""
        return float(np.abs(self.correct - self.confidence).sum() / self.count.sum())

    def bins(self) -> list[dict[str, float | int | None]]:
        """Return one entry a bin; confidence and accuracy of an empty bin are None."""
        edges = np.linspace(0, 1, len(self.count) + 1)
        return [
            {
                "low": float(low),
                "high": float(high),
                "confidence": float(confidence / count) if count else None,
                "accuracy": float(correct / count) if count else None,
                "count": int(count),
            }
            for low, high, count, correct, confidence in zip(
                edges, edges[1:], self.count, self.correct, self.confidence, strict=False
            )
        ]


def reliability(labels: np.ndarray, probabilities: np.ndarray, bins: int) -> Reliability:
    """Sort predictions into equal-width bins of their confidence.

    Top-label calibration as in Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern
    neural networks", section 2: the confidence is the largest probability, bin m holds the
    confidences in ((m - 1) / M, m / M].

    ``labels`` has shape (N,), ``probabilities`` (N, classes) and is finite.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    correct = probabilities.argmax(axis=1) == labels
    # probabilities are float32: a confidence may exceed 1 by rounding
    bin_index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    return Reliability(
        np.bincount(bin_index, minlength=bins),
        np.bincount(bin_index, weights=correct, minlength=bins),
        np.bincount(bin_index, weights=confidence, minlength=bins),
    )
