"""Files as other programs write them are read back exactly: every format in all its variants.

The writers here make the small files that the other tests of the readers damage.
"""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
from PIL import Image
from pydantic import TypeAdapter

from densevsconv.images.source_schema import Source
from densevsconv.images.sources import RawImages, probe, read_source, source_files
from densevsconv.store.seeds import derive_seed, generator

TRAIN, TEST, CLASSES = 12, 6, 3


def settings(**keys: Any) -> dict[str, Any]:
    """Return the settings of a source as a catalogue gives them."""
    model: Any = TypeAdapter(Source).validate_python(keys)
    return dict(model.model_dump())


def random_images(count: int, shape: tuple[int, ...], part: int = 0) -> np.ndarray:
    random = generator(derive_seed(0, "images", part))
    return random.integers(0, 256, (count, *shape), dtype=np.uint8)


def some_labels(count: int, part: int = 0) -> np.ndarray:
    """Return labels in which every class occurs, in random order."""
    return generator(derive_seed(0, "labels", part)).permutation(np.arange(count) % CLASSES)


def idx_bytes(array: np.ndarray) -> bytes:
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def cifar_bytes(images: np.ndarray, labels: np.ndarray, label_bytes: int = 1) -> bytes:
    """Return records of the given labels (the coarse one of two is 255) and planes."""
    before = np.full((len(labels), label_bytes), 255, np.uint8)
    before[:, -1] = labels
    planes = images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    return np.hstack([before, planes]).tobytes()


def stl_bytes(images: np.ndarray) -> bytes:
    # as the STL-10 page reads them: reshape (N, 3, 96, 96), then transpose (0, 3, 2, 1)
    return images.transpose(0, 3, 2, 1).tobytes()


