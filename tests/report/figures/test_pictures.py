"""Pictures stand in their place, under their label, and over nothing else."""

from typing import Any

import numpy as np
import pytest

from densevsconv.report.figures import pictures, transformations
from densevsconv.report.figures.pictures import Pictures
from densevsconv.report.figures.transformations import Sheet

MAX = 200
NAMES = ["ant", "bee", "cow"]


def grey(value: float) -> np.ndarray:
    return np.full((4, 4, 1), value)


def shown(figure: Any) -> list[tuple[float, float, np.ndarray]]:
    """Return place (from the left, from the bottom) and content of every picture."""
    found = []
    for axis in figure.axes:
        ((image,), box) = axis.get_images(), axis.get_position()
        found.append((box.x0, box.y0, np.asarray(image.get_array())))
    return found


def labels(figure: Any) -> list[tuple[float, float, str]]:
    return [(*text.get_position(), text.get_text()) for text in figure.texts]


def test_every_row_of_the_contact_sheet_has_its_own_label() -> None:
    steps = ["as it is", "then turned", "then noisy"]
    rows = [
        (step, np.stack([grey(50 * number + column) for column in range(3)]))
        for number, step in enumerate(steps)
    ]
    figure = transformations.draw(Sheet(rows, NAMES, MAX))
    found = [(x, y, round(float(image.mean()) * MAX)) for x, y, image in shown(figure)]
    heights = {text: y for _, y, text in labels(figure)}
    for number, label in enumerate(steps):
        # the pictures of a step are the nearest ones under its label
        below = [y for _, y, _ in found if y < heights[label]]
        row = sorted((x, value) for x, y, value in found if y == max(below))
        assert [value for _, value in row] == [50 * number + column for column in range(3)], label
    names = sorted((x, text) for x, _, text in labels(figure) if text not in steps)
    assert [text for _, text in names] == NAMES


def test_long_names_over_the_sheet_are_on_the_canvas() -> None:
    names = ["automobile", "a name of a class that is much too long"]
    figure = transformations.draw(Sheet([("as it is", np.zeros((2, 4, 4, 1)))], names, MAX))
    figure.draw_without_rendering()
    tops = [text.get_window_extent().y1 for text in figure.texts]
    assert max(tops) <= figure.bbox.y1 + 1
    pictures_top = max(axis.get_window_extent().y1 for axis in figure.axes)
    assert min(text.get_window_extent().y0 for text in figure.texts) >= pictures_top - 1


def test_pictures_stand_under_their_class() -> None:
    figure = pictures.draw(Pictures(NAMES, [[grey(60 * k)] for k in range(3)], MAX))
    found = sorted((x, round(float(image.mean()) * MAX)) for x, _, image in shown(figure))
    assert [value for _, value in found] == [0, 60, 120]
    assert [text for _, _, text in sorted(labels(figure))] == NAMES


def test_colour_is_shown_in_colour() -> None:
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = MAX
    ((_, _, image),) = shown(pictures.draw(Pictures(["red"], [[red]], MAX)))
    np.testing.assert_allclose(image, np.broadcast_to([1.0, 0, 0], (4, 4, 3)))


@pytest.mark.parametrize(
    ("names", "pictures_each"),
    [
        ([str(digit) for digit in range(10)], 4),
        (["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship"], 4),
        ([f"a rather long name {number}" for number in range(100)], 1),
        ([str(number) for number in range(100)], 1),
        (["one", "a name that is longer than a column of a paper could be, whatever the type"], 4),
    ],
)
def test_labels_and_pictures_do_not_overlap(names: list[str], pictures_each: int) -> None:
    figure = pictures.draw(Pictures(names, [[grey(0)] * 4 for _ in names], 1))
    assert len(figure.axes) == pictures_each * len(names)
    figure.draw_without_rendering()
    boxes = [axis.get_window_extent() for axis in figure.axes]
    boxes += [text.get_window_extent() for text in figure.texts]
    assert all(box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1 for box in boxes)
    assert all(box.y0 >= -1 and box.y1 <= figure.bbox.y1 + 1 for box in boxes)
    for place, box in enumerate(boxes):
        for other in boxes[place + 1 :]:
            wide = min(box.x1, other.x1) - max(box.x0, other.x0)
            tall = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert wide <= 0.5 or tall <= 0.5
