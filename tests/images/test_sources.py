"""The settings of a source, and what they do: label maps, sizes, groups; the real files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
from PIL import Image
from pydantic import ValidationError

from densevsconv.errors import DataError
from densevsconv.images.source_schema import SOURCE_KINDS
from densevsconv.images.sources import RawImages, probe, read_source
from tests.images.test_readers_round_trip import (
    Written,
    assert_same,
    folder_source,
    idx_source,
    mat_source,
    npz_bytes,
    picture_bytes,
    random_images,
    settings,
    some_labels,
)

# settings


def test_a_kind_alone_is_text() -> None:
    assert settings(kind="digits") == {"kind": "digits"}
    assert set(SOURCE_KINDS) == {"digits", "idx", "mat", "cifar", "stl", "folder", "npz"}


def test_a_file_alone_is_a_list_and_labels_are_text() -> None:
    found = settings(kind="mat", train="a.mat", label_map={10: 0})
    assert found["train"] == ["a.mat"]
    assert found["label_map"] == {"10": 0}
    assert settings(**json.loads(json.dumps(found))) == found


@pytest.mark.parametrize(
    "keys",
    [
        {"kind": "matlab", "train": "a"},
        {"train": "a"},
        {"kind": "mat"},
        {"kind": "mat", "train": []},
        {"kind": "mat", "train": "/etc/passwd"},
        {"kind": "mat", "train": "../a.mat"},
        {"kind": "mat", "train": "a/../../a.mat"},
        {"kind": "mat", "train": "."},
        {"kind": "mat", "train": "./"},
        {"kind": "mat", "train": ""},
        {"kind": "mat", "train": "a", "trian": "b"},
        {"kind": "mat", "train": "a", "label_map": {"ten": 0}},
        {"kind": "mat", "train": "a", "label_map": {"10": "0"}},
        {"kind": "mat", "train": "a", "label_map": {"10": -1}},
        {"kind": "mat", "train": "a", "label_map": {True: 0}},
        {"kind": "mat", "train": "a", "label_map": {"1\n": 0}},
        {"kind": "idx", "train_images": "a", "train_labels": ["b", "c"]},
        {"kind": "idx", "train_images": "a", "train_labels": "b", "test_images": "c"},
        {"kind": "cifar", "train": "a", "label_bytes": 3},
        {"kind": "cifar", "train": "a", "shape": [32, 32]},
        {"kind": "stl", "train_images": "a"},
        {"kind": "folder"},
        {"kind": "folder", "path": "a", "test": "test"},
        {"kind": "folder", "path": "a", "train": "all", "test": "all"},
        {"kind": "folder", "path": "a", "train": "all", "test": "./all/"},
        {"kind": "folder", "path": "a", "train": "all", "test": "all/test"},
        {"kind": "folder", "path": "a", "train": "all/train", "test": "all"},
        {"kind": "folder", "path": "a", "size": [32]},
        {"kind": "folder", "path": "a", "size": [32, 0]},
        {"kind": "folder", "path": "a", "mode": "gray"},
        {"kind": "npz"},
    ],
)
def test_wrong_settings_are_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**keys)


def test_a_file_has_one_spelling() -> None:
    found = settings(kind="mat", train=["./a.mat", "b//c.mat"], test="d/./e.mat")
    assert (found["train"], found["test"]) == (["a.mat", "b/c.mat"], ["d/e.mat"])


@pytest.mark.parametrize("test", ["a.mat", "./a.mat", "link.mat"])
def test_a_file_is_not_in_two_parts(test: str, tmp_path: Path) -> None:
    written = mat_source()
    written.write(tmp_path)
    name = written.source["train"][0]
    (tmp_path / "link.mat").symlink_to(tmp_path / name)
    source = settings(kind="mat", train=name, test=test.replace("a.mat", name))
    for read in (probe, read_source):
        with pytest.raises(DataError, match=r"found twice in the source"):
            read(source, tmp_path)


def test_folders_of_both_parts_are_apart(tmp_path: Path) -> None:
    written = folder_source()
    written.write(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "train")
    with pytest.raises(DataError, match=r"link: found twice in the source"):
        probe(written.source | {"test": "link"}, tmp_path)


# labels and groups


def test_a_label_map_changes_the_labels_it_names(tmp_path: Path) -> None:
    written = mat_source()
    written.write(tmp_path)
    found = read_source(written.source, tmp_path)
    assert_same(found, written.expected)
    assert probe(written.source, tmp_path).classes == 3
    with pytest.raises(DataError, match="labels from 1 need"):
        read_source(written.source | {"label_map": {}}, tmp_path)


def test_a_label_map_may_swap(tmp_path: Path) -> None:
    written = idx_source()
    written.write(tmp_path)
    found = read_source(written.source | {"label_map": {"0": 1, "1": 0}}, tmp_path)
    np.testing.assert_array_equal(found.labels, np.array([1, 0, 2])[written.expected.labels])


def test_groups_of_one_part_do_not_meet_those_of_the_other(tmp_path: Path) -> None:
    arrays = {"images": random_images(4, (3, 3)), "labels": some_labels(4)}
    tests = {f"test_{name}": array for name, array in arrays.items()}
    content = npz_bytes(**arrays, **tests, test_groups=np.array([0, 0, 8, 0]))
    written = Written(settings(kind="npz", file="a.npz"), {"a.npz": content}, idx_source().expected)
    written.write(tmp_path)
    found = read_source(written.source, tmp_path)
    assert found.groups is not None
    assert found.groups.tolist() == [0, 1, 2, 3, 4, 4, 5, 4]


def test_arrays_may_have_other_names(tmp_path: Path) -> None:
    images, labels = random_images(6, (3, 3)), some_labels(6)
    (tmp_path / "a.npz").write_bytes(npz_bytes(x=images, y=labels, x_test=images, y_test=labels))
    names = {"images": "x", "labels": "y", "test_images": "x_test", "test_labels": "y_test"}
    found = read_source(settings(kind="npz", file="a.npz", **names), tmp_path)
    whole = np.concatenate([images, images])[..., np.newaxis]
    assert_same(found, RawImages(whole, np.concatenate([labels, labels]), 6, None))


# pictures


def pictures(folder: Path, files: dict[str, np.ndarray], **keys: Any) -> RawImages:
    for name, pixels in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture_bytes(pixels, Path(name).suffix[1:].upper()))
    return read_source(settings(kind="folder", path="x", **keys), folder)


def test_all_below_folders_of_one_name_is_one_group(tmp_path: Path) -> None:
    pixels = random_images(1, (4, 4))[0]
    names = ["a/p/1.png", "a/p/2020/1.png", "a/p/2021/1.png", "a/q/1.png", "a/r.png"]
    names += ["b/p/1.png", "b/r.png"]
    found = pictures(tmp_path, dict.fromkeys(names, pixels))
    assert found.labels.tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert found.groups is not None
    assert found.groups.tolist() == [0, 0, 0, 1, 2, 0, 3]


def test_a_group_in_both_parts_is_refused(tmp_path: Path) -> None:
    pixels = random_images(1, (4, 4))[0]
    names = [f"{part}/{label}/x.png" for part in ("train", "test") for label in "ab"]
    files = dict.fromkeys([*names, "train/a/anna/1.png", "test/b/anna/1.png"], pixels)
    with pytest.raises(DataError, match=r"test: found the group anna .* training part too"):
        pictures(tmp_path, files, train="train", test="test")
    source = settings(kind="folder", path="x", train="train", test="test")
    with pytest.raises(DataError, match="the group anna"):
        probe(source, tmp_path)


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    written = folder_source()
    written.files |= {"train/.DS_Store": b"x", "train/class 0/.thumbs/a.txt": b"x"}
    written.write(tmp_path)
    assert_same(read_source(written.source, tmp_path), written.expected)


def test_a_colour_makes_all_pictures_rgb(tmp_path: Path) -> None:
    grey, colour = random_images(1, (4, 4))[0], random_images(1, (4, 4, 3), 1)[0]
    files = {"a/1.png": grey, "b/1.png": colour}
    found = pictures(tmp_path, files)
    assert found.images.shape == (2, 4, 4, 3)
    np.testing.assert_array_equal(found.images[0], np.repeat(grey[..., np.newaxis], 3, axis=2))
    np.testing.assert_array_equal(found.images[1], colour)
    luma = pictures(tmp_path, files, mode="grey").images
    np.testing.assert_array_equal(luma[0, ..., 0], grey)
    # ITU-R 601-2, as Pillow documents mode L
    expected = colour @ np.array([299, 587, 114]) / 1000
    assert np.abs(luma[1, ..., 0] - expected).max() <= 1
    assert pictures(tmp_path, {"b/1.png": grey}, mode="rgb").images.shape == (2, 4, 4, 3)


def test_a_size_averages_over_areas(tmp_path: Path) -> None:
    first, second = random_images(1, (6, 8))[0], random_images(1, (12, 4), 1)[0]
    found = pictures(tmp_path, {"a/1.png": first, "b/1.png": second}, size=[3, 2])
    assert found.images.shape == (2, 3, 2, 1)
    for pixels, image in zip((first, second), found.images[..., 0], strict=True):
        height, width = pixels.shape[0] // 3, pixels.shape[1] // 2
        means = pixels.reshape(3, height, 2, width).mean(axis=(1, 3))
        assert np.abs(image - means).max() <= 1


def test_pictures_are_turned_upright(tmp_path: Path) -> None:
    pixels = random_images(1, (4, 6))[0]
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter clockwise
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", exif=exif)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/1.png").write_bytes(stream.getvalue())
    found = pictures(tmp_path, {"b/1.png": np.rot90(pixels, -1)})
    np.testing.assert_array_equal(found.images[0], found.images[1])


def test_a_palette_becomes_its_colours(tmp_path: Path) -> None:
    colour = random_images(1, (4, 4, 3))[0]
    found = pictures(tmp_path, {"a/1.gif": colour, "b/1.png": colour})
    np.testing.assert_array_equal(found.images[0], found.images[1])


# the real files

MNIST = settings(
    kind="idx",
    train_images="train-images-idx3-ubyte.gz",
    train_labels="train-labels-idx1-ubyte.gz",
    test_images="t10k-images-idx3-ubyte.gz",
    test_labels="t10k-labels-idx1-ubyte.gz",
)
SVHN = settings(kind="mat", train="train_32x32.mat", test="test_32x32.mat", label_map={"10": 0})
CIFAR = settings(kind="cifar", train="data_batch_1.bin", test="test_batch.bin")


def test_mnist(shared_data: Path) -> None:
    found = read_source(MNIST, shared_data / "mnist")
    assert found.images.shape == (70_000, 28, 28, 1)
    assert found.test_from == 60_000
    assert found.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert found.labels[60_000:60_005].tolist() == [7, 2, 1, 0, 4]
    # mean and standard deviation of the training part that everybody scales by
    assert found.images[:60_000].mean() / 255 == pytest.approx(0.1307, abs=1e-4)
    assert found.images[:60_000].std() / 255 == pytest.approx(0.3081, abs=1e-4)
    seen = probe(MNIST, shared_data / "mnist")
    assert (seen.images, seen.test_images, seen.shape) == (70_000, 10_000, (28, 28, 1))


def test_svhn_sample(shared_data: Path) -> None:
    folder = shared_data / "svhn_sample"
    found = read_source(SVHN, folder)
    assert found.test_from == 8001
    for name, rows in (("train", slice(8001)), ("test", slice(8001, None))):
        content = scipy.io.loadmat(folder / f"{name}_32x32.mat")
        np.testing.assert_array_equal(found.images[rows], content["X"].transpose(3, 0, 1, 2))
        np.testing.assert_array_equal(found.labels[rows], content["y"].ravel() % 10)
    seen = probe(SVHN, folder)
    assert (seen.images, seen.test_images, seen.shape) == (10_000, 1999, (32, 32, 3))


def test_cifar_sample(shared_data: Path) -> None:
    found = read_source(CIFAR, shared_data / "cifar10_sample")
    assert found.images.shape == (11_000, 32, 32, 3)
    assert found.test_from == 10_000
    # a frog, two trucks, a deer and a car; the test part begins with a cat and two ships
    assert found.labels[:5].tolist() == [6, 9, 9, 4, 1]
    assert found.labels[10_000:10_003].tolist() == [3, 8, 8]
    assert found.images[0, 0, 0].tolist() == [59, 62, 63]
    seen = probe(CIFAR, shared_data / "cifar10_sample")
    assert (seen.images, seen.test_images, seen.classes) == (11_000, 1000, 10)
