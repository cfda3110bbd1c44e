"""What the figures show is what the result files hold, and what is worked out of it is right."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import correlate
from sklearn.metrics import confusion_matrix

from densevsconv.errors import DataError
from densevsconv.report.figures import (
    augmentation,
    curves,
    difficulty,
    feature_maps,
    search_map,
)
from densevsconv.results.plan import ShownPlan
from densevsconv.results.study import Study
from densevsconv.store.files import read_json, read_npz, write_json
from densevsconv.store.layout import Layout
from tests.report.figures.conftest import Drawn
from tests.support.plans import SPLIT, study_plan
from tests.support.synthetic import AUGMENTATION


def predictions(shown: Drawn, case: str) -> pd.DataFrame:
    return pd.read_parquet(shown.study.at.predictions(case))


def test_accuracies_come_best_last_with_every_seed(drawn: dict[str, Drawn]) -> None:
    shown = drawn["accuracy"]
    assert sorted(case.case for case in shown.data) == sorted(shown.drawing.cases)
    assert [case.mean for case in shown.data] == sorted(case.mean for case in shown.data)
    for case in shown.data:
        table = predictions(shown, case.case)
        classes = [name for name in table.columns if name.startswith("p")]
        right = table[classes].to_numpy().argmax(axis=1) == table["label"]
        np.testing.assert_allclose(case.seeds, right.groupby(table["repetition"]).mean())
        assert case.low < case.mean < case.high
        assert case.family == shown.study.case(case.case).family


def test_matrices_count_true_classes_in_rows(drawn: dict[str, Drawn]) -> None:
    shown = drawn["confusion_rates"]
    for matrix in shown.data:
        table = predictions(shown, matrix.case)
        guess = table[[f"p{k}" for k in range(10)]].to_numpy().argmax(axis=1)
        shares = confusion_matrix(table["label"], guess, normalize="true")
        np.testing.assert_allclose(matrix.shares, shares)


def test_epochs_that_few_seeds_reach_are_left_out() -> None:
    lengths = [3, 3, 5, 6]
    history = pd.DataFrame(
        [(seed, epoch) for seed, last in enumerate(lengths) for epoch in range(1, last + 1)],
        columns=["repetition", "epoch"],
    )
    assert curves.common_epochs(history)["epoch"].max() == 5


def with_history(study: Study, root: Path, **changed: Any) -> Study:
    """Return a study with another history of dense_1."""
    at = Layout(root / "s")
    write_json(at.data_info("digits"), read_json(study.at.data_info("digits")))
    at.history("dense_1").parent.mkdir(parents=True)
    history = pd.read_parquet(study.at.history("dense_1"))
    history.assign(**changed).to_parquet(at.history("dense_1"))
    return Study(study.plan, at)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"test_accuracy": 0.9}, r"found columns .*test_accuracy.*allowed: repetition"),
        # of the 144 validation images no number gives this
        ({"validation_accuracy": 0.9}, "no share of the 144 validation images"),
    ],
)
def test_a_curve_of_other_images_is_refused(
    study: Study, tmp_path: Path, changed: dict[str, float], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        curves.data(with_history(study, tmp_path, **changed), "digits", ["dense_1"])


def test_curves_are_those_of_the_history(drawn: dict[str, Drawn]) -> None:
    shown = drawn["loss_curves"]
    for each in shown.data:
        history = pd.read_parquet(shown.study.at.history(each.case))
        kept = history[history["epoch"] <= each.history["epoch"].max()]
        pd.testing.assert_frame_equal(each.history, kept)


def test_bars_count_the_images_of_each_part(drawn: dict[str, Drawn]) -> None:
    counts, study = drawn["class_counts"].data, drawn["class_counts"].study
    part = study.training_part("digits")
    for name in ("train", "validation"):
        np.testing.assert_array_equal(counts[name], np.bincount(part[f"{name}_labels"]))
    np.testing.assert_array_equal(counts["test"], np.bincount(study.test_part("digits")["labels"]))


def test_pairs_show_images_of_the_class_that_is_misread(drawn: dict[str, Drawn]) -> None:
    shown = drawn["confused_pairs"]
    images, labels = (shown.study.test_part("digits")[key] for key in ("images", "labels"))
    for case, pairs in shown.data.pairs.items():
        counts = np.array(shown.study.evaluation(case).confusion.counts)
        np.fill_diagonal(counts, 0)
        true, predicted = np.unravel_index(counts.argmax(), counts.shape)
        what, often, _ = pairs[0]
        assert f"{counts.max()} times" in often
        assert counts[int(what[0]), int(what[-2])] == counts[true, predicted]
        for what, _, shown_images in pairs:
            for image in shown_images:
                (rows,) = np.nonzero((images == image).all(axis=(1, 2, 3)))
                assert int(what[0]) in labels[rows]


def test_probabilities_are_means_over_seeds(drawn: dict[str, Drawn]) -> None:
    shown = drawn["predictions"]
    labels = shown.study.test_part("digits")["labels"]
    assert [panel.image for panel in shown.data] == list(range(6))
    for panel in shown.data:
        table = predictions(shown, panel.case)
        rows = table[table["index"] == panel.image]
        means = [rows[f"p{k}"].mean() for k in range(10)]
        np.testing.assert_allclose(panel.probabilities, means, rtol=1e-5)
        assert panel.label == labels[panel.image]


def test_samples_and_means_stand_under_their_class(drawn: dict[str, Drawn]) -> None:
    study = drawn["samples"].study
    part = study.training_part("digits")
    images, labels = part["train_images"], part["train_labels"]
    for label, shown in enumerate(drawn["samples"].data.images):
        first = images[labels == label][:4]
        np.testing.assert_array_equal(shown, first)
    means = read_npz(study.at.mean_images("digits"))["means"]
    np.testing.assert_array_equal([mean for (mean,) in drawn["mean_images"].data.images], means)


def test_the_last_row_of_the_sheet_is_what_the_networks_see(drawn: dict[str, Drawn]) -> None:
    shown = drawn["transformations"]
    assert [label for label, _ in shown.data.rows] == [
        "as it is", "then rotation ±30°", "then noise 0.25", "then resolution 6\u00d76",
    ]  # fmt: skip
    part = shown.study.training_part(shown.drawing.dataset)
    first = [part["train_images"][part["train_labels"] == label][0] for label in range(10)]
    np.testing.assert_array_equal(shown.data.rows[-1][1], first)


def test_augmented_images_stand_beside_the_image_they_come_from(drawn: dict[str, Drawn]) -> None:
    shown = drawn["augmentation"]
    ((label, changed),) = shown.data.changed
    assert label == "shift ±0.1, rotation ±10°, zoom ±0.1, cutout 2 px"
    part = shown.study.training_part("digits")
    for digit, (original, examples) in enumerate(zip(shown.data.images, changed, strict=True)):
        np.testing.assert_array_equal(
            original, part["train_images"][part["train_labels"] == digit][0]
        )
        assert len(examples) == augmentation.EXAMPLES
        assert not any(np.allclose(image, original) for image in examples)


def with_points(study: Study, case: str, points: list[dict[str, Any]]) -> Study:
    """Return the study with other points of a case's search in its plan."""
    plan = study.plan.model_dump()
    plan["cases"][case]["points"] = points
    return Study(ShownPlan.model_validate(plan), study.at)


