"""Files of records of a fixed size: CIFAR-10/100 and STL-10.

CIFAR (Krizhevsky, 2009): a label (CIFAR-100: a coarse and a fine one), then one plane a channel,
row by row. STL-10 (Coates, Ng and Lee, 2011): images in one file, one plane a channel, column by
column; labels from 1 in another.
"""

import math
from typing import Literal

import numpy as np
from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.images.sources.base import PairedSource, Part, PartedSource, image_shape
from densevsconv.images.sources.keys import Shape
from densevsconv.images.sources.places import Place, reading


class CifarSource(PartedSource):
    """Records of a label and an image in planes: the binary version of CIFAR-10 or CIFAR-100."""

    kind: Literal["cifar"] = Field(description="`cifar`")
    shape: Shape = Field(
        default_factory=lambda: [32, 32, 3],
        description="Height, width and channels of an image.",
    )
    classes: int = Field(default=10, ge=2, le=256, description="Number of classes.")
    label_bytes: Literal[1, 2] = Field(
        default=1,
        description="Bytes before each image, the last of which is its label; CIFAR-100 has 2.",
    )

    def parts(self, at: Place, *, pixels: bool) -> list[Part]:
        height, width, channels = self.shape
        parts: list[Part] = []
        for name in self.names():
            where = str(at / name)
            size = self.label_bytes + math.prod(self.shape)
            data = _records(at / name, size, pixels=pixels)
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
    shape: Shape = Field(
        default_factory=lambda: [96, 96, 3],
        description="Height, width and channels of an image.",
    )
    classes: int = Field(
        default=10, ge=2, le=255, description="Number of classes; label 1 becomes class 0."
    )

    def parts(self, at: Place, *, pixels: bool) -> list[Part]:
        height, width, channels = self.shape
        parts = []
        for images, labels, test in self.pairs(at):
            data = _records(images, math.prod(self.shape), pixels=pixels)
            shape = image_shape((len(data), height, width, channels), str(images))
            part = Part(f"{images} and {labels.name}", shape, None, None, test)
            if pixels:
                found = _records(labels, 1, pixels=True)[:, 0]
                part.labels = _labels(found, 1, self.classes, str(labels))
                planes = data.reshape(len(data), channels, width, height)
                part.images = np.ascontiguousarray(planes.transpose(0, 3, 2, 1))
            parts.append(part)
        return parts


def _records(file: Place, record: int, *, pixels: bool) -> np.ndarray:
    """Return a file's records, uint8 (number, bytes), or without ``pixels`` (number, 0)."""
    with reading(file, "a file of records"), file.open("rb") as stream:
        data = stream.read() if pixels else b""
        count, more = divmod(len(data) if pixels else stream.seek(0, 2), record)
    if more or not count:
        raise DataError(
            f"{file}: found {count * record + more:,} bytes; allowed: one or more records of "
            f"{record:,} bytes"
        )
    return np.frombuffer(data, np.uint8).reshape(count, record if pixels else 0)


def _labels(labels: np.ndarray, first: int, classes: int, where: str) -> np.ndarray:
    """Return labels that count classes from ``first`` as int64 that count them from 0."""
    wrong = np.flatnonzero((labels < first) | (labels >= first + classes))
    if len(wrong):
        raise DataError(
            f"{where}: found the label {labels[wrong[0]]} in record {wrong[0]:,}; allowed: "
            f"{first} to {first + classes - 1}"
        )
    return labels.astype(np.int64) - first
