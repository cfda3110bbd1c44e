"""Files of records of a fixed size, in a folder or inside a tar archive: CIFAR-10/100 and STL-10.

CIFAR (Krizhevsky, 2009): a label (CIFAR-100: a coarse and a fine one), then one plane a channel,
row by row. STL-10 (Coates, Ng and Lee, 2011): images in one file, one plane a channel, column by
column; labels from 1 in another.
"""

import math
import posixpath
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Literal

import numpy as np
from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.images.sources.base import (
    PairedSource,
    Part,
    PartedSource,
    image_shape,
    reading,
    unpacked,
)
from densevsconv.images.sources.keys import Archive, Shape


class CifarSource(PartedSource):
    """Records of a label and an image in planes: the binary version of CIFAR-10 or CIFAR-100."""

    kind: Literal["cifar"] = Field(description="`cifar`")
    archive: Archive = None
    shape: Shape = Field(
        default_factory=lambda: [32, 32, 3],
        description="Height, width and channels of an image.",
    )
    classes: int = Field(default=10, ge=2, le=256, description="Number of classes.")
    label_bytes: Literal[1, 2] = Field(
        default=1,
        description="Bytes before each image, the last of which is its label; CIFAR-100 has 2.",
    )

    def parts(self, folder: Path, *, pixels: bool) -> list[Part]:
        height, width, channels = self.shape
        sizes = dict.fromkeys(self.names(), self.label_bytes + math.prod(self.shape))
        parts: list[Part] = []
        for where, data in _read(folder, self.archive, sizes, pixels=pixels):
            shape = image_shape((len(data), height, width, channels), where)
            part = Part(where, shape, None, None, test=len(parts) >= len(self.train))
            if pixels:
                part.labels = _labels(data[:, self.label_bytes - 1], 0, self.classes, where)
                planes = data[:, self.label_bytes :].reshape(len(data), channels, height, width)
                part.images = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
            parts.append(part)
        return parts


class StlSource(PairedSource):
    """STL-10's binary files: images in planes stored column by column, and labels from 1."""

    kind: Literal["stl"] = Field(description="`stl`")
    archive: Archive = None
    shape: Shape = Field(
        default_factory=lambda: [96, 96, 3],
        description="Height, width and channels of an image.",
    )
    classes: int = Field(
        default=10, ge=2, le=255, description="Number of classes; label 1 becomes class 0."
    )

    def parts(self, folder: Path, *, pixels: bool) -> list[Part]:
        height, width, channels = self.shape
        images = self.train_images + self.test_images
        sizes = dict.fromkeys(images, math.prod(self.shape))
        if pixels:
            sizes |= dict.fromkeys(self.train_labels + self.test_labels, 1)
        found = _read(folder, self.archive, sizes, pixels=pixels)
        parts = []
        for number, (where, data) in enumerate(found[: len(images)]):
            shape = image_shape((len(data), height, width, channels), where)
            part = Part(where, shape, None, None, test=number >= len(self.train_images))
            if pixels:
                beside, labels = found[len(images) + number]
                part.name = f"{where} and {beside}"
                part.labels = _labels(labels[:, 0], 1, self.classes, beside)
                planes = data.reshape(len(data), channels, width, height)
                part.images = np.ascontiguousarray(planes.transpose(0, 3, 2, 1))
            parts.append(part)
        return parts


def _read(
    folder: Path, archive: str | None, sizes: Mapping[str, int], *, pixels: bool
) -> list[tuple[str, np.ndarray]]:
    """Return each file's name for messages and its records, uint8 (number, bytes).

    ``sizes`` are those of a record of each file, or path inside the tar archive, plain or
    compressed by gzip. Without ``pixels`` records are only counted: (number, 0).
    """
    if archive is None:
        found = {}
        for name, size in sizes.items():
            file = folder / name
            with reading(file, "a file of records"), file.open("rb") as stream:
                found[name] = _records(stream, file.stat().st_size, size, str(file), pixels)
        return list(found.values())
    file, found = folder / archive, {}
    wanted = {posixpath.normpath(name): name for name in sizes}
    with reading(file, "a tar archive, plain or compressed by gzip"), unpacked(file) as stream:
        # in one pass: to go back in a compressed file is to decompress it again
        with tarfile.open(fileobj=stream, mode="r|") as members:
            for member in members:
                name = wanted.get(posixpath.normpath(member.name), "")
                content = members.extractfile(member) if name and member.isfile() else None
                if content is not None:
                    where = f"{file}: {name}"
                    found[name] = _records(content, member.size, sizes[name], where, pixels)
        while stream.read(2**20):  # gzip's checksum is at the end
            pass
    for name in sizes:
        if name not in found:
            raise DataError(f"{file}: found no file {name} in the archive; allowed: one with it")
    return [found[name] for name in sizes]


def _records(
    stream: IO[bytes], size: int, record: int, where: str, pixels: bool
) -> tuple[str, np.ndarray]:
    count, more = divmod(size, record)
    if more or not count:
        raise DataError(
            f"{where}: found {size:,} bytes; allowed: one or more records of {record:,} bytes"
        )
    if not pixels:
        return where, np.empty((count, 0), np.uint8)
    return where, np.frombuffer(stream.read(), np.uint8).reshape(count, record)


def _labels(labels: np.ndarray, first: int, classes: int, where: str) -> np.ndarray:
    """Return labels that count classes from ``first`` as int64 that count them from 0."""
    wrong = np.flatnonzero((labels < first) | (labels >= first + classes))
    if len(wrong):
        raise DataError(
            f"{where}: found the label {labels[wrong[0]]} in record {wrong[0]:,}; allowed: "
            f"{first} to {first + classes - 1}"
        )
    return labels.astype(np.int64) - first
