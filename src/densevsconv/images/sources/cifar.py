"""Records of a label and an image in planes (Krizhevsky, 2009).

A label (CIFAR-100: a coarse and a fine one), then one plane a channel, row by row.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from densevsconv.images.sources.base import ImageSource, Part, image_shape
from densevsconv.images.sources.keys import Archive, Files, OwnFolder, Shape, SomeFiles
from densevsconv.images.sources.records import checked_labels, read_records


class CifarSource(ImageSource):
    """Records of a label and an image in planes: the binary version of CIFAR-10 or CIFAR-100."""

    kind: Literal["cifar"] = Field(description="`cifar`")
    path: OwnFolder = None
    archive: Archive = None
    train: SomeFiles = Field(description="Files of the training part, in this order.")
    test: Files = Field(
        default_factory=list, description="Files of the test part; empty: there is none."
    )
    shape: Shape = Field(
        default_factory=lambda: [32, 32, 3],
        description="Height, width and channels of an image.",
    )
    classes: int = Field(default=10, ge=2, le=256, description="Number of classes.")
    label_bytes: Literal[1, 2] = Field(
        default=1,
        description="Bytes before each image, the last of which is its label; CIFAR-100 has 2.",
    )

    def names(self) -> list[str]:
        """Return the files, or their names in the archive."""
        return [*self.train, *self.test]

    def parts(self, folder: Path, *, pixels: bool) -> list[Part]:
        """Return a part for each file."""
        height, width, channels = self.shape
        sizes = dict.fromkeys(self.names(), self.label_bytes + math.prod(self.shape))
        parts: list[Part] = []
        for where, data in read_records(folder, self.archive, sizes, pixels=pixels):
            shape = image_shape((len(data), height, width, channels), where)
            part = Part(where, shape, None, None, test=len(parts) >= len(self.train))
            if pixels:
                part.labels = checked_labels(data[:, self.label_bytes - 1], 0, self.classes, where)
                planes = data[:, self.label_bytes :].reshape(len(data), channels, height, width)
                part.images = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
            parts.append(part)
        return parts
