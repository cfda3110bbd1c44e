"""The section "Data" says, tabulates and shows what the images are and what was done to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from densevsconv.report import data, prose
from densevsconv.report.study import Study
from densevsconv.store.files import read_json, read_npz, write_json
from densevsconv.store.layout import Layout
from tests.support.synthetic import DATASETS, plain

MAX = 200
PERMUTED = {"permute_pixels": True}


def printed(study: Study, texts: list[str]) -> str:
    return "\n".join(plain(study, text) for text in texts)


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
