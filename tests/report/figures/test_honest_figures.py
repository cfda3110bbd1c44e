"""What a figure shows is what its axes say: no swapped matrix, no test curve, no wrong label.

The published study drew its confusion matrices with the axes named the wrong way round, and called
curves of the test images "validation". Each test here fails where a figure of ours does so.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from densevsconv.report.figures import confusion, curves, curves_and_confusion, search_map, style
from densevsconv.report.figures.confusion import Matrix
from densevsconv.report.figures.curves import Curves
from densevsconv.report.figures.curves_and_confusion import Row
from tests.report.figures.conftest import Drawn

NAMES = ["ant", "bee", "cow"]
COUNTS = np.array([[8, 4, 0], [0, 6, 0], [2, 0, 0]])
"""True classes in rows: four ants taken for bees, both cows for ants."""
SHARES = COUNTS / COUNTS.sum(axis=1, keepdims=True)
MATRIX = Matrix("net", "dense", NAMES, SHARES)
RATES = {("ant", "ant"): "67", ("ant", "bee"): "33", ("bee", "bee"): "100", ("cow", "ant"): "100"}
EPOCH = np.arange(1, 6)
HISTORY = pd.DataFrame({
    "repetition": 0, "epoch": EPOCH, "train_loss": 1 / EPOCH, "train_accuracy": 0.5 + EPOCH / 20,
    "validation_loss": 2 / EPOCH, "validation_accuracy": np.array([2, 3, 4, 6, 5]) / 8,
})  # fmt: skip
"""Curves of which no two are alike."""
CURVES = Curves("net", "dense", HISTORY)


@pytest.mark.parametrize(
    ("figure", "texts"),
    [
        (lambda: confusion.draw([MATRIX]), RATES),
        (lambda: curves_and_confusion.draw([Row(CURVES, MATRIX, None)]), RATES),
    ],
)  # fmt: skip
def test_a_matrix_has_true_classes_in_rows(figure: Any, texts: dict[tuple[str, str], str]) -> None:
    drawn = figure()
    axis = drawn.axes[-1]  # the matrix is the last panel
    assert "true class" in (axis.get_ylabel(), drawn.get_supylabel())
    # names stand at the middle of their row and column, the first row on top
    for own in (axis.xaxis, axis.yaxis):
        assert [tick.get_text() for tick in own.get_ticklabels()] == NAMES
        np.testing.assert_allclose(own.get_ticklocs(), [0.5, 1.5, 2.5])
    assert axis.get_ylim()[0] > axis.get_ylim()[1]
    assert axis.get_xlim()[0] < axis.get_xlim()[1]
    # colours are shares of the true class
    np.testing.assert_allclose(np.reshape(axis.collections[0].get_array(), (3, 3)), SHARES)
    written = {
        (NAMES[int(text.get_position()[1])], NAMES[int(text.get_position()[0])]): text.get_text()
        for text in axis.texts
    }
    assert written == texts


@pytest.mark.parametrize(
    ("figure", "quantity"),
    [
        (lambda: curves.draw_accuracy([CURVES]), "accuracy"),
        (lambda: curves.draw_loss([CURVES]), "loss"),
        (lambda: curves_and_confusion.draw([Row(CURVES, MATRIX, None)]), "accuracy"),
    ],
)
def test_solid_is_validation_and_dashed_is_training(figure: Any, quantity: str) -> None:
    drawn = figure()
    found = {line.get_linestyle(): line.get_ydata() for line in drawn.axes[0].get_lines()}
    np.testing.assert_allclose(found["-"], HISTORY[f"validation_{quantity}"])
    np.testing.assert_allclose(found["--"], HISTORY[f"train_{quantity}"])
    (legend,) = drawn.legends
    handles = {
        text.get_text(): handle.get_linestyle()
        for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
    }
    assert handles == {"dense, training": "--", "dense, validation": "-"}


def test_accuracy_is_drawn_along_the_axis_that_says_so(drawn: dict[str, Drawn]) -> None:
    (axis,) = drawn["accuracy"].figure.axes
    named = [tick.get_text() for tick in axis.get_yticklabels()]
    assert named == [case.case for case in drawn["accuracy"].data]
    for height, (case, marks) in enumerate(
        zip(drawn["accuracy"].data, axis.containers, strict=True)
    ):
        assert marks.lines[0].get_xdata() == [case.mean]
        assert marks.lines[0].get_ydata() == [height]


def test_each_cost_is_drawn_along_the_axis_that_says_so(drawn: dict[str, Drawn]) -> None:
    shown = drawn["trade_off"]
    columns = {
        "training time (s)": "train_seconds_median", "parameters": "parameters",
        "multiply-accumulates per image": "macs",
    }  # fmt: skip
    for axis in shown.figure.axes:
        marks = [container.lines[0] for container in axis.containers]
        cost = columns[axis.get_xlabel()]
        across = [getattr(shown.study.summary(case), cost) for case in shown.drawing.cases]
        np.testing.assert_allclose([mark.get_xdata()[0] for mark in marks], across)
        down = [shown.study.summary(case).test_accuracy_mean for case in shown.drawing.cases]
        np.testing.assert_allclose([mark.get_ydata()[0] for mark in marks], down)


def test_settings_are_drawn_along_the_axis_that_says_so(drawn: dict[str, Drawn]) -> None:
    shown = drawn["search_map"]
    place = [panel.kind for panel in shown.data].index("map")
    axis, panel = shown.figure.axes[place], shown.data[place]
    rates, decays = ([float(tick.get_text()) for tick in own.get_ticklabels()]
                     for own in (axis.xaxis, axis.yaxis))  # fmt: skip
    written = {text.get_position(): text.get_text() for text in axis.texts}
    assert len(written) == len(panel.points)
    for point in panel.points.to_dict("records"):
        cell = rates.index(point["learning_rate"]) + 0.5, decays.index(point["l2"]) + 0.5
        accuracy = point["accuracy"]
        assert written[cell] == ("\u00d7" if np.isnan(accuracy) else f"{100 * accuracy:.1f}")


def test_the_chosen_point_is_framed() -> None:
    points = pd.DataFrame(
        [
            {"learning_rate": rate, "l2": l2, "accuracy": 0.9}
            for rate in (0.1, 1)
            for l2 in (0, 1, 2)
        ]
    )
    chosen = {"learning_rate": 0.1, "l2": 0}
    keys = ["learning_rate", "l2"]
    figure = search_map.draw([search_map.Panel("net", "dense", "map", keys, points, chosen)])
    (frame,) = [patch for patch in figure.axes[0].patches if patch.get_fill() is False]
    assert frame.get_xy() == (0, 2)  # the smallest rate on the left, the smallest l2 below


@pytest.mark.parametrize("kind", ["line", "dots", "map"])
def test_a_search_of_which_every_point_diverged_is_drawn(kind: Any) -> None:
    points = pd.DataFrame({"learning_rate": [1e20, 1e30], "l2": [0.0, 0.1], "accuracy": np.nan})
    keys = ["learning_rate", "l2"][: 1 if kind == "line" else 2]
    panel = search_map.Panel("net", "dense", kind, keys, points, {"learning_rate": 1e20, "l2": 0})
    search_map.draw([panel]).draw_without_rendering()


def test_reliability_is_drawn_along_the_axes_that_say_so(drawn: dict[str, Drawn]) -> None:
    _, curve = drawn["calibration"].figure.axes[0].get_lines()[:2]
    _, _, bins = drawn["calibration"].data[0]
    np.testing.assert_allclose(curve.get_xdata(), [each.confidence for each in bins])
    np.testing.assert_allclose(curve.get_ydata(), [each.accuracy for each in bins])


def test_engines_differ_to_the_side_that_the_axis_names(drawn: dict[str, Drawn]) -> None:
    pairs, (left, right) = drawn["engines"].data, drawn["engines"].figure.axes
    assert [tick.get_text() for tick in left.get_yticklabels()] == [pair.network for pair in pairs]
    means = [marks.lines[0].get_xdata()[0] for marks in left.containers]
    np.testing.assert_allclose(means, [pair.mean for pair in pairs])
    ends = [line.get_xdata()[-1] for line in right.get_lines() if line.get_marker() != "None"]
    np.testing.assert_allclose(ends, [pair.ratio for pair in pairs])


def test_a_line_joins_a_network_on_its_forms_in_their_order(drawn: dict[str, Drawn]) -> None:
    shown = drawn["difficulty"]
    (axis,) = shown.figure.axes
    assert [tick.get_text() for tick in axis.get_xticklabels()] == shown.data.labels
    for line, marks in zip(shown.data.lines.values(), axis.containers, strict=True):
        across, down = (np.asarray(each, float) for each in marks.lines[0].get_data())
        np.testing.assert_allclose(down, [each.mean for each in line.values()])
        np.testing.assert_allclose(np.round(across), list(line))
        assert marks.lines[0].get_color() == style.FAMILY_COLOURS[line[0].family]


def test_bars_are_the_probabilities_of_the_image_above_them(drawn: dict[str, Drawn]) -> None:
    shown = drawn["predictions"]
    for axis, panel in zip(shown.figure.axes, shown.data, strict=True):
        np.testing.assert_allclose([bar.get_height() for bar in axis.patches], panel.probabilities)
        assert axis.get_title() == f"image {panel.image + 1}: {panel.label}"
        family = to_rgba(style.FAMILY_COLOURS[panel.family])
        coloured = [k for k, bar in enumerate(axis.patches) if bar.get_facecolor() == family]
        assert coloured == [panel.label]
