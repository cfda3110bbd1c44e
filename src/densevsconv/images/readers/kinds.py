"""The reader for each kind of source that comes as files of a training and of a test part."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from densevsconv.images.readers.idx import idx_shape, read_idx_images, read_idx_labels
from densevsconv.images.readers.mat import look_into_mat, read_mat_images
from densevsconv.images.readers.parts import Parts
from densevsconv.images.readers.records import count_records, read_cifar, read_stl

SourceKeys = dict[str, Any]


def read_parts(source: SourceKeys, folder: Path) -> Parts:
    """Return the images and labels of a source of kind idx, mat, cifar or stl."""
    return _READERS[source["kind"]](source, folder)


def look_at_parts(source: SourceKeys, folder: Path) -> Parts:
    """Return the shapes of such a source, and its labels where its classes are not stated."""
    return _LOOKS[source["kind"]](source, folder)


def _read_parts(names: list[str], train: int, pairs: list[tuple[np.ndarray, np.ndarray]]) -> Parts:
    shapes = [images.shape for images, _ in pairs]
    return Parts(names, train, shapes, [pair[1] for pair in pairs], [pair[0] for pair in pairs])


def _looked(names: list[str], train: int, counts: list[int], shape: list[int]) -> Parts:
    height, width, channels = shape
    return Parts(names, train, [(count, height, width, channels) for count in counts], [], [])


# idx: images and labels in files of their own


def _idx_files(source: SourceKeys, folder: Path) -> tuple[list[Path], list[Path]]:
    images = [folder / name for name in source["train_images"] + source["test_images"]]
    return images, [folder / name for name in source["train_labels"] + source["test_labels"]]


def _read_idx(source: SourceKeys, folder: Path) -> Parts:
    images, labels = _idx_files(source, folder)
    pairs = [
        (read_idx_images(file), read_idx_labels(other))
        for file, other in zip(images, labels, strict=True)
    ]
    return _read_parts(_pair_names(images, labels), len(source["train_images"]), pairs)


def _look_idx(source: SourceKeys, folder: Path) -> Parts:
    images, labels = _idx_files(source, folder)
    return Parts(
        _pair_names(images, labels),
        len(source["train_images"]),
        [idx_shape(file) for file in images],
        [read_idx_labels(file) for file in labels],
        [],
    )


def _pair_names(images: list[Path], labels: list[Path]) -> list[str]:
    return [f"{file} and {other.name}" for file, other in zip(images, labels, strict=True)]


# mat: images and labels in one file


def _read_mat(source: SourceKeys, folder: Path) -> Parts:
    files = [folder / name for name in source["train"] + source["test"]]
    keys = source["images_key"], source["labels_key"]
    pairs = [read_mat_images(file, *keys) for file in files]
    return _read_parts([str(file) for file in files], len(source["train"]), pairs)


def _look_mat(source: SourceKeys, folder: Path) -> Parts:
    files = [folder / name for name in source["train"] + source["test"]]
    looks = [look_into_mat(file, source["images_key"], source["labels_key"]) for file in files]
    shapes, labels = [look[0] for look in looks], [look[1] for look in looks]
    return Parts([str(file) for file in files], len(source["train"]), shapes, labels, [])


# cifar and stl: records, in files or in an archive


def _in_archive(source: SourceKeys, folder: Path, names: list[str]) -> list[str]:
    archive = source["archive"]
    return [f"{folder / archive}: {name}" if archive else str(folder / name) for name in names]


def _read_cifar(source: SourceKeys, folder: Path) -> Parts:
    names = source["train"] + source["test"]
    keys = ("archive", "shape", "classes", "label_bytes")
    pairs = read_cifar(folder, names, **{key: source[key] for key in keys})
    return _read_parts(_in_archive(source, folder, names), len(source["train"]), pairs)


def _look_cifar(source: SourceKeys, folder: Path) -> Parts:
    names = source["train"] + source["test"]
    record = source["label_bytes"] + math.prod(source["shape"])
    counts = count_records(folder, names, record, archive=source["archive"])
    where = _in_archive(source, folder, names)
    return _looked(where, len(source["train"]), counts, source["shape"])


def _read_stl(source: SourceKeys, folder: Path) -> Parts:
    images = source["train_images"] + source["test_images"]
    labels = source["train_labels"] + source["test_labels"]
    keys = ("archive", "shape", "classes")
    found = read_stl(folder, images, labels, **{key: source[key] for key in keys})
    # the files count classes from 1
    pairs = [(pixels, numbers - 1) for pixels, numbers in found]
    return _read_parts(_in_archive(source, folder, images), len(source["train_images"]), pairs)


def _look_stl(source: SourceKeys, folder: Path) -> Parts:
    names = source["train_images"] + source["test_images"]
    record = math.prod(source["shape"])
    counts = count_records(folder, names, record, archive=source["archive"])
    where = _in_archive(source, folder, names)
    return _looked(where, len(source["train_images"]), counts, source["shape"])


_READERS: dict[str, Callable[[SourceKeys, Path], Parts]] = {
    "idx": _read_idx,
    "mat": _read_mat,
    "cifar": _read_cifar,
    "stl": _read_stl,
}
_LOOKS: dict[str, Callable[[SourceKeys, Path], Parts]] = {
    "idx": _look_idx,
    "mat": _look_mat,
    "cifar": _look_cifar,
    "stl": _look_stl,
}
