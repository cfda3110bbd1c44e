"""Preparing any data set: users' own files, official parts, groups, changed forms."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
import yaml
from PIL import Image

from densevsconv.errors import ConfigError, DataError
from densevsconv.images.load import load_info, load_test_data, load_training_data
from densevsconv.planning.load import load_study
from densevsconv.planning.plans import write_plans
from densevsconv.stages.plan import run_stage
from densevsconv.store.files import read_json, read_npz
from densevsconv.store.layout import Layout

ARCHITECTURES = Path(__file__).parents[2] / "config" / "architectures"
TRAINING = {"batch_size": 8, "epochs": 1}


def project(folder: Path, entry: dict[str, Any], datasets: dict[str, Any], **config: str) -> Layout:
    """Write a configuration with one catalogue entry, ``mine``, and the plans of a study."""
    (folder / "config" / "studies").mkdir(parents=True, exist_ok=True)
    if not (folder / "config" / "architectures").exists():
        (folder / "config" / "architectures").symlink_to(ARCHITECTURES)
    case = {"dataset": next(iter(datasets)), "architecture": "dense_3"}
    study = {"title": "Mine", "datasets": datasets, "training": TRAINING, "cases": {"net": case}}
    for name, content in {
        "config": {"study": "mine", "data": str(folder / "data"), **config},
        "datasets": {"datasets": {"mine": {"title": "My images"} | entry}},
        "studies/mine": study,
    }.items():
        (folder / "config" / f"{name}.yaml").write_text(yaml.safe_dump(content))
    layout = Layout(folder / "results" / "mine")
    write_plans(load_study(folder / "config" / "config.yaml"), layout)
    return layout


def pictures(folder: Path, groups: int = 6, per_group: int = 4) -> Path:
    """Write 6x5 colour pictures of two classes, told apart by their brightness.

    Each group, a person, has pictures in both classes.
    """
    random = np.random.default_rng(0)
    for label, name in enumerate(("dark", "light")):
        for group in range(groups):
            place = folder / name / f"person{group}"
            place.mkdir(parents=True)
            for number in range(per_group):
                pixels = random.integers(120 * label, 120 * label + 100, (6, 5, 3))
                Image.fromarray(pixels.astype(np.uint8)).save(place / f"{number}.png")
    return folder


def test_a_folder_of_pictures_needs_one_entry_and_no_numbers(tmp_path: Path) -> None:
    source = {"kind": "folder", "path": str(pictures(tmp_path / "pictures"))}
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
    source = {"kind": "folder", "path": str(pictures(tmp_path / "pictures"))}
    first = project(tmp_path, {"source": source}, {"mine": {}}).plan("prepare").read_bytes()
    again = project(tmp_path, {"source": source}, {"mine": {}}).plan("prepare").read_bytes()
    assert first == again
    Image.new("RGB", (5, 6)).save(tmp_path / "pictures" / "dark" / "person0" / "0.png")
    changed = project(tmp_path, {"source": source}, {"mine": {}}).plan("prepare").read_bytes()
    assert changed != first


def arrays(folder: Path, **changes: Any) -> dict[str, Any]:
    random = np.random.default_rng(1)
    content = {
        "images": random.integers(0, 256, (60, 8, 8), np.uint8),
        "labels": np.tile(np.arange(3), 20),
        "test_images": random.integers(0, 256, (12, 8, 8), np.uint8),
        "test_labels": np.tile(np.arange(3), 4),
    }
    np.savez(folder / "mine.npz", **(content | changes))
    return content


def test_a_numpy_file_with_its_own_test_part(tmp_path: Path) -> None:
    content = arrays(tmp_path)
    source = {"kind": "npz", "path": str(tmp_path), "file": "mine.npz"}
    run_stage("prepare", layout := project(tmp_path, {"source": source}, {"mine": {}}))
    test = load_test_data(layout, "mine")
    np.testing.assert_array_equal(test.images[..., 0], content["test_images"])
    np.testing.assert_array_equal(test.labels, content["test_labels"])
    assert load_info(layout, "mine")["counts"] == {"train": 54, "validation": 6, "test": 12}
    # the official part may be put aside: then all images are divided
    run_stage("prepare", layout := project(tmp_path, {"source": source}, {"mine": {"test": 0.25}}))
    assert load_info(layout, "mine")["counts"]["test"] == 18


def test_groups_that_the_source_does_not_tell_are_refused(tmp_path: Path) -> None:
    arrays(tmp_path)
    source = {"kind": "npz", "path": str(tmp_path), "file": "mine.npz"}
    layout = project(tmp_path, {"source": source}, {"mine": {"grouped": True}})
    with pytest.raises(DataError, match=r"mine: split\.grouped is true, but .* tells no groups"):
        run_stage("prepare", layout)


def test_a_broken_file_of_ones_own_is_one_message_before_any_job(tmp_path: Path) -> None:
    (tmp_path / "mine.npz").write_bytes(b"PK\x03\x04 nothing of use")
    source = {"kind": "npz", "path": str(tmp_path), "file": "mine.npz"}
    with pytest.raises(ConfigError, match=r"datasets\.yaml: datasets\.mine\.source: .*mine\.npz"):
        project(tmp_path, {"source": source}, {"mine": {}})


FORMS = {
    "mine": {},
    "small": {"dataset": "mine", "transform": [{"rotation": 20.0}, {"resolution": 4}]},
    "permuted": {"dataset": "mine", "transform": [{"permute_pixels": True}]},
}


def test_forms_of_a_data_set_have_the_same_split_and_their_own_pixels(tmp_path: Path) -> None:
    arrays(tmp_path)
    source = {"kind": "npz", "path": str(tmp_path), "file": "mine.npz"}
    run_stage("prepare", layout := project(tmp_path, {"source": source}, FORMS))
    plain, small, permuted = (load_training_data(layout, name) for name in FORMS)
    for form in (small, permuted):
        np.testing.assert_array_equal(form.train_indices, plain.train_indices)
        np.testing.assert_array_equal(form.train_labels, plain.train_labels)
    assert small.train_images.shape[1:] == (4, 4, 1)
    assert not np.array_equal(permuted.train_images, plain.train_images)
    np.testing.assert_array_equal(
        np.sort(permuted.train_images.reshape(54, -1)), np.sort(plain.train_images.reshape(54, -1))
    )
    sheet = read_npz(layout.contact_sheet("small"))
    assert [sheet[f"step{n}"].shape for n in range(3)] == [(3, 8, 8, 1), (3, 8, 8, 1), (3, 4, 4, 1)]


def test_every_part_is_permuted_alike(tmp_path: Path) -> None:
    where = np.arange(64, dtype=np.uint8).reshape(1, 8, 8)
    arrays(tmp_path, images=np.repeat(where, 60, 0), test_images=np.repeat(where, 12, 0))
    source = {"kind": "npz", "path": str(tmp_path), "file": "mine.npz"}
    run_stage("prepare", layout := project(tmp_path, {"source": source}, FORMS))
    train, test = load_training_data(layout, "permuted"), load_test_data(layout, "permuted")
    once = train.train_images[0]
    assert sorted(once.ravel()) == list(range(64))
    assert not np.array_equal(once.ravel(), np.arange(64))
    assert (train.train_images == once).all()
    assert (train.validation_images == once).all()
    assert (test.images == once).all()


PREPARE = """
import sys
from pathlib import Path
from densevsconv.store.layout import Layout
from densevsconv.stages.plan import run_stage
run_stage("prepare", Layout(Path(sys.argv[1])))
"""


def test_the_bytes_do_not_depend_on_the_number_of_cores(tmp_path: Path) -> None:
    arrays(tmp_path)
    source = {"kind": "npz", "path": str(tmp_path), "file": "mine.npz"}
    layout = project(tmp_path, {"source": source}, FORMS)
    found = []
    for threads in ("1", "4"):
        few = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        subprocess.run(
            [sys.executable, "-c", PREPARE, str(layout.root)], env=os.environ | few, check=True
        )
        found.append({file: file.read_bytes() for file in (layout.root / "data").rglob("*.*")})
    assert found[0] == found[1]
    assert len(found[0]) == 12


def test_files_that_have_gone_are_fetched_again(tmp_path: Path) -> None:
    arrays(tmp_path)
    mirror = tmp_path / "mirror" / "mine"
    mirror.mkdir(parents=True)
    (tmp_path / "mine.npz").rename(mirror / "mine.npz")
    entry = {
        "source": {"kind": "npz", "file": "mine.npz"}, "files": {"mine.npz": {}}, "images": 72,
        "test_images": 12, "shape": [8, 8, 1], "classes": 3,
    }  # fmt: skip
    layout = project(tmp_path, entry, {"mine": {}})
    run_stage("fetch", layout, mirror=str(tmp_path / "mirror"))
    (tmp_path / "data" / "raw" / "mine" / "mine.npz").unlink()
    with pytest.raises(DataError, match=r"mine\.npz"):
        run_stage("prepare", layout)
    for _ in range(2):
        run_stage("prepare", layout, mirror=str(tmp_path / "mirror"))
        assert load_info(layout, "mine")["counts"]["test"] == 12
        (tmp_path / "data" / "raw" / "mine" / "mine.npz").unlink()


def test_another_copy_is_taken_once_it_has_been_fetched(tmp_path: Path) -> None:
    """Where the catalogue states no checksum, the files must be those that fetch recorded."""
    arrays(tmp_path)
    entry = {
        "source": {"kind": "npz", "file": "mine.npz"}, "files": {"mine.npz": {}}, "images": 72,
        "test_images": 12, "shape": [8, 8, 1], "classes": 3,
    }  # fmt: skip
    layout = project(tmp_path, entry, {"mine": {}})
    raw = tmp_path / "data" / "raw" / "mine"

    def prepared() -> Any:
        run_stage("prepare", layout)
        return load_info(layout, "mine")["train_hash"]

    run_stage("fetch", layout, mirror=str(tmp_path))
    first = prepared()
    (raw / "mine.npz").unlink()
    (raw / "mine.npz.sha256").unlink()
    arrays(tmp_path, labels=np.tile([2, 1, 0], 20))
    (raw / "mine.npz").write_bytes((tmp_path / "mine.npz").read_bytes())
    with pytest.raises(DataError, match=r"mine\.npz has sha256 .* instead of"):
        prepared()
    (raw / "mine.npz").unlink(missing_ok=True)
    run_stage("fetch", layout, mirror=str(tmp_path))
    assert prepared() != first


MEASURED = """
import resource, sys
from pathlib import Path
from densevsconv.store.layout import Layout
from densevsconv.stages.plan import run_stage
run_stage("prepare", Layout(Path(sys.argv[1])))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


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
    command = [sys.executable, "-c", MEASURED, str(layout.root)]
    peak = int(subprocess.run(command, check=True, capture_output=True).stdout) * 1024
    assert sum(load_info(layout, "mine")["counts"].values()) == 73257 + 26032
    assert peak < 2 * 1024**3, f"{peak / 1e6:.0f} MB"
    print(f"peak {peak / 1e6:.0f} MB")
