"""What a figure shows is what its axes say: no swapped matrix, no test curve, no wrong label.

The published study drew its confusion matrices with the axes named the wrong way round, and called
curves of the test images "validation". Each test here fails where a figure of ours does so.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from scipy.ndimage import correlate

from densevsconv.errors import DataError
from densevsconv.images.load import load_training_data
from densevsconv.images.prepared import TrainingData
from densevsconv.report.figures import confusion_counts, confusion_rates, feature_maps, style
from densevsconv.report.figures import curves_and_confusion as both
from densevsconv.report.figures.registry import FIGURES
from densevsconv.report.layout import drawings
from densevsconv.report.results import HISTORY_COLUMNS, Results
from densevsconv.results.trials import CURVES
from densevsconv.stages import evaluate, refit
from densevsconv.store.files import read_json, read_npz, write_json, write_npz
from densevsconv.store.layout import Layout
from densevsconv.training.loop import Fit
from densevsconv.trials.planned import Trainers
from tests.report.test_publication import REPRODUCED
from tests.support.synthetic import make_study

NAMES = ["ant", "bee", "cow"]
COUNTS = [[4, 2, 0], [0, 3, 0], [1, 0, 0]]
"""Of one seed, true classes in rows: two ants taken for bees, the only cow for an ant."""
VALIDATION, TEST = 8, 10
EPOCHS = 5


@pytest.fixture
def known(tmp_path: Path) -> Layout:
    """Return a study of one network whose predictions and curves are known."""
    layout = Layout(tmp_path / "s")
    labels = np.array([true for true, row in enumerate(COUNTS) for _ in range(sum(row))])
    predicted = np.array(
        [guess for row in COUNTS for guess, count in enumerate(row) for _ in range(count)]
    )
    images = np.zeros((len(labels), 2, 2, 1), np.uint8)
    write_npz(layout.test_data("d"), {"images": images, "labels": labels, "indices": labels})
    counts = {"train": 50, "validation": VALIDATION, "test": TEST}
    write_json(layout.data_info("d"), {"class_names": NAMES, "counts": counts})
    plan = {"dataset": "d", "family": "dense", "architecture": {"parameters": 1}}
    write_json(layout.plan("figures"), {"cases": {"net": plan}, "datasets": {"d": {}}})
    write_json(
        layout.plan("evaluate"),
        {"confidence": 0.95, "calibration_bins": 5, "cases": {"net": {"dataset": "d"}}},
    )
    trained = {"status": "finished", "seeds": {}, "epochs_run": EPOCHS, "best_epoch": EPOCHS,
               "seconds": 1.0, "execution": "xla", "threads": 1, "device": "CPU",
               **dict.fromkeys(CURVES)}  # fmt: skip
    runs = [trained | {"trial": f"t{seed}", "repetition": seed} for seed in range(2)]
    write_json(layout.runs("net"), {"case": "net", "runs": runs})
    sure = 0.1 + 0.7 * np.eye(len(NAMES), dtype=np.float32)[predicted]
    pd.concat(
        pd.DataFrame({"repetition": seed, "index": range(len(labels)), "label": labels}).join(
            pd.DataFrame(sure, columns=["p0", "p1", "p2"])
        )
        for seed in range(2)
    ).to_parquet(layout.predictions("net"))
    write_history(layout)
    evaluate.run(layout)
    style.apply()
    return layout


def curves() -> pd.DataFrame:
    """Return curves of which no two are alike."""
    epoch = np.arange(1, EPOCHS + 1)
    return pd.DataFrame({
        "repetition": 0, "epoch": epoch,
        "train_loss": 1 / epoch, "train_accuracy": 0.5 + epoch / 20,
        "validation_loss": 2 / epoch, "validation_accuracy": np.array([2, 3, 4, 6, 5]) / VALIDATION,
    })  # fmt: skip


def write_history(layout: Layout, **changed: Any) -> None:
    curves().assign(**changed).to_parquet(layout.history("net"))


# -- confusion matrices


@pytest.mark.parametrize(
    ("draw", "true", "predicted", "texts"),
    [
        (confusion_counts.draw, "true class", "predicted class",
         {("ant", "ant"): "8", ("ant", "bee"): "4", ("bee", "bee"): "6", ("cow", "ant"): "2"}),
        (confusion_rates.draw, "true class", "predicted class (% of the true class)",
         {("ant", "ant"): "67", ("ant", "bee"): "33", ("bee", "bee"): "100",
          ("cow", "ant"): "100"}),
        (both.draw, "true class", "predicted class (% of the true class)",
         {("ant", "ant"): "67", ("ant", "bee"): "33", ("bee", "bee"): "100",
          ("cow", "ant"): "100"}),
    ],
)  # fmt: skip
def test_a_drawn_matrix_has_true_classes_in_rows_and_rows_that_add_up(
    known: Layout, draw: Any, true: str, predicted: str, texts: dict[tuple[str, str], str]
) -> None:
    figure = draw(Results(known), "d", ["net"])
    axis = figure.axes[-1]  # the matrix is the last panel
    assert true in (axis.get_ylabel(), figure.get_supylabel())
    assert predicted in (axis.get_xlabel(), figure.get_supxlabel())
    # names stand at the middle of their row and column, the first row on top
    assert [tick.get_text() for tick in axis.get_yticklabels()] == NAMES
    assert [tick.get_text() for tick in axis.get_xticklabels()] == NAMES
    np.testing.assert_allclose(axis.get_xticks(), [0.5, 1.5, 2.5])
    np.testing.assert_allclose(axis.get_yticks(), [0.5, 1.5, 2.5])
    assert axis.get_ylim()[0] > axis.get_ylim()[1]
    assert axis.get_xlim()[0] < axis.get_xlim()[1]
    # colours: shares of the true class
    shares = np.array(axis.collections[0].get_array()).reshape(3, 3)
    np.testing.assert_allclose(shares, [[4 / 6, 2 / 6, 0], [0, 1, 0], [1, 0, 0]])
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    # what is written where
    written = {
        (NAMES[int(text.get_position()[1])], NAMES[int(text.get_position()[0])]): text.get_text()
        for text in axis.texts
    }
    assert written == texts


# -- curves


def lines(axis: Any) -> dict[str, np.ndarray]:
    """Return the drawn curves: "solid" and "dashed"."""
    return {
        "solid" if line.get_linestyle() == "-" else "dashed": np.asarray(line.get_ydata(), float)
        for line in axis.get_lines()
    }


FIGURES_OF_CURVES = {
    "learning_curves": "accuracy", "curves_and_confusion": "accuracy", "loss_curves": "loss",
}  # fmt: skip


@pytest.mark.parametrize(("name", "quantity"), FIGURES_OF_CURVES.items())
def test_solid_is_validation_and_dashed_is_training(
    known: Layout, name: str, quantity: str
) -> None:
    (figure,) = [figure for figure in FIGURES if figure.name == name]
    drawn = figure.draw(Results(known), "d", ["net"])
    found = lines(drawn.axes[0])
    np.testing.assert_allclose(found["solid"], curves()[f"validation_{quantity}"])
    np.testing.assert_allclose(found["dashed"], curves()[f"train_{quantity}"])
    (legend,) = drawn.legends
    handles = {
        text.get_text(): "solid" if handle.get_linestyle() == "-" else "dashed"
        for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
    }
    assert handles == {"dense, training": "dashed", "dense, validation": "solid"}


def test_a_history_with_a_curve_of_test_images_is_refused(known: Layout) -> None:
    write_history(known, test_accuracy=0.9)
    with pytest.raises(DataError, match=r"found columns .*test_accuracy.*allowed: repetition"):
        Results(known).history("net")


def test_test_accuracies_under_the_name_of_validation_are_refused(known: Layout) -> None:
    write_history(known, validation_accuracy=np.array([2, 3, 4, 6, 7]) / TEST)
    with pytest.raises(DataError, match="no share of the 8 validation images"):
        Results(known).history("net")


def test_training_cannot_see_the_test_images() -> None:
    names = {field.name for field in dataclasses.fields(TrainingData)}
    assert not [name for name in names if "test" in name]
    curves_of_a_fit = {f"{part}_{what}" for part in ("train", "validation")
                       for what in ("accuracy", "loss")}  # fmt: skip
    assert set(HISTORY_COLUMNS) == curves_of_a_fit | {"repetition", "epoch"}
    assert not [field.name for field in dataclasses.fields(Fit) if "test" in field.name]


def refitted(root: Path, *, other_test_images: bool) -> Layout:
    """Return a study whose only network was trained by the stage itself."""
    short = {"epochs": 3, "early_stopping": None}
    layout = make_study(root, "s", {"net-numpy": ("dense_1", 0.9, "list", "digits", short)})
    plan = read_json(layout.plan("refit"))
    plan |= {"shard_cases": [["net-numpy"]]}
    plan["cases"]["net-numpy"] |= {"seeds": 1}
    write_json(layout.plan("refit"), plan)
    if other_test_images:
        test = read_npz(layout.test_data("digits"))
        changed = {"images": 16 - test["images"], "labels": (test["labels"] + 3) % 10}
        write_npz(layout.test_data("digits"), test | changed)
    refit.run(layout)
    return layout


def test_curves_are_those_of_the_validation_images_and_know_nothing_of_the_test(
    tmp_path: Path,
) -> None:
    first, second = (
        refitted(tmp_path / name, other_test_images=other)
        for name, other in (("first", False), ("second", True))
    )
    # other test images, other labels: other predictions, the same curves
    tables = [pd.read_parquet(layout.history("net-numpy")) for layout in (first, second)]
    assert tables[0].equals(tables[1])
    guesses = [pd.read_parquet(layout.predictions("net-numpy")) for layout in (first, second)]
    assert not guesses[0].equals(guesses[1])
    # the kept weights give on the validation images what the curve has at their epoch
    data = load_training_data(first, "digits")
    (trial,) = refit.planned_runs(first)
    weights = {name.partition("/")[2]: array
               for name, array in read_npz(first.weights("net-numpy")).items()}  # fmt: skip
    probabilities = (
        Trainers(first, "graph").trainer(trial).predictor(weights)(data.validation_images)
    )
    accuracy = float((probabilities.argmax(axis=1) == data.validation_labels).mean())
    (run,) = read_json(first.runs("net-numpy"))["runs"]
    drawn = Results(first).history("net-numpy").set_index("epoch")["validation_accuracy"]
    assert drawn[run["best_epoch"]] == pytest.approx(accuracy)


# -- labels of every axis

PICTURES: tuple[set[str], set[str]] = (set(), set())
LABELS: dict[str, tuple[set[str], set[str]]] = {
    # figure: (labels of x axes, labels of y axes); a figure of pictures has none
    "samples": PICTURES,
    "transformations": PICTURES,
    "mean_images": PICTURES,
    "augmentation": PICTURES,
    "confused_pairs": PICTURES,
    "class_counts": ({"class"}, {"images"}),
    "search_map": ({"learning rate"}, {"l2", "validation accuracy (%)"}),
    "accuracy": ({"test accuracy (%)"}, set()),
    "learning_curves": ({"epoch"}, {"accuracy (%)"}),
    "calibration": ({"predicted probability (%)"}, {"correct (%)"}),
    "difficulty": (set(), {"test accuracy (%)"}),
    "confusion_counts": ({"predicted class"}, {"true class"}),
    "confusion_rates": ({"predicted class (% of the true class)"}, {"true class"}),
    "trade_off": (
        {"training time (s)", "multiply-accumulates per image", "parameters"},
        {"test accuracy (%)"},
    ),
    "engines": (
        {"test accuracy, NumPy minus TensorFlow\n(percentage points)",
         "training time, NumPy over TensorFlow\n(logarithmic)"},
        set(),
    ),
    "curves_and_confusion": (
        {"epoch", "predicted class (% of the true class)"}, {"accuracy (%)", "true class"},
    ),
    "loss_curves": ({"epoch"}, {"cross-entropy (nats)"}),
    "test_images": PICTURES,
    "feature_maps": PICTURES,
    "predictions": ({"class"}, {"predicted probability (%)"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def drawn(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return one drawn figure of each kind, with what it was drawn from."""
    style.apply()
    again = make_study(tmp_path_factory.mktemp("labels") / "results", "again", **REPRODUCED)
    found: dict[str, Any] = {}
    for each in (layout, again):
        results = Results(each)
        for drawing in drawings(results.plan):
            if drawing.figure.name not in found:
                figure = drawing.figure.draw(results, drawing.dataset, list(drawing.cases))
                found[drawing.figure.name] = (figure, results, drawing)
    return found


