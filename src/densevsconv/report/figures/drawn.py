"""What each figure shows, and what draws it: imported where figures are drawn, and only there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.figure import Figure

from densevsconv.report.figures import (
    accuracy,
    augmentation,
    calibration,
    class_counts,
    confused_pairs,
    confusion,
    curves,
    curves_and_confusion,
    difficulty,
    engines,
    feature_maps,
    pictures,
    predictions,
    search_map,
    trade_off,
    transformations,
)
from densevsconv.results.study import Study

Data = Callable[[Study, str, list[str]], Any]
"""Called with a study, the data set and the cases that are shown."""
Draw = Callable[[Any], Figure]

PARTS: dict[str, tuple[Data, Draw]] = {
    "samples": (pictures.samples, pictures.draw),
    "transformations": (transformations.data, transformations.draw),
    "mean_images": (pictures.mean_images, pictures.draw),
    "class_counts": (class_counts.data, class_counts.draw),
    "augmentation": (augmentation.data, augmentation.draw),
    "search_map": (search_map.data, search_map.draw),
    "accuracy": (accuracy.data, accuracy.draw),
    "learning_curves": (curves.data, curves.draw_accuracy),
    "calibration": (calibration.data, calibration.draw),
    "difficulty": (difficulty.data, difficulty.draw),
    "confusion_counts": (confusion.data, confusion.draw_counts),
    "confusion_rates": (confusion.data, confusion.draw_rates),
    "confused_pairs": (confused_pairs.data, confused_pairs.draw),
    "trade_off": (trade_off.data, trade_off.draw),
    "engines": (engines.data, engines.draw),
    "curves_and_confusion": (curves_and_confusion.data, curves_and_confusion.draw),
    "loss_curves": (curves.data, curves.draw_loss),
    "test_images": (pictures.test_images, pictures.draw_test_images),
    "feature_maps": (feature_maps.data, feature_maps.draw),
    "predictions": (predictions.data, predictions.draw),
}
"""By the names of :data:`densevsconv.report.figures.registry.FIGURES`."""


def draw(name: str, study: Study, dataset: str, cases: Sequence[str]) -> Figure:
    data, draw_it = PARTS[name]
    return draw_it(data(study, dataset, list(cases)))
