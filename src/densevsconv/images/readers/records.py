"""Images in records of a fixed size: the binary versions of CIFAR-10/100 and STL-10.

CIFAR (Krizhevsky, 2009): a label (CIFAR-100: a coarse and a fine one), then one plane a channel,
row by row. STL-10 (Coates, Ng and Lee, 2011): images in one file, one plane a channel, column by
column; labels from 1 in another. Files lie in a folder or in a .tar.gz archive.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from densevsconv.errors import DataError
from densevsconv.images.readers.arrays import check_labels, check_shape, fill_images
from densevsconv.images.readers.streams import Stream, open_plain
from densevsconv.images.readers.tar import read_members

T = TypeVar("T")
Shape = Sequence[int]


def read_cifar(
    folder: Path,
    names: Sequence[str],
    *,
    archive: str | None = None,
    shape: Shape = (32, 32, 3),
    classes: int = 10,
    label_bytes: int = 1,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the images and labels of each file of CIFAR records.

    Parameters
    ----------
    folder, names
        The files, or the archive's folder and the files in the archive.
    archive
        Name of a tar archive, plain or compressed by gzip; None: there is none.
    shape
        Height, width and channels.
    classes
        Labels are 0 to ``classes`` - 1.
    label_bytes
        Bytes before each image; the last is the label.

    Returns
    -------
    list
        Images, uint8 of shape (N, height, width, channels), and labels, int64 of shape (N,), of
        each file in the order of ``names``.

    Raises
    ------
    DataError
        No such file; a size that is no whole number of records; a label out of range.
    """

    def read(_: str, stream: Stream) -> tuple[np.ndarray, np.ndarray]:
        count = _records(stream, label_bytes + math.prod(shape))
        check_shape((count, *shape), stream.name)
        images = stream.allocate((count, *shape), "uint8", "pixels")
        labels = np.empty((count, label_bytes), np.uint8)
        fill_images(stream, images, "CHW", labels)
        return images, _in_range(labels[:, -1], 0, classes, stream.name)

    return _each(folder, names, archive, read)


def read_stl(
    folder: Path,
    images: Sequence[str],
    labels: Sequence[str],
    *,
    archive: str | None = None,
    shape: Shape = (96, 96, 3),
    classes: int = 10,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the images and labels of each pair of files in the format of STL-10.

    Labels are those of the files, 1 to ``classes``; for the rest see :func:`read_cifar`.
    """

    def read(name: str, stream: Stream) -> np.ndarray:
        if name in labels:
            check_labels(stream.left, stream.name)
            raw = stream.allocate((stream.left,), "uint8", "labels")
            stream.fill(raw, "labels")
            return _in_range(raw, 1, classes + 1, stream.name)
        count = _records(stream, math.prod(shape))
        check_shape((count, *shape), stream.name)
        pixels = stream.allocate((count, *shape), "uint8", "pixels")
        fill_images(stream, pixels, "CWH")
        return pixels

    arrays = _each(folder, [*images, *labels], archive, read)
    pairs = list(zip(arrays[: len(images)], arrays[len(images) :], strict=True))
    for row, (pixels, found) in enumerate(pairs):
        if len(pixels) != len(found):
            raise DataError(
                f"{folder / (archive or '')}: found {len(pixels):,} images in {images[row]} and "
                f"{len(found):,} labels in {labels[row]}; allowed: as many labels as images"
            )
    return pairs


def count_records(
    folder: Path, names: Sequence[str], record: int, *, archive: str | None = None
) -> list[int]:
    """Return how many records of ``record`` bytes each file has."""

    def read(_: str, stream: Stream) -> int:
        count = _records(stream, record)
        if archive:
            stream.skip(stream.left, "records")
        return count

    if archive:
        return _each(folder, names, archive, read)
    counts = []
    for name in names:
        with open_plain(folder / name) as stream:
            counts.append(read(name, stream))
    return counts


def _each(
    folder: Path, names: Sequence[str], archive: str | None, read: Callable[[str, Stream], T]
) -> list[T]:
    if archive:
        found = read_members(folder / archive, names, read)
        return [found[name] for name in names]
    values = []
    for name in names:
        with open_plain(folder / name) as stream:
            values.append(read(name, stream))
            stream.end()
    return values


def _records(stream: Stream, record: int) -> int:
    count, more = divmod(stream.left, record)
    if more or not count:
        raise DataError(
            f"{stream.name}: found {stream.left:,} bytes; allowed: one or more records of "
            f"{record:,} bytes"
        )
    check_labels(count, stream.name)
    return count


def _in_range(labels: np.ndarray, first: int, end: int, where: str) -> np.ndarray:
    wrong = np.flatnonzero((labels < first) | (labels >= end))
    if len(wrong):
        raise DataError(
            f"{where}: found the label {labels[wrong[0]]} in record {wrong[0]:,}; allowed: "
            f"{first} to {end - 1}"
        )
    return labels.astype(np.int64)
