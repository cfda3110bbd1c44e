"""Prepare and measure on any data set, and prepared data read back checked."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
from PIL import Image

from densevsconv.errors import ConfigError, DataError
from densevsconv.images.load import load_info, load_test_data, load_training_data
from densevsconv.images.prepared import Scaling
from densevsconv.images.sources import source_of
from densevsconv.planning.load import load_study
from densevsconv.planning.plans import write_plans
from densevsconv.stages.plan import run_stage
from densevsconv.store.files import read_json, read_npz, write_json, write_npz
from densevsconv.store.layout import Layout
from tests.support.own_images import CONFIG, project


def planned(folder: Path, **changes: Any) -> Layout:
    """Write the plans of the tiny study, those of its digits changed."""
    layout = Layout(folder / "tiny")
    write_plans(load_study(CONFIG / "config.yaml", {"study": "tiny"}), layout)
    plan = read_json(layout.plan("prepare"))
    plan["datasets"]["digits"] |= changes
    write_json(layout.plan("prepare"), plan)
    return layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    run_stage("prepare", layout := planned(tmp_path))
    return layout


# the digits


def test_prepared_images_are_those_of_the_source_and_described(layout: Layout) -> None:
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
    info = load_info(layout, "digits")
    assert info["counts"] == {"train": 200, "validation": 144, "test": 359}
    assert info["class_counts"]["train"] == np.bincount(data.train_labels).tolist()
    assert info["channel_mean"] == [pytest.approx(data.train_images.mean())]
    assert info["channel_std"] == [pytest.approx(data.train_images.std())]
    assert (info["split"]["training_images"], info["split"]["seed"]) == (200, 7)


def test_the_hashes_follow_the_data(layout: Layout, tmp_path: Path) -> None:
    def changed(**changes: Any) -> dict[str, Any]:
        run_stage("prepare", planned(tmp_path, **changes))
        return load_info(layout, "digits")

    info, renamed = load_info(layout, "digits"), changed(class_names=list("abcdefghij"))
    assert renamed["class_names"][0] == "a"
    assert renamed["train_hash"] == info["train_hash"]
    del info["split"]["seed"]
    larger = changed(split=info["split"] | {"training_images": 300})
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
    layout = planned(tmp_path, **{key: value})
    with pytest.raises(DataError, match=f"data set digits: .*{says}"):
        run_stage("prepare", layout)
    assert not layout.train_data("digits").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda arrays: arrays.pop("labels"), "labels is missing"),
        (lambda arrays: arrays.update(images=arrays["images"] / 16), "images is float64"),
        (lambda arrays: arrays.update(labels=arrays["labels"][1:]), "labels is int64 of shape"),
        (lambda arrays: arrays.update(labels=arrays["labels"] + 1), "labels outside 0..9"),
        (lambda arrays: arrays.update(images=16 - arrays["images"]), "not the images that info"),
    ],
)
def test_wrong_arrays_are_named(
    layout: Layout, change: Callable[[dict[str, np.ndarray]], None], says: str
) -> None:
    arrays = read_npz(layout.test_data("digits"))
    change(arrays)
    write_npz(layout.test_data("digits"), arrays)
    with pytest.raises(DataError, match=rf"test\.npz: {says}"):
        load_test_data(layout, "digits")


def test_missing_damaged_and_incomplete_files_are_named(layout: Layout) -> None:
    train, info = layout.train_data("digits"), layout.data_info("digits")
    train.write_bytes(train.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"train\.npz: damaged"):
        load_training_data(layout, "digits")
    description = read_json(info)
    del description["train_hash"]
    write_json(info, description)
    with pytest.raises(DataError, match="train_hash missing"):
        load_info(layout, "digits")
    info.unlink()
    with pytest.raises(DataError, match=r"info\.json: file not found"):
        load_training_data(layout, "digits")


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
    info = {"shape": [2, 2, 2], "max_value": 16, "channel_mean": [3, 5], "channel_std": [2, 0]}
    found = Scaling.for_training(setting, info).apply(IMAGES)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-6)


# images of one's own


def pictures(folder: Path) -> dict[str, Any]:
    """Write 6x5 colour pictures of two classes, told apart by brightness; return the source.

    Each of six groups, a person, has four pictures in both classes.
    """
    random = np.random.default_rng(0)
    for label, name in enumerate(("dark", "light")):
        for group in range(6):
            place = folder / name / f"person{group}"
            place.mkdir(parents=True)
            for number in range(4):
                pixels = random.integers(120 * label, 120 * label + 100, (6, 5, 3))
                Image.fromarray(pixels.astype(np.uint8)).save(place / f"{number}.png")
    return {"kind": "folder", "path": str(folder)}


def arrays(folder: Path, **changes: Any) -> dict[str, Any]:
    """Write mine.npz; return the source."""
    random = np.random.default_rng(1)
    content = {
        "images": random.integers(0, 256, (60, 8, 8), np.uint8),
        "labels": np.tile(np.arange(3), 20),
        "test_images": random.integers(0, 256, (12, 8, 8), np.uint8),
        "test_labels": np.tile(np.arange(3), 4),
    }
    np.savez(folder / "mine.npz", **(content | changes))
    return {"kind": "npz", "path": str(folder), "train": "mine.npz"}


def test_a_folder_of_pictures_needs_one_entry_and_no_numbers(tmp_path: Path) -> None:
    source = pictures(tmp_path / "pictures")
    layout = project(tmp_path, {"source": source}, {"mine": {"validation": 0.25, "grouped": True}})
    run_stage("prepare", layout)
    info = load_info(layout, "mine")
    assert (info["shape"], info["classes"]) == ([6, 5, 3], 2)
    assert info["class_names"] == ["dark", "light"]
    assert sum(info["counts"].values()) == 48
    data, test = load_training_data(layout, "mine"), load_test_data(layout, "mine")
    assert (data.train_images[data.train_labels == 0].max(axis=(1, 2, 3)) < 100).all()
    assert (data.train_images[data.train_labels == 1].min(axis=(1, 2, 3)) >= 120).all()
    # in each class of 24, four pictures of a person follow one another in the sorted listing
    people = [
        set(rows % 24 // 4) for rows in (data.train_indices, data.validation_indices, test.indices)
    ]
    assert sum(map(len, people)) == len(set.union(*people)) == 6
    run_stage("measure", layout)
    values = read_json(layout.measures("mine"))
    assert values["class_counts"]["test"] == info["class_counts"]["test"]
    assert read_npz(layout.mean_images("mine"))["means"].shape == (2, 6, 5, 3)


def test_a_picture_that_changes_changes_the_plan(tmp_path: Path) -> None:
    source = pictures(tmp_path / "pictures")

    def plan() -> bytes:
        return project(tmp_path, {"source": source}, {"mine": {}}).plan("prepare").read_bytes()

    first = plan()
    assert plan() == first
    Image.new("RGB", (5, 6)).save(tmp_path / "pictures" / "dark" / "person0" / "0.png")
    assert plan() != first


def test_a_numpy_file_with_its_own_test_part(tmp_path: Path) -> None:
    source = arrays(tmp_path)
    run_stage("prepare", layout := project(tmp_path, {"source": source}, {"mine": {}}))
    test = load_test_data(layout, "mine")
    content = np.load(tmp_path / "mine.npz")
    np.testing.assert_array_equal(test.images[..., 0], content["test_images"])
    np.testing.assert_array_equal(test.labels, content["test_labels"])
    assert load_info(layout, "mine")["counts"] == {"train": 54, "validation": 6, "test": 12}
    # the official part may be put aside: then all images are divided
    run_stage("prepare", layout := project(tmp_path, {"source": source}, {"mine": {"test": 0.25}}))
    assert load_info(layout, "mine")["counts"]["test"] == 18
    layout = project(tmp_path, {"source": source}, {"mine": {"grouped": True}})
    with pytest.raises(DataError, match=r"mine: split\.grouped is true, but .* tells no groups"):
        run_stage("prepare", layout)


def test_a_broken_file_of_ones_own_is_one_message_before_any_job(tmp_path: Path) -> None:
    source = arrays(tmp_path)
    (tmp_path / "mine.npz").write_bytes(b"PK\x03\x04 nothing of use")
    with pytest.raises(ConfigError, match=r"datasets\.yaml: datasets\.mine\.source: .*mine\.npz"):
        project(tmp_path, {"source": source}, {"mine": {}})


FORMS = {
    "mine": {},
    "small": {"dataset": "mine", "transform": [{"rotation": 20.0}, {"resolution": 4}]},
    "permuted": {"dataset": "mine", "transform": [{"permute_pixels": True}]},
}


def test_forms_of_a_data_set_have_the_same_split_and_their_own_pixels(tmp_path: Path) -> None:
    where = np.arange(64, dtype=np.uint8).reshape(1, 8, 8)
    source = arrays(tmp_path, images=np.repeat(where, 60, 0), test_images=np.repeat(where, 12, 0))
    run_stage("prepare", layout := project(tmp_path, {"source": source}, FORMS))
    plain, small, permuted = (load_training_data(layout, name) for name in FORMS)
    for form in (small, permuted):
        np.testing.assert_array_equal(form.train_indices, plain.train_indices)
        np.testing.assert_array_equal(form.train_labels, plain.train_labels)
    assert small.train_images.shape[1:] == (4, 4, 1)
    assert len(np.unique(small.validation_images, axis=0)) > 1  # each turned by its own angle
    sheet = read_npz(layout.contact_sheet("small"))
    assert [sheet[f"step{n}"].shape for n in range(3)] == [(3, 8, 8, 1), (3, 8, 8, 1), (3, 4, 4, 1)]
    once = permuted.train_images[0]  # every part alike
    assert sorted(once.ravel()) == list(range(64))
    assert not np.array_equal(once.ravel(), np.arange(64))
    assert (permuted.train_images == once).all()
    assert (permuted.validation_images == once).all()
    assert (load_test_data(layout, "permuted").images == once).all()


PREPARE = """
import resource, sys
from pathlib import Path
from densevsconv.store.layout import Layout
from densevsconv.stages.plan import run_stage
run_stage("prepare", Layout(Path(sys.argv[1])))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def prepared_alone(layout: Layout, **environment: str) -> int:
    """Prepare in a process of its own; return its peak memory in bytes."""
    command = [sys.executable, "-c", PREPARE, str(layout.root)]
    environ = os.environ | environment
    return int(subprocess.run(command, check=True, capture_output=True, env=environ).stdout) * 1024


