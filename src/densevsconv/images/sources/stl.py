"""STL-10's binary files (Coates, Ng and Lee, 2011).

Images in one file, one plane a channel, column by column; labels from 1 in another.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from densevsconv.images.sources.base import ImageSource, Part, check_pairs, image_shape
from densevsconv.images.sources.keys import Archive, Files, OwnFolder, Shape, SomeFiles
from densevsconv.images.sources.records import checked_labels, read_records


class StlSource(ImageSource):
    """STL-10's binary files: images in planes stored column by column, and labels from 1."""

    kind: Literal["stl"] = Field(description="`stl`")
    path: OwnFolder = None
    archive: Archive = None
    train_images: SomeFiles = Field(description="Files of training images.")
    train_labels: SomeFiles = Field(description="Their labels, as many files in the same order.")
    test_images: Files = Field(
        default_factory=list, description="The test part; empty: there is none."
    )
    test_labels: Files = Field(default_factory=list, description="The labels of the test part.")
    shape: Shape = Field(
        default_factory=lambda: [96, 96, 3],
        description="Height, width and channels of an image.",
    )
    classes: int = Field(
        default=10, ge=2, le=255, description="Number of classes; label 1 becomes class 0."
    )

    @model_validator(mode="after")
    def _paired(self) -> StlSource:
        check_pairs("train", self.train_images, self.train_labels)
        check_pairs("test", self.test_images, self.test_labels)
        return self

    def names(self) -> list[str]:
        """Return images and labels, or their names in the archive."""
        return [*self.train_images, *self.test_images, *self.train_labels, *self.test_labels]

    def parts(self, folder: Path, *, pixels: bool) -> list[Part]:
        """Return a part for each pair of files."""
        height, width, channels = self.shape
        images = self.train_images + self.test_images
        sizes = dict.fromkeys(images, math.prod(self.shape))
        if pixels:
            sizes |= dict.fromkeys(self.train_labels + self.test_labels, 1)
        found = read_records(folder, self.archive, sizes, pixels=pixels)
        parts = []
        for number, (where, data) in enumerate(found[: len(images)]):
            shape = image_shape((len(data), height, width, channels), where)
            part = Part(where, shape, None, None, test=number >= len(self.train_images))
            if pixels:
                beside, labels = found[len(images) + number]
                part.name = f"{where} and {beside}"
                part.labels = checked_labels(labels[:, 0], 1, self.classes, beside)
                planes = data.reshape(len(data), channels, width, height)
                part.images = np.ascontiguousarray(planes.transpose(0, 3, 2, 1))
            parts.append(part)
        return parts
