"""The images before and after every step of their transformation."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from densevsconv.report.figures.canvas import COLUMN_MM, new_figure, picture_at, text_at
from densevsconv.report.figures.style import shortened, width_mm
from densevsconv.report.wording import change
from densevsconv.results.study import Study

PICTURE_MM, STEP_MM = 8.5, 4.0
NAME_MM = 25.0
"""Class names that are wider than a picture stand upright over their column, as far as this."""


class Sheet(NamedTuple):
    """Labelled rows of images (N, H, W, C), one column a class."""

    rows: list[tuple[str, np.ndarray]]
    names: list[str]
    max_value: float


def data(study: Study, dataset: str, cases: list[str]) -> Sheet:
    plan, sheet = study.plan.datasets[dataset], study.contact_sheet(dataset)
    labels = ["as it is", *(f"then {change(step)}" for step in plan.transform)]
    rows = [(label, sheet[f"step{number}"]) for number, label in enumerate(labels)]
    return Sheet(rows, study.data_info(dataset).class_names, plan.max_value)


def draw(shown: Sheet) -> Figure:
    names = [shortened(name, NAME_MM) for name in shown.names[: len(shown.rows[0][1])]]
    name_mm = width_mm(*names)
    upright = name_mm > PICTURE_MM
    head_mm = name_mm + 1.5 if upright else 4.5
    row_mm = STEP_MM + PICTURE_MM
    height_mm = head_mm + len(shown.rows) * row_mm
    figure = new_figure(COLUMN_MM, height_mm, layout=None)
    for column, name in enumerate(names):
        text_at(
            figure, (column + 0.5) * PICTURE_MM, height_mm - head_mm + 0.5, name,
            rotation=90 if upright else 0, ha="center", va="bottom",
        )  # fmt: skip
    for row, (label, images) in enumerate(shown.rows):
        bottom_mm = height_mm - head_mm - (row + 1) * row_mm
        text_at(figure, 0.17, bottom_mm + PICTURE_MM + 1, label)
        for column, image in enumerate(images):
            left_mm = column * PICTURE_MM
            picture_at(figure, left_mm, bottom_mm, PICTURE_MM, image, shown.max_value)
    return figure