def test_what_was_chosen_is_shown_or_else_what_was_tried(study: Study) -> None:
    (chosen,) = augmentation.shown_augmentations(study, ["lenet5_8", "dense_1"])
    assert {key: value for key, value in chosen.items() if value} == AUGMENTATION
    turned = {"rotation": 15.0}
    tried = with_points(study, "dense_1", [{"augmentation": None}, {"augmentation": turned}] * 2)
    assert augmentation.shown_augmentations(tried, ["dense_1"]) == [turned]


def test_a_search_is_a_map_dots_or_a_line(drawn: dict[str, Drawn]) -> None:
    shown = drawn["search_map"]
    kinds = {panel.case: (panel.kind, panel.keys) for panel in shown.data}
    assert kinds == {
        "dense_1": ("map", ["learning_rate", "l2"]),
        "conv_small": ("dots", ["learning_rate", "l2"]),
        "lenet5_8": ("line", ["learning_rate"]),
    }
    for panel in shown.data:
        selection = read_json(shown.study.at.selection(panel.case))
        accuracies = [each["validation_accuracy_mean"] for each in selection["candidates"]]
        np.testing.assert_array_equal(panel.points["accuracy"], np.array(accuracies, float))
        assert panel.chosen == selection["settings"]


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.0003, "3e-4"), (0.01, "0.01"), (0.00123, "0.00123"), (0, "0"), ("adam", "adam"),
     (32, "32")],
)  # fmt: skip
def test_settings_are_written_short(value: Any, written: str) -> None:
    assert search_map._write(value) == written