def test_every_figure_of_the_registry_is_in_the_table() -> None:
    assert sorted(LABELS) == sorted(figure.name for figure in FIGURES)


@pytest.mark.parametrize("name", LABELS)
def test_axes_are_labelled_as_the_table_says(drawn: dict[str, Any], name: str) -> None:
    figure, _, _ = drawn[name]
    visible = [axis for axis in figure.axes if axis.get_visible()]
    across = {axis.get_xlabel() for axis in visible} | {figure.get_supxlabel()}
    down = {axis.get_ylabel() for axis in visible} | {figure.get_supylabel()}
    assert (across - {""}, down - {""}) == LABELS[name]


def test_accuracy_is_drawn_along_the_axis_that_says_so(drawn: dict[str, Any]) -> None:
    figure, results, drawing = drawn["accuracy"]
    (axis,) = figure.axes
    named = [tick.get_text() for tick in axis.get_yticklabels()]
    assert sorted(named) == sorted(drawing.cases)
    for height, container in enumerate(axis.containers):
        (mean,) = container.lines[0].get_xdata()
        assert mean == pytest.approx(results.summary.loc[named[height], "test_accuracy_mean"])
        assert container.lines[0].get_ydata() == [height]


def test_each_cost_is_drawn_along_the_axis_that_says_so(drawn: dict[str, Any]) -> None:
    figure, results, drawing = drawn["trade_off"]
    summary = results.summary.loc[list(drawing.cases)]
    columns = {
        "training time (s)": "train_seconds_median", "parameters": "parameters",
        "multiply-accumulates per image": "macs",
    }  # fmt: skip
    for axis in figure.axes:
        marks = [container.lines[0] for container in axis.containers]
        across = [mark.get_xdata()[0] for mark in marks]
        np.testing.assert_allclose(across, summary[columns[axis.get_xlabel()]])
        down = [mark.get_ydata()[0] for mark in marks]
        np.testing.assert_allclose(down, summary["test_accuracy_mean"])


