"""Training images as a network sees them that trains with augmentation."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from densevsconv.report.figures.base import COLUMN_MM, Figure

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

IMAGES = 3
"""Shown of each augmentation: the first training images of the first classes."""
EXAMPLES = 8
GAP_MM, LINE_MM = 2.2, 3.4
CELL_MM = (COLUMN_MM - GAP_MM) / (1 + EXAMPLES)
LETTERS_A_LINE = 56
MOST = 6
"""Augmentations shown, if a search chose so many."""


def augmented(case: str, plan: dict[str, Any]) -> bool:
    """Tell whether a case trains with augmentation, or searches one."""
    own = plan["cases"][case]
    settings = [own.get("training", {}), *own.get("points", [])]
    return any(any((each.get("augmentation") or {}).values()) for each in settings)


def shown_augmentations(results: Results, cases: list[str]) -> list[dict[str, Any]]:
    """Return the different augmentations that the cases chose; of those tried, where none did."""
    chosen = [results.selection(case)["training"].get("augmentation") for case in cases]
    tried = [
        settings.get("augmentation")
        for case in cases
        for settings in (
            results.plan["cases"][case]["training"],
            *results.plan["cases"][case]["points"],
        )
    ]
    found: list[dict[str, Any]] = []
    for each in [one for one in chosen if any((one or {}).values())] or tried:
        if any((each or {}).values()) and each not in found:
            found.append(each)
    return found[:MOST]


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return some images in rows, each as it is on the left and changed at random beside it."""
    import numpy as np

    from densevsconv.images.load import load_training_data
    from densevsconv.report.figures import style
    from densevsconv.report.wording import setting
    from densevsconv.store.seeds import training_seeds
    from densevsconv.training.engines.numpy.augment import augmented_examples
    from densevsconv.training.settings import Augmentation

    data = load_training_data(results.layout, dataset)
    seed = training_seeds(results.plan["datasets"][dataset]["seed"], "refit", 0)["augmentation"]
    classes = range(min(IMAGES, data.info["classes"]))
    rows = [int(np.flatnonzero(data.train_labels == label)[0]) for label in classes]
    shown = shown_augmentations(results, cases)
    labels = [wrap(setting(each), LETTERS_A_LINE) for each in shown]
    block_mm = [2.4 + LINE_MM * len(lines) + CELL_MM * len(rows) for lines in labels]
    height_mm = sum(block_mm)
    figure = style.new_figure(COLUMN_MM, height_mm, layout=None)

    def show(image: np.ndarray, left_mm: float, top_mm: float) -> None:
        side = 0.96 * CELL_MM
        axis = style.axes_at(figure, left_mm, top_mm - side, side, side)
        style.show_image(axis, image, data.info["max_value"])

    top_mm = height_mm
    for augmentation, lines, tall_mm in zip(shown, labels, block_mm, strict=True):
        figure.text(0.002, (top_mm - 1.4) / height_mm, "\n".join(lines), fontsize=7.5, va="top")
        examples = augmented_examples(data, Augmentation(**augmentation), seed, rows, EXAMPLES)
        first_mm = top_mm - tall_mm + CELL_MM * len(rows)
        for number, (row, changed) in enumerate(zip(rows, examples, strict=True)):
            show(data.train_images[row], 0, first_mm - number * CELL_MM)
            for place, image in enumerate(changed, start=1):
                show(image, GAP_MM + place * CELL_MM, first_mm - number * CELL_MM)
        top_mm -= tall_mm
    return figure


FIGURE = Figure(
    name="augmentation",
    section="data",
    width="column",
    alt="Training images, each as it is on the left and as it was changed at random beside it.",
    draw=draw,
    wanted=augmented,
)