def test_the_name_of_a_network_on_two_engines(drawn: dict[str, Drawn]) -> None:
    study = drawn["engines"].study
    assert [pair.network for pair in drawn["engines"].data] == ["convNet1_3", "dense_2"]
    (row,) = [row for row in study.engine_pairs if row.case_a == "dense_2-numpy"]
    other = row.model_copy(update={"case_b": "dense_1"})
    assert study.shared_name(other) == (row.architecture, "")


def test_engines_have_their_difference_in_points(drawn: dict[str, Drawn]) -> None:
    study, (pair, _) = drawn["engines"].study, drawn["engines"].data
    accuracies = [study.summary(f"convNet1_3-{engine}").test_accuracy_mean
                  for engine in ("numpy", "tensorflow")]  # fmt: skip
    assert pair.mean == pytest.approx(100 * (accuracies[0] - accuracies[1]))
    assert pair.engines == ("NumPy", "TensorFlow")


def test_a_network_stands_on_every_form_that_has_it(drawn: dict[str, Drawn]) -> None:
    shown = drawn["difficulty"]
    labels = [label.replace("\n", " ") for label in shown.data.labels]
    assert labels == ["as it is", "rotation ±30°, noise 0.25, resolution 6\u00d76"]
    assert {
        case: [each.case for each in line.values()] for case, line in shown.data.lines.items()
    } == {case: [case, f"{case}_turned"] for case in ("dense_1", "lenet5_8")}


def test_a_form_is_called_by_its_changes_and_its_size_where_sizes_differ() -> None:
    plans = study_plan({}, {
        "a": {}, "permuted": {"transform": [{"permute_pixels": True}]},
        "few": {"split": {**SPLIT, "training_images": 1000}},
        "long": {"transform": [{"clutter": {"patches": 4, "size": 0.25}}] * 4},
    }).datasets  # fmt: skip

    def labels(*forms: str) -> list[str]:
        found = difficulty.form_labels({form: plans[form] for form in forms})
        return [label.replace("\n", " ") for label in found]

    assert labels("a", "permuted") == ["as it is", "permuted pixels"]
    assert labels("a", "few") == ["as it is", "as it is, 1,000 training images"]
    assert labels("a", "long") == ["as it is", "long"]


def test_names_at_the_lines_keep_apart_and_in_order() -> None:
    places = difficulty.spread([0.1, 0.11, 0.12, 0.4, 0.41], 0.05)
    assert places == sorted(places)
    assert min(np.diff(places)) >= 0.05 - 1e-6
    assert difficulty.spread([0.1, 0.5], 0.05) == [0.1, 0.5]


def test_feature_maps_are_those_of_the_first_test_image(drawn: dict[str, Drawn]) -> None:
    shown = drawn["feature_maps"]
    (case,), (maps,) = shown.drawing.cases, shown.data.maps
    weights = shown.study.weights(case)
    image = shown.study.test_part("digits")["images"][0]
    np.testing.assert_array_equal(shown.data.image, image)
    (kernel,) = [array for name, array in weights.items() if name.endswith("conv/kernel")]
    (bias,) = [array for name, array in weights.items() if name.endswith("conv/bias")]
    assert maps.shape[-1] == kernel.shape[-1]
    for filter_ in range(kernel.shape[-1]):
        plain = correlate(image[..., 0] / 16, kernel[:, :, 0, filter_], mode="constant")
        expected = 1 / (1 + np.exp(-plain - bias[filter_]))
        np.testing.assert_allclose(maps[..., filter_], expected, rtol=1e-5)


def test_maps_of_a_network_without_convolution_are_refused(drawn: dict[str, Drawn]) -> None:
    study = drawn["feature_maps"].study
    with pytest.raises(DataError, match="denseNet2_20_corrected has no convolution"):
        feature_maps.data(study, "digits", ["denseNet2_20_corrected"])