def test_settings_are_drawn_along_the_axis_that_says_so(drawn: dict[str, Any]) -> None:
    figure, results, drawing = drawn["search_map"]
    for axis, case in zip(figure.axes, drawing.cases, strict=False):
        if axis.get_ylabel() != "l2" or results.plan["cases"][case]["method"] != "grid":
            continue
        rates, decays = ([tick.get_text() for tick in own] for own in
                         (axis.get_xticklabels(), axis.get_yticklabels()))  # fmt: skip
        written = {text.get_position(): text.get_text() for text in axis.texts}
        for candidate in results.selection(case)["candidates"]:
            accuracy = candidate["validation_accuracy_mean"]
            if accuracy is None:
                continue
            rate, decay = (candidate["settings"][key] for key in ("learning_rate", "l2"))
            place = (
                [float(text) for text in rates].index(rate) + 0.5,
                [float(text) for text in decays].index(decay) + 0.5,
            )
            assert written[place] == f"{100 * accuracy:.1f}"
        return
    pytest.fail("no heat map was drawn")


def test_reliability_is_drawn_along_the_axes_that_say_so(drawn: dict[str, Any]) -> None:
    figure, results, drawing = drawn["calibration"]
    bins = results.evaluation(drawing.cases[0])["calibration"]["bins"]
    shown = [each for each in bins if each["count"] >= 10]
    _, curve = figure.axes[0].get_lines()[:2]
    np.testing.assert_allclose(curve.get_xdata(), [each["confidence"] for each in shown])
    np.testing.assert_allclose(curve.get_ydata(), [each["accuracy"] for each in shown])


