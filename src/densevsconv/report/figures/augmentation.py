"""Training images as a network sees them that trains with augmentation."""

from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

from densevsconv.images.load import load_training_data
from densevsconv.report.figures.canvas import COLUMN_MM, new_figure, picture_at, text_at
from densevsconv.report.wording import setting
from densevsconv.results.study import Study
from densevsconv.store.seeds import training_seeds
from densevsconv.training.engines.numpy.augment import augmented_examples
from densevsconv.training.settings import Augmentation

IMAGES = 3
"""Shown of each augmentation: the first training images of the first classes."""
EXAMPLES = 8
GAP_MM, LINE_MM = 2.2, 3.4
CELL_MM = (COLUMN_MM - GAP_MM) / (1 + EXAMPLES)
LETTERS_A_LINE = 56
MOST = 6
"""Augmentations shown, if a search chose so many."""


class Examples(NamedTuple):
    """Images (N, H, W, C), and each of them changed (N, EXAMPLES, H, W, C) by augmentations."""

    images: np.ndarray
    changed: list[tuple[str, np.ndarray]]
    max_value: float


def shown_augmentations(study: Study, cases: list[str]) -> list[dict[str, Any]]:
    """Return the different augmentations that the cases chose; of those tried, where none did."""
    chosen = [study.selection(case).training.get("augmentation") or {} for case in cases]
    chosen = [each for each in chosen if any(each.values())]
    found = chosen or [each for case in cases for each in study.case(case).augmentations]
    return [each for place, each in enumerate(found) if each not in found[:place]][:MOST]


def data(study: Study, dataset: str, cases: list[str]) -> Examples:
    part = load_training_data(study.at, dataset)
    seed = training_seeds(study.plan.datasets[dataset].seed, "refit", 0)["augmentation"]
    classes = range(min(IMAGES, part.info["classes"]))
    rows = [int(np.flatnonzero(part.train_labels == label)[0]) for label in classes]
    changed = [
        (setting(each), augmented_examples(part, Augmentation(**each), seed, rows, EXAMPLES))
        for each in shown_augmentations(study, cases)
    ]
    return Examples(part.train_images[rows], changed, part.info["max_value"])


def draw(shown: Examples) -> Figure:
    labels = [wrap(label, LETTERS_A_LINE) for label, _ in shown.changed]
    head_mm = [2.4 + LINE_MM * len(lines) for lines in labels]
    top_mm = sum(head_mm) + CELL_MM * len(shown.images) * len(labels)
    figure = new_figure(COLUMN_MM, top_mm, layout=None)
    for (_, changed), lines, above_mm in zip(shown.changed, labels, head_mm, strict=True):
        text_at(figure, 0.17, top_mm - 1.4, "\n".join(lines), va="top")
        top_mm -= above_mm
        for original, examples in zip(shown.images, changed, strict=True):
            top_mm -= CELL_MM
            picture_at(figure, 0, top_mm, CELL_MM, original, shown.max_value)
            for place, image in enumerate(examples, start=1):
                left_mm = GAP_MM + place * CELL_MM
                picture_at(figure, left_mm, top_mm, CELL_MM, image, shown.max_value)
    return figure