def test_the_bytes_do_not_depend_on_the_number_of_cores(tmp_path: Path) -> None:
    layout = project(tmp_path, {"source": arrays(tmp_path)}, FORMS)
    found = []
    for threads in ("1", "4"):
        prepared_alone(layout, OMP_NUM_THREADS=threads, OPENBLAS_NUM_THREADS=threads)
        found.append({file: file.read_bytes() for file in (layout.root / "data").rglob("*.*")})
    assert found[0] == found[1]
    assert len(found[0]) == 15


def test_files_that_fetch_recorded_are_used_and_no_others(tmp_path: Path) -> None:
    """The catalogue states no checksum: fetched again where gone, refused where another copy."""
    source = arrays(tmp_path)
    del source["path"]
    entry = {
        "source": source, "files": {"mine.npz": {}}, "images": 72, "test_images": 12,
        "shape": [8, 8, 1], "classes": 3,
    }  # fmt: skip
    layout = project(tmp_path, entry, {"mine": {}})
    raw = tmp_path / "data" / "raw" / "mine"

    def prepared(**options: str) -> Any:
        run_stage("prepare", layout, **options)
        return load_info(layout, "mine")["train_hash"]

    run_stage("fetch", layout, mirror=str(tmp_path))
    first = prepared()
    (raw / "mine.npz").unlink()
    with pytest.raises(DataError, match=r"mine\.npz is not there"):
        prepared()
    assert prepared(mirror=str(tmp_path)) == first

    (raw / "mine.npz").unlink()
    (raw / "mine.npz.sha256").unlink()
    arrays(tmp_path, labels=np.tile([2, 1, 0], 20))
    (raw / "mine.npz").write_bytes((tmp_path / "mine.npz").read_bytes())
    with pytest.raises(DataError, match=r"mine\.npz has sha256 .* instead of"):
        prepared()
    run_stage("fetch", layout, mirror=str(tmp_path))
    assert prepared() != first