# -- single images


def test_bars_are_the_mean_probabilities_of_the_image_above_them(drawn: dict[str, Any]) -> None:
    figure, results, drawing = drawn["predictions"]
    (case,) = drawing.cases
    table = results.predictions(case)
    labels = results.test_labels(drawing.dataset)
    family = to_rgba(style.FAMILY_COLOURS[results.family(case)])
    for number, axis in enumerate(figure.axes[:6]):
        rows = table[table["index"] == number]
        heights = [bar.get_height() for bar in axis.patches]
        np.testing.assert_allclose(heights, [rows[f"p{k}"].mean() for k in range(10)], rtol=1e-5)
        assert set(rows["label"]) == {labels[number]}
        assert axis.get_title() == f"image {number + 1}: {labels[number]}"
        coloured = [k for k, bar in enumerate(axis.patches) if bar.get_facecolor() == family]
        assert coloured == [labels[number]]


def test_feature_maps_are_those_of_the_first_test_image(drawn: dict[str, Any]) -> None:
    figure, results, drawing = drawn["feature_maps"]
    (case,) = drawing.cases
    weights = results.weights(case)
    image = results.test_images("digits")[0, :, :, 0] / 16  # scaling "unit"
    (kernel,) = [array for name, array in weights.items() if name.endswith("conv/kernel")]
    (bias,) = [array for name, array in weights.items() if name.endswith("conv/bias")]
    np.testing.assert_array_equal(
        figure.axes[0].images[0].get_array(), results.test_images("digits")[0, :, :, 0] / 16
    )
    for filter_, axis in enumerate(figure.axes[1:]):
        plain = correlate(image, kernel[:, :, 0, filter_], mode="constant") + bias[filter_]
        shown = axis.images[0].get_array()
        np.testing.assert_allclose(shown, 1 / (1 + np.exp(-plain)), rtol=1e-5)
    assert len(figure.axes) == 1 + kernel.shape[-1]


def test_maps_of_a_network_without_convolution_are_refused(drawn: dict[str, Any]) -> None:
    _, results, _ = drawn["feature_maps"]
    with pytest.raises(DataError, match="denseNet2_20_corrected has no convolution"):
        feature_maps.first_maps(results, "digits", "denseNet2_20_corrected")