def tar_bytes(files: dict[str, bytes], format: int = tarfile.GNU_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=format) as archive:
        folder = tarfile.TarInfo("data")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def npz_bytes(*, compress: bool = False, **arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    save: Any = np.savez_compressed if compress else np.savez
    save(stream, **arrays)
    return stream.getvalue()


def mat_bytes(images: np.ndarray, labels: np.ndarray, **options: Any) -> bytes:
    stream = io.BytesIO()
    variables = {"X": images.transpose(1, 2, 3, 0), "y": labels[:, np.newaxis]}
    scipy.io.savemat(stream, variables, **options)
    return stream.getvalue()


@dataclass
class Written:
    """A source, its files by name, and what must be read from them."""

    source: dict[str, Any]
    files: dict[str, bytes]
    expected: RawImages

    def write(self, folder: Path) -> None:
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def _two_parts(shape: tuple[int, ...]) -> tuple[list[np.ndarray], list[np.ndarray], RawImages]:
    images = [random_images(TRAIN, shape, 0), random_images(TEST, shape, 1)]
    labels = [some_labels(TRAIN, 0), some_labels(TEST, 1)]
    whole = np.concatenate(images).reshape(TRAIN + TEST, *shape[:2], -1)
    return images, labels, RawImages(whole, np.concatenate(labels), TRAIN, None)


def idx_source(shape: tuple[int, ...] = (7, 5), compress: bool = False) -> Written:
    images, labels, expected = _two_parts(shape)
    pack: Callable[[bytes], bytes] = gzip.compress if compress else bytes
    files = {
        "train-images": pack(idx_bytes(images[0])),
        "train-labels": pack(idx_bytes(labels[0])),
        "test-images": pack(idx_bytes(images[1])),
        "test-labels": pack(idx_bytes(labels[1])),
    }
    source = settings(
        kind="idx", train_images="train-images", train_labels="train-labels",
        test_images="test-images", test_labels="test-labels",
    )  # fmt: skip
    return Written(source, files, expected)


def mat_source(dtype: str = "u1", **options: Any) -> Written:
    images, labels, expected = _two_parts((7, 5, 3))
    # label 3 stands for class 0, as 10 does in SVHN
    files = {
        f"{name}.mat": mat_bytes(
            images[part], np.where(labels[part], labels[part], 3).astype(dtype), **options
        )
        for part, name in enumerate(("train", "test"))
    }
    source = settings(kind="mat", train="train.mat", test="test.mat", label_map={"3": 0})
    return Written(source, files, expected)


def cifar_source(packed: str = "", label_bytes: int = 1, names: int = 2) -> Written:
    images, labels, expected = _two_parts((7, 5, 3))
    parts = np.array_split(np.arange(TRAIN), names)
    files = {
        f"data/batch_{number}.bin": cifar_bytes(images[0][rows], labels[0][rows], label_bytes)
        for number, rows in enumerate(parts)
    }
    train = list(files)
    files["data/test.bin"] = cifar_bytes(images[1], labels[1], label_bytes)
    source = settings(
        kind="cifar", train=train, test="data/test.bin", shape=[7, 5, 3], classes=CLASSES,
        label_bytes=label_bytes, archive=packed or None,
    )  # fmt: skip
    return Written(source, _packed(files, packed), expected)


def stl_source(packed: str = "") -> Written:
    images, labels, expected = _two_parts((7, 5, 3))
    files = {
        "test_X": stl_bytes(images[1]),
        "test_y": (labels[1] + 1).astype(np.uint8).tobytes(),
        "train_X": stl_bytes(images[0]),
        "train_y": (labels[0] + 1).astype(np.uint8).tobytes(),
    }
    source = settings(
        kind="stl", train_images="train_X", train_labels="train_y", test_images="test_X",
        test_labels="test_y", shape=[7, 5, 3], classes=CLASSES, archive=packed or None,
    )  # fmt: skip
    return Written(source, _packed(files, packed), expected)


def _packed(files: dict[str, bytes], name: str) -> dict[str, bytes]:
    """Return the files, or the archive of a name that says how they are packed."""
    if not name:
        return files
    # in another order than they are asked for
    content = tar_bytes({key: files[key] for key in reversed(files)})
    return {name: gzip.compress(content) if name.endswith(".gz") else content}


def npz_source(shape: tuple[int, ...] = (7, 5, 3), compress: bool = False) -> Written:
    images, labels, expected = _two_parts(shape)
    groups = np.array([7, 7, 7, 2, 2, 2, -1, -1, 5, 5, 5, 5])
    content = npz_bytes(
        compress=compress, images=images[0], labels=labels[0].astype(np.int16),
        test_images=images[1], test_labels=labels[1].astype(">u4"), groups=groups,
    )  # fmt: skip
    numbers = np.array([3, 3, 3, 1, 1, 1, 0, 0, 2, 2, 2, 2, 4, 5, 6, 7, 8, 9])
    expected = RawImages(expected.images, expected.labels, TRAIN, numbers)
    return Written(settings(kind="npz", file="d.npz"), {"d.npz": content}, expected)


def picture_bytes(pixels: np.ndarray, format: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(stream, format, **options)
    return stream.getvalue()


def folder_source(
    formats: tuple[str, ...] = ("PNG", "BMP", "TIFF"), channels: int = 3, groups: bool = True
) -> Written:
    """Return pictures in formats that lose nothing, of three classes and a test part."""
    images, _, _ = _two_parts((7, 5, channels))
    files: dict[str, bytes] = {}
    for part, name in enumerate(("train", "test")):
        each = len(images[part]) // CLASSES
        for row, pixels in enumerate(images[part]):
            label, number = divmod(row, each)
            format = formats[row % len(formats)]
            # the first two of every training class belong together
            below = "person/" if groups and part == 0 and number < 2 else "x"
            files[f"{name}/class {label}/{below}{number}.{format.lower()}"] = picture_bytes(
                pixels, format
            )
    labels = np.concatenate([np.repeat(np.arange(CLASSES), n // CLASSES) for n in (TRAIN, TEST)])
    numbers = np.array([0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 5, 6, *range(7, 13)])
    expected = RawImages(np.concatenate(images), labels, TRAIN, numbers if groups else None)
    source = settings(kind="folder", path="pictures", train="train", test="test")
    return Written(source, files, expected)


WRITTEN: dict[str, Callable[[], Written]] = {
    "idx": idx_source,
    "idx-gzip": lambda: idx_source(compress=True),
    "idx-colour": lambda: idx_source((7, 5, 3)),
    "mat": mat_source,
    "mat-compressed": lambda: mat_source(do_compression=True),
    "mat-double": lambda: mat_source("f8"),
    "mat-double-compressed": lambda: mat_source("f8", do_compression=True),
    "mat-int16": lambda: mat_source("i2"),
    "cifar": cifar_source,
    "cifar-100": lambda: cifar_source(label_bytes=2),
    "cifar-tar.gz": lambda: cifar_source("all.tar.gz"),
    "cifar-tar": lambda: cifar_source("all.tar"),
    "stl": stl_source,
    "stl-tar.gz": lambda: stl_source("all.tar.gz"),
    "npz": npz_source,
    "npz-compressed": lambda: npz_source(compress=True),
    "npz-grey": lambda: npz_source((7, 5)),
    "folder": folder_source,
    "folder-grey": lambda: folder_source(channels=1),
    "folder-without-groups": lambda: folder_source(groups=False),
}
"""Sources of every kind, with a training and a test part."""


def assert_same(found: RawImages, expected: RawImages) -> None:
    assert found.images.dtype == np.uint8
    assert found.images.flags.c_contiguous
    assert found.labels.dtype == np.int64
    np.testing.assert_array_equal(found.images, expected.images)
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert found.test_from == expected.test_from
    assert (found.groups is None) == (expected.groups is None)
    if expected.groups is not None and found.groups is not None:
        assert found.groups.dtype == np.int64
        np.testing.assert_array_equal(found.groups, expected.groups)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_source_is_read_back_exactly(name: str, tmp_path: Path) -> None:
    written = WRITTEN[name]()
    written.write(tmp_path)
    assert_same(read_source(written.source, tmp_path), written.expected)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_probe_says_what_reading_gives(name: str, tmp_path: Path) -> None:
    written = WRITTEN[name]()
    written.write(tmp_path)
    found = probe(written.source, tmp_path)
    images = written.expected.images
    assert (found.images, found.test_images) == (TRAIN + TEST, TEST)
    assert found.shape == images.shape[1:]
    word = "class " if name.startswith("folder") else ""
    assert found.class_names == [f"{word}{label}" for label in range(CLASSES)]
    assert found.classes == CLASSES


@pytest.mark.parametrize("name", WRITTEN)
def test_the_files_of_a_source_are_known(name: str, tmp_path: Path) -> None:
    written = WRITTEN[name]()
    written.write(tmp_path)
    found = source_files(written.source, tmp_path)
    assert sorted(found) == sorted(tmp_path / file for file in written.files)


@pytest.mark.parametrize("format", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_long_names_in_archives(format: int, tmp_path: Path) -> None:
    written = cifar_source()
    long = "a" * 90 + "/" + "b" * 60 + "/"
    files = {long + name: content for name, content in written.files.items()}
    (tmp_path / "all.tar").write_bytes(tar_bytes(files, format))
    names = {
        "train": [long + name for name in written.source["train"]],
        "test": [f"./{long}data/test.bin"],
    }
    source = written.source | names | {"archive": "all.tar"}
    assert_same(read_source(source, tmp_path), written.expected)


def test_parts_of_several_gzip_members(tmp_path: Path) -> None:
    written = idx_source()
    content = written.files["train-images"]
    written.files["train-images"] = gzip.compress(content[:20]) + gzip.compress(content[20:])
    written.write(tmp_path)
    assert_same(read_source(written.source, tmp_path), written.expected)


def test_a_source_without_a_test_part(tmp_path: Path) -> None:
    written = idx_source()
    written.write(tmp_path)
    source = written.source | {"test_images": [], "test_labels": []}
    found = read_source(source, tmp_path)
    assert found.test_from is None
    assert len(found.images) == TRAIN
    assert probe(source, tmp_path).test_images is None


def test_digits_need_no_files(tmp_path: Path) -> None:
    source = settings(kind="digits")
    found = read_source(source, tmp_path)
    assert found.images.shape == (1797, 8, 8, 1)
    assert probe(source, tmp_path).class_names == [str(label) for label in range(10)]
    assert source_files(source, tmp_path) == []