@pytest.mark.slow
@pytest.mark.parametrize("compressed", [False, True])
def test_svhn_in_full_is_prepared_within_two_gigabytes(compressed: bool, tmp_path: Path) -> None:
    """Files of SVHN's size and layout, with made-up pixels: 73,257 and 26,032 images."""
    random = np.random.default_rng(0)
    for part, count in (("train", 73257), ("test", 26032)):
        images = random.integers(0, 16, (32, 32, 3, count), np.uint8)
        labels = (np.arange(count) % 10 + 1).astype(np.uint8).reshape(-1, 1)
        content = {"X": images, "y": labels}
        scipy.io.savemat(tmp_path / f"{part}_32x32.mat", content, do_compression=compressed)
    del images, content
    source = {
        "kind": "mat", "path": str(tmp_path), "train": "train_32x32.mat",
        "test": "test_32x32.mat", "label_map": {"10": 0},
    }  # fmt: skip
    transform = [{"shift": 0.1}, {"noise": 0.1}]
    layout = project(tmp_path, {"source": source}, {"mine": {"transform": transform}})
    peak = prepared_alone(layout)
    assert sum(load_info(layout, "mine")["counts"].values()) == 73257 + 26032
    assert peak < 2 * 1024**3, f"{peak / 1e6:.0f} MB"
