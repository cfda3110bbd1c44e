"""The list of figures, in the order of the report. A new figure is a new file and a line here."""

from __future__ import annotations

from densevsconv.report.figures import (
    accuracy,
    calibration,
    class_counts,
    confused_pairs,
    confusion_counts,
    confusion_rates,
    engines,
    learning_curves,
    samples,
    search_map,
    trade_off,
)
from densevsconv.report.figures.base import Figure

FIGURES: list[Figure] = [
    samples.FIGURE,
    class_counts.FIGURE,
    search_map.FIGURE,
    accuracy.FIGURE,
    learning_curves.FIGURE,
    calibration.FIGURE,
    confusion_counts.FIGURE,
    confusion_rates.FIGURE,
    confused_pairs.FIGURE,
    trade_off.FIGURE,
    engines.FIGURE,
]
