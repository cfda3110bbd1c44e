"""The list of figures, in the order of the report. A new figure is a new file and a line here."""

from __future__ import annotations

from densevsconv.report.figures import (
    accuracy,
    augmentation,
    calibration,
    class_counts,
    confused_pairs,
    confusion_counts,
    confusion_rates,
    curves_and_confusion,
    difficulty,
    engines,
    feature_maps,
    learning_curves,
    loss_curves,
    mean_images,
    predictions,
    samples,
    search_map,
    test_images,
    trade_off,
    transformations,
)
from densevsconv.report.figures.base import Figure

FIGURES: list[Figure] = [
    samples.FIGURE,
    transformations.FIGURE,
    mean_images.FIGURE,
    class_counts.FIGURE,
    augmentation.FIGURE,
    search_map.FIGURE,
    accuracy.FIGURE,
    learning_curves.FIGURE,
    calibration.FIGURE,
    difficulty.FIGURE,
    confusion_counts.FIGURE,
    confusion_rates.FIGURE,
    confused_pairs.FIGURE,
    trade_off.FIGURE,
    engines.FIGURE,
    curves_and_confusion.FIGURE,
    loss_curves.FIGURE,
    test_images.FIGURE,
    feature_maps.FIGURE,
    predictions.FIGURE,
]
