"""The section "Data" says, tabulates and shows what the images are and what was done to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from densevsconv.report import data, prose
from densevsconv.report.figures import augmentation, mean_images, style, transformations
from densevsconv.report.figures.augmentation import shown_augmentations
from densevsconv.report.figures.class_grid import draw_classes
from densevsconv.report.layout import drawings
from densevsconv.report.results import Results
from densevsconv.report.study import Study
from densevsconv.store.files import read_json, read_npz, write_json, write_npz
from densevsconv.store.layout import Layout
from tests.support.synthetic import AUGMENTATION, DATASETS, plain

MAX = 200
PERMUTED = {"permute_pixels": True}


def printed(study: Study, texts: list[str]) -> str:
    return "\n".join(plain(study, text) for text in texts)


# -- pictures


def pictures(figure: Any) -> list[tuple[float, float, np.ndarray]]:
    """Return place (from the left, from the bottom) and content of every picture."""
    found = []
    for axis in figure.axes:
        ((image,), box) = axis.get_images(), axis.get_position()
        found.append((box.x0, box.y0, np.asarray(image.get_array())))
    return found


def labels(figure: Any) -> list[tuple[float, float, str]]:
    return [(*text.get_position(), text.get_text()) for text in figure.texts]


def sheet_study(root: Path) -> Results:
    """Return a study whose image of class c after k steps is everywhere 50 k + c."""
    layout = Layout(root / "s")
    transform = [{"rotation": 15.0}, {"noise": 0.1}, {"permute_pixels": True}]
    plan = {"transform": transform, "class_names": ["ant", "bee", "cow"], "max_value": MAX}
    write_json(layout.plan("figures"), {"datasets": {"d": plan}, "cases": {}})
    steps = np.arange(4)[:, None] * 50 + np.arange(3)
    sheet = {
        f"step{number}": np.broadcast_to(values[:, None, None, None], (3, 4, 4, 1)).astype(np.uint8)
        for number, values in enumerate(steps)
    }
    write_npz(layout.contact_sheet("d"), sheet)
    return Results(layout)


def test_every_row_of_the_contact_sheet_has_its_own_label(tmp_path: Path) -> None:
    style.apply()
    figure = transformations.draw(sheet_study(tmp_path), "d", [])
    shown = [(x, y, round(float(image.mean()) * MAX)) for x, y, image in pictures(figure)]
    steps = ["as it is", "then rotation ±15°", "then noise 0.1", "then permuted pixels"]
    heights = {text: y for _, y, text in labels(figure)}
    for number, label in enumerate(steps):
        # the pictures of a step are the nearest ones under its label
        below = [y for _, y, _ in shown if y < heights[label]]
        row = sorted((x, value) for x, y, value in shown if y == max(below))
        assert [value for _, value in row] == [50 * number + column for column in range(3)], label
    names = sorted((x, text) for x, _, text in labels(figure) if text not in steps)
    assert [text for _, text in names] == ["ant", "bee", "cow"]


def test_the_sheet_shows_what_prepare_would_write(layout: Layout) -> None:
    results = Results(layout)
    plan = results.plan["datasets"]["digits_turned"]
    rows = transformations.labelled_steps(plan["transform"], results.contact_sheet("digits_turned"))
    assert [label for label, _ in rows] == [
        "as it is", "rotation ±30°", "noise 0.25", "resolution 6\u00d76",
    ]  # fmt: skip
    images, classes = results.training_images("digits_turned")
    first = [images[np.flatnonzero(classes == label)[0]] for label in range(10)]
    np.testing.assert_array_equal(rows[-1][1], first)  # what the networks see comes last


def test_mean_images_stand_under_their_class(tmp_path: Path) -> None:
    style.apply()
    layout = Layout(tmp_path / "s")
    names = ["ant", "bee", "cow"]
    write_json(layout.data_info("d"), {"class_names": names, "max_value": MAX})
    means = np.arange(3, dtype=np.float32)[:, None, None, None] * 60 + np.zeros((3, 4, 4, 1))
    write_npz(layout.mean_images("d"), {"means": means.astype(np.float32)})
    figure = mean_images.draw(Results(layout), "d", [])
    shown = sorted((x, round(float(image.mean()) * MAX)) for x, _, image in pictures(figure))
    assert [value for _, value in shown] == [0, 60, 120]
    assert [text for _, _, text in sorted(labels(figure))] == names


def test_colour_is_shown_in_colour() -> None:
    style.apply()
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = MAX
    figure = draw_classes(["red"], [[red]], MAX)
    ((_, _, image),) = pictures(figure)
    np.testing.assert_allclose(image, np.broadcast_to([1.0, 0, 0], (4, 4, 3)))


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([str(digit) for digit in range(10)], 4),
        (["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship"], 4),
        ([f"a rather long name {number}" for number in range(100)], 1),
        ([str(number) for number in range(100)], 1),
        (["one", "a name that is longer than a column of a paper could be, whatever the type"], 4),
    ],
)
def test_labels_and_pictures_do_not_overlap(names: list[str], shown: int) -> None:
    style.apply()
    figure = draw_classes(names, [[np.zeros((3, 3, 1))] * 4 for _ in names], 1)
    assert len(figure.axes) == shown * len(names)
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


def test_augmented_images_stand_beside_the_image_they_come_from(layout: Layout) -> None:
    style.apply()
    results = Results(layout)
    figure = augmentation.draw(results, "digits", ["lenet5_8"])
    (text,) = figure.texts
    assert text.get_text() == "shift ±0.1, rotation ±10°, zoom ±0.1, cutout 2 px"
    images, classes = results.training_images("digits")
    rows: dict[float, list[tuple[float, np.ndarray]]] = {}
    for x, y, image in pictures(figure):
        rows.setdefault(round(y, 6), []).append((x, image))
    for label, height in enumerate(sorted(rows, reverse=True)):
        original, *changed = [image for _, image in sorted(rows[height], key=lambda pair: pair[0])]
        kept = images[np.flatnonzero(classes == label)[0], ..., 0] / 16
        np.testing.assert_allclose(original, kept)
        assert len(changed) == augmentation.EXAMPLES
        assert not any(np.allclose(image, original) for image in changed)


def test_what_was_chosen_is_shown_or_else_what_was_tried(layout: Layout) -> None:
    results = Results(layout)
    assert [
        {key: value for key, value in one.items() if value}
        for one in shown_augmentations(results, ["lenet5_8", "dense_1"])
    ] == [AUGMENTATION]
    turned = {"rotation": 15.0}
    results.plan["cases"]["dense_1"]["points"] = [{"augmentation": None}, {"augmentation": turned}]
    assert shown_augmentations(results, ["dense_1"]) == [turned]


def test_figures_are_there_where_there_is_something_to_show(layout: Layout) -> None:
    stems = {drawing.stem for drawing in drawings(read_json(layout.plan("figures")))}
    assert {"mean_images-digits", "mean_images-digits_turned"} <= stems
    assert {"transformations-digits_turned", "augmentation-digits"} <= stems
    assert "transformations-digits" not in stems
    alone = drawings(
        {
            "cases": {
                "net": {
                    "dataset": "d", "family": "dense", "engine": "numpy", "points": [{}],
                    "architecture": {"parameters": 1, "name": "n"},
                    "training": {"augmentation": {"shift": 0.0}},
                }
            },
            "datasets": {"d": {"dataset": "d", "split": {}, "transform": []}},
        }
    )  # fmt: skip
    assert "augmentation" not in {drawing.figure.name for drawing in alone}


# -- text and table


def test_a_changed_form_says_so(layout: Layout) -> None:
    study = Study(layout)
    unchanged = printed(study, data.text(study, "digits"))
    assert "beforehand" not in unchanged
    text = printed(study, data.text(study, "digits_turned"))
    assert "images of 6\u00d76 pixels with 1 channel (at the source 8\u00d78\u00d71)" in text
    assert "changed beforehand (rotation ±30°, then noise 0.25, then resolution 6\u00d76;" in text
    assert "lenet5_8_turned changes the training images at random" in text
    assert "Licence: CC BY 4.0" in unchanged
    assert "Licence" not in text  # said once of the same data


def test_the_table_has_what_was_measured(layout: Layout) -> None:
    study = Study(layout)
    measures = read_json(layout.measures("digits"))
    rows = [printed(study, row).split("\n") for row in data.table(study, "digits").rows]
    named = {row[0]: row[1:] for row in rows}
    noise = measures["signal_to_noise"]["per_image"]
    assert named["signal to noise, mean over images"] == [
        f"{noise['images']:.3f}", f"{noise['negatives']:.3f}",
    ]  # fmt: skip
    assert noise["images"] != noise["negatives"]
    share = measures["variance"]["between_share"]
    assert named["variance between classes (% of all)"] == [f"{100 * share:.2f}", ""]
    assert named["images measured for the entropies"] == ["200", ""]
    assert named["test images"] == [
        str(read_json(layout.data_info("digits"))["counts"]["test"]),
        "",
    ]


def changed_study(
    layout: Layout, root: Path, plan_changes: dict[str, Any], **measured: int
) -> Study:
    """Return a copy of the study whose plan and duplicates of digits are changed."""
    copy = Layout(root / "s")
    plan = read_json(layout.plan("report"))
    for dataset in plan["datasets"].values():
        dataset["split"] |= plan_changes
    write_json(copy.plan("report"), plan)
    for dataset in DATASETS:
        write_json(copy.data_info(dataset), read_json(layout.data_info(dataset)))
        measures = read_json(layout.measures(dataset))
        measures["duplicates"]["train_test"] |= measured
        write_json(copy.measures(dataset), measures)
    for case in plan["cases"]:
        for file in ("selection", "timing"):
            write_json(getattr(copy, file)(case), read_json(getattr(layout, file)(case)))
    return Study(copy)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ((0, 0), "No test image is also a training or validation image, pixel by pixel."),
        ((1, 0), "1 test image is also among the training or validation images, pixel by pixel."),
        ((7, 2), "7 test images are also among the training or validation images, pixel by pixel, "
                 "2 of them under another label."),
    ],
)  # fmt: skip
def test_duplicates_are_told(
    layout: Layout, tmp_path: Path, found: tuple[int, int], sentence: str
) -> None:
    study = changed_study(layout, tmp_path, {}, images=found[0], other_label=found[1])
    assert sentence in printed(study, data.text(study, "digits"))


def test_the_split_is_told_as_it_was_made(layout: Layout, tmp_path: Path) -> None:
    study = changed_study(layout, tmp_path, {})
    drawn = printed(study, prose.protocol(study)[:1])
    both = "on Optical digits, 8x8 and Optical digits, turned, 6x6"
    assert drawn.startswith(f"Split. 20% of the images {both} are drawn for the test, 10%")
    official = {"test": "official", "training_images": 500, "stratify": False, "grouped": True}
    study = changed_study(layout, tmp_path, official)
    told = printed(study, prose.protocol(study)[:1])
    assert (
        f"The test images {both} are those that the source sets apart for testing; 10% of" in told
    )
    assert "at random, images of one group (a writer, a house) all in one part" in told
    assert "Of the training images there are, the study keeps 500." in printed(
        study, data.text(study, "digits")
    )


def test_data_sets_of_one_title_are_told_apart(layout: Layout, tmp_path: Path) -> None:
    study = changed_study(layout, tmp_path, {})
    for dataset in study.plan["datasets"].values():
        dataset["title"] = "Digits"
    assert printed(study, [study.title("digits_turned")]) == "Digits (digits_turned)"


def test_the_contact_sheet_of_the_study_has_a_step_more_than_changes(layout: Layout) -> None:
    assert sorted(read_npz(layout.contact_sheet("digits_turned"))) == [
        "step0", "step1", "step2", "step3",
    ]  # fmt: skip


def test_permuted_is_named() -> None:
    from densevsconv.report.figures.difficulty import form_labels

    split = {"training_images": None}
    plans = {
        "a": {"transform": [], "split": split},
        "b": {"transform": [PERMUTED], "split": split},
        "c": {"transform": [], "split": {"training_images": 1000}},
        "long": {"transform": [{"clutter": {"patches": 4, "size": 0.25}}] * 4, "split": split},
    }
    assert form_labels(plans, ["a", "b"]) == ["as it is", "permuted pixels"]
    assert form_labels(plans, ["a", "c"])[1].replace("\n", " ") == "as it is, 1,000 training images"
    assert form_labels(plans, ["a", "long"]) == ["as it is", "long"]
