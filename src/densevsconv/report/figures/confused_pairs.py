"""The pairs of classes that each case confuses most, with the images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densevsconv.report.figures.base import PAGE_MM, Figure

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

PAIRS = 3
PICTURES = 4
LETTERS = 31
"""That fit over the pictures of a pair."""
LABEL_MM, PICTURE_MM, GAP_MM, LINE_MM = 40.0, 8.0, 0.6, 3.3


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return a row a case and a column a pair: the images misread so by most seeds."""
    from densevsconv.report.figures import style

    info, images = results.data_info(dataset), results.test_images(dataset)
    names = info["class_names"]
    pairs = {case: results.evaluation(case)["most_confused"][:PAIRS] for case in cases}
    words = {case: [_words(names, pair) for pair in of_case] for case, of_case in pairs.items()}
    # where names are long, the numbers stand in a line of their own
    fits = all(len(" ".join(lines)) <= LETTERS for of_case in words.values() for lines in of_case)
    text_mm = LINE_MM * (1 if fits else 2) + 0.5
    row_mm = PICTURE_MM + text_mm + 0.7
    height_mm = row_mm * len(cases)
    figure = style.new_figure(PAGE_MM, height_mm, layout=None)
    for row, case in enumerate(cases):
        bottom_mm = height_mm - row * row_mm - text_mm - PICTURE_MM
        colour = style.FAMILY_COLOURS[results.family(case)]
        middle = (bottom_mm + PICTURE_MM / 2) / height_mm
        label = style.in_lines(case, 22)
        figure.text(0.002, middle, label, va="center", fontweight="bold", color=colour)
        for place, pair in enumerate(pairs[case]):
            left_mm = LABEL_MM + place * (PAGE_MM - LABEL_MM) / PAIRS
            figure.text(
                left_mm / PAGE_MM,
                (bottom_mm + PICTURE_MM + 1.0) / height_mm,
                (" " if fits else "\n").join(words[case][place]),
                fontsize=7,
            )
            for number, test_row in enumerate(pair["examples"][:PICTURES]):
                x_mm = left_mm + number * (PICTURE_MM + GAP_MM)
                axis = style.axes_at(figure, x_mm, bottom_mm, PICTURE_MM, PICTURE_MM)
                style.show_image(axis, images[test_row], info["max_value"])
    return figure


def _words(names: list[str], pair: dict[str, Any]) -> tuple[str, str]:
    """Return which class was taken for which, and how often; long names are shortened."""
    from densevsconv.report.figures import style

    room = (LETTERS - len(" read as :")) // 2
    true, predicted = (style.shortened(names[pair[key]], room) for key in ("true", "predicted"))
    return f"{true} read as {predicted}:", f"{pair['count']} times ({100 * pair['rate']:.1f}%)"


FIGURE = Figure(
    name="confused_pairs",
    section="errors",
    width="page",
    alt="Test images of the pairs of classes that each case confuses most often.",
    draw=draw,
    cases_per_page=12,
)
