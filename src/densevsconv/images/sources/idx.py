"""IDX files, the format of MNIST and Fashion-MNIST (LeCun, Cortes and Burges, 1998).

Four bytes (0, 0, type of the values, number of dimensions), each dimension as a big-endian
unsigned number of 4 bytes, then the values, the last dimension fastest. The files are usually
compressed by gzip, which adds a checksum.
"""

import math
import struct
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.images.sources.base import (
    PairedSource,
    Part,
    image_shape,
    mapped,
    reading,
    unpacked,
)
from densevsconv.images.sources.keys import LabelMap

_UNSIGNED_BYTE = 8


class IdxSource(PairedSource):
    """IDX files of unsigned bytes, as of MNIST; plain or compressed by gzip.

    Those of images have 3 or 4 dimensions.
    """

    kind: Literal["idx"] = Field(description="`idx`")
    label_map: LabelMap = Field(default_factory=dict)

    def parts(self, folder: Path, *, pixels: bool) -> list[Part]:
        images = [folder / name for name in self.train_images + self.test_images]
        labels = [folder / name for name in self.train_labels + self.test_labels]
        parts = []
        for number, (file, other) in enumerate(zip(images, labels, strict=True)):
            shape, values = _read(file, (3, 4), values=pixels)
            full = image_shape(shape, str(file))
            numbers = mapped(_read(other, (1,), values=True)[1], self.label_map)
            part = Part(f"{file} and {other.name}", full, numbers, None)
            part.images = values.reshape(full) if pixels else None
            part.test = number >= len(self.train_images)
            parts.append(part)
        return parts


def _read(
    file: Path, ranks: tuple[int, ...], *, values: bool
) -> tuple[tuple[int, ...], np.ndarray]:
    """Return the shape that the header says, and the values, uint8 (not read: none)."""
    with reading(file, "an IDX file, plain or compressed by gzip"), unpacked(file) as stream:
        zeros, kind, rank = struct.unpack(">HBB", stream.read(4))
        if zeros or kind != _UNSIGNED_BYTE or rank not in ranks:
            allowed = " or ".join(f"0000{_UNSIGNED_BYTE:02x}{rank:02x}" for rank in ranks)
            raise DataError(
                f"{file}: found the first bytes {zeros:04x}{kind:02x}{rank:02x}; allowed: "
                f"{allowed} (an IDX file of unsigned bytes with {' or '.join(map(str, ranks))} "
                "dimensions)"
            )
        shape = struct.unpack(f">{rank}I", stream.read(4 * rank))
        if not values:
            return shape, np.empty(0, np.uint8)
        data = stream.read()
    if len(data) != math.prod(shape):
        raise DataError(
            f"{file}: found {len(data):,} bytes of values; allowed: {math.prod(shape):,}, as the "
            "header says"
        )
    return shape, np.frombuffer(data, np.uint8)
