"""The pairs of classes that each case confuses most, with the images."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import PAGE_MM, new_figure, picture_at, text_at
from densevsconv.results.evaluation import ConfusedPair
from densevsconv.results.study import Study

PAIRS = 3
PICTURES = 4
TEXT_MM = 47.0
"""That fits over the pictures of a pair, in the size of labels."""
LABEL_MM, PICTURE_MM, GAP_MM, LINE_MM = 40.0, 8.0, 0.6, 3.3


Pair = tuple[str, str, list[np.ndarray]]
"""Which class was taken for which, how often, and images (H, W, C) misread so."""


class Pairs(NamedTuple):
    """The pairs of every case, those confused most often first."""

    pairs: dict[str, list[Pair]]
    families: dict[str, str]
    max_value: float


def data(study: Study, dataset: str, cases: list[str]) -> Pairs:
    info, images = study.data_info(dataset), study.test_part(dataset)["images"]
    pairs = {
        case: [
            (*_words(info.class_names, pair), [images[row] for row in pair.examples[:PICTURES]])
            for pair in study.evaluation(case).most_confused[:PAIRS]
        ]
        for case in cases
    }
    return Pairs(pairs, {case: study.case(case).family for case in cases}, info.max_value)


def _words(names: list[str], pair: ConfusedPair) -> tuple[str, str]:
    room = (TEXT_MM - style.width_mm(" read as :")) / 2
    true, predicted = (style.shortened(names[label], room) for label in (pair.true, pair.predicted))
    return f"{true} read as {predicted}:", f"{pair.count} times ({100 * pair.rate:.1f}%)"


def draw(shown: Pairs) -> Figure:
    every = [f"{what} {often}" for pairs in shown.pairs.values() for what, often, _ in pairs]
    # where names are long, the numbers stand in a line of their own
    fits = style.width_mm(*every, "") <= TEXT_MM
    row_mm = PICTURE_MM + LINE_MM * (1 if fits else 2) + 1.2
    top_mm = row_mm * len(shown.pairs)
    figure = new_figure(PAGE_MM, top_mm, layout=None)
    for case, pairs in shown.pairs.items():
        bottom_mm = top_mm - row_mm + 0.7
        text_at(
            figure, 0.35, bottom_mm + PICTURE_MM / 2, style.in_lines(case, 22), va="center",
            fontweight="bold", color=style.FAMILY_COLOURS[shown.families[case]],
        )  # fmt: skip
        for place, (what, often, images) in enumerate(pairs):
            left_mm = LABEL_MM + place * (PAGE_MM - LABEL_MM) / PAIRS
            text = f"{what} {often}" if fits else f"{what}\n{often}"
            text_at(figure, left_mm, bottom_mm + PICTURE_MM + 1.0, text, fontsize=7)
            for number, image in enumerate(images):
                x_mm = left_mm + number * (PICTURE_MM + GAP_MM)
                picture_at(figure, x_mm, bottom_mm, PICTURE_MM, image, shown.max_value, inset=0)
        top_mm -= row_mm
    return figure
