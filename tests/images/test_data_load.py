"""Prepared data are read back checked; damaged files are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from densevsconv.errors import DataError
from densevsconv.images.load import load_info, load_test_data, load_training_data
from densevsconv.images.prepared import Scaling
from densevsconv.images.sources import source_of
from densevsconv.planning.load import load_study
from densevsconv.planning.plans import write_plans
from densevsconv.stages.plan import run_stage
from densevsconv.store.files import read_json, read_npz, write_json, write_npz
from densevsconv.store.layout import Layout

CONFIG = Path(__file__).parents[2] / "config" / "config.yaml"


def prepared(folder: Path, study: str = "tiny") -> Layout:
    layout = Layout(folder / study)
    write_plans(load_study(CONFIG, {"study": study}), layout)
    run_stage("prepare", layout)
    return layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return prepared(tmp_path)


def test_prepared_images_are_those_of_the_source(layout: Layout) -> None:
    raw = source_of("digits").read(Path())
    data, test = load_training_data(layout, "digits"), load_test_data(layout, "digits")
    for found, found_labels, rows in (
        (data.train_images, data.train_labels, data.train_indices),
        (data.validation_images, data.validation_labels, data.validation_indices),
        (test.images, test.labels, test.indices),
    ):
        np.testing.assert_array_equal(found, raw.images[rows])
        np.testing.assert_array_equal(found_labels, raw.labels[rows])
    seen = np.concatenate([data.train_indices, data.validation_indices])
    assert not set(seen) & set(test.indices)


def test_training_data_hold_no_test_image(layout: Layout) -> None:
    names = set(read_npz(layout.train_data("digits")))
    assert names == {
        f"{part}_{name}"
        for part in ("train", "validation")
        for name in ("images", "labels", "indices")
    }


def test_the_description_counts_what_is_there(layout: Layout) -> None:
    info, data = load_info(layout, "digits"), load_training_data(layout, "digits")
    assert info["counts"] == {"train": 200, "validation": 144, "test": 359}
    assert info["class_counts"]["train"] == np.bincount(data.train_labels).tolist()
    assert info["channel_mean"] == [pytest.approx(data.train_images.mean())]
    assert info["channel_std"] == [pytest.approx(data.train_images.std())]
    assert info["split"] == {
        "test": 0.2, "validation": 0.1, "stratify": True, "grouped": False,
        "training_images": 200, "test_images": None, "seed": 7,
    }  # fmt: skip


def test_the_same_seed_gives_the_same_bytes(layout: Layout, tmp_path: Path) -> None:
    again = prepared(tmp_path / "again")
    for name in ("train.npz", "test.npz", "info.json", "sheet.npz"):
        first = layout.root / "data" / "digits" / name
        assert first.read_bytes() == (again.root / "data" / "digits" / name).read_bytes()


def test_the_hashes_follow_the_data(layout: Layout, tmp_path: Path) -> None:
    info = load_info(layout, "digits")
    plan = read_json(layout.plan("prepare"))
    plan["datasets"]["digits"]["class_names"][0] = "nought"
    write_json(layout.plan("prepare"), plan)
    run_stage("prepare", layout)
    renamed = load_info(layout, "digits")
    assert renamed["class_names"][0] == "nought"
    assert renamed["train_hash"] == info["train_hash"]
    plan["datasets"]["digits"]["split"]["training_images"] = 300
    write_json(layout.plan("prepare"), plan)
    run_stage("prepare", layout)
    larger = load_info(layout, "digits")
    assert larger["train_hash"] != info["train_hash"]
    assert larger["test_hash"] == info["test_hash"]


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("images", 1700, "images 1797, config/datasets.yaml says 1700"),
        ("shape", [8, 8, 3], r"shape \[8, 8, 1\]"),
        ("classes", 9, "classes 10"),
        ("max_value", 15, "a pixel of 16"),
    ],
)
def test_a_source_that_differs_from_the_catalogue_is_refused(
    key: str, value: object, says: str, tmp_path: Path
) -> None:
    layout = Layout(tmp_path / "tiny")
    write_plans(load_study(CONFIG, {"study": "tiny"}), layout)
    plan = read_json(layout.plan("prepare"))
    plan["datasets"]["digits"][key] = value
    write_json(layout.plan("prepare"), plan)
    with pytest.raises(DataError, match=says):
        run_stage("prepare", layout)
    assert not layout.train_data("digits").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "tiny")
    with pytest.raises(DataError, match=r"info\.json: file not found"):
        load_training_data(layout, "digits")


def test_a_damaged_file_is_named(layout: Layout) -> None:
    file = layout.train_data("digits")
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"train\.npz: damaged"):
        load_training_data(layout, "digits")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda arrays: arrays.pop("labels"), "labels is missing"),
        (lambda arrays: arrays.update(images=arrays["images"] / 16), "images is float64"),
        (lambda arrays: arrays.update(labels=arrays["labels"][1:]), "labels is int64 of shape"),
        (lambda arrays: arrays.update(labels=arrays["labels"] + 1), "labels outside 0..9"),
    ],
)
def test_wrong_arrays_are_named(layout: Layout, change: object, says: str) -> None:
    file = layout.test_data("digits")
    arrays = read_npz(file)
    change(arrays)  # type: ignore[operator]
    write_npz(file, arrays)
    with pytest.raises(DataError, match=says):
        load_test_data(layout, "digits")


def test_an_incomplete_description_is_named(layout: Layout) -> None:
    file = layout.data_info("digits")
    info = read_json(file)
    del info["train_hash"]
    write_json(file, info)
    with pytest.raises(DataError, match="train_hash missing"):
        load_info(layout, "digits")


INFO = {
    "shape": [2, 2, 2], "max_value": 16, "channel_mean": [3.0, 5.0], "channel_std": [2.0, 0.0],
}  # fmt: skip
IMAGES = np.array([[[[0, 16], [4, 5]], [[1, 2], [3, 7]]]], np.uint8)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("none", IMAGES),
        ("unit", IMAGES / 16),
        (255.0, IMAGES / 255),
        ("standard", (IMAGES - [3.0, 5.0]) / [2.0, 1.0]),  # no variation: only moved
    ],
)
def test_scaling(setting: str | float, expected: np.ndarray) -> None:
    scaling = Scaling.for_training(setting, INFO)
    found = scaling.apply(IMAGES)
    assert found.dtype == np.float32
    assert scaling.scale.shape == (2,)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_an_unknown_scaling_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown scaling 'half'"):
        Scaling.for_training("half", INFO)
