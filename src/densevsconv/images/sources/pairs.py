"""Files of one array each, of images or of labels: IDX, the format of MNIST, and NumPy's .npy.

IDX (LeCun, Cortes and Burges, 1998): four bytes (0, 0, type of the values, number of dimensions),
each dimension as a big-endian unsigned number of 4 bytes, then the values, the last dimension
fastest.
"""

import math
import struct
from functools import partial
from typing import IO, Literal

import numpy as np
from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.images.sources.arrays import Array, ArrayKeys
from densevsconv.images.sources.base import PairedSource, Part
from densevsconv.images.sources.keys import ColumnNumber
from densevsconv.images.sources.places import Place, reading, unpacked

_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
"""Of an IDX file's values, by the third byte."""

_ALLOWED = {
    "idx": "an IDX file, plain or compressed",
    "npy": "a file as numpy.save writes it, of numbers",
}


class PairsSource(ArrayKeys, PairedSource):
    """Files of images and files of labels, as of MNIST (IDX) or as `numpy.save` writes them."""

    kind: Literal["idx", "npy"] = Field(description="`idx` or `npy`")
    label_column: ColumnNumber = None

    def parts(self, at: Place, *, pixels: bool) -> list[Part]:
        parts = []
        for images, labels, test in self.pairs(at):
            array = Array(str(images), self._shape(images), partial(self._values, images))
            numbers = self._values(labels)
            part = self.part(array, numbers, pixels=pixels, test=test, where=str(labels))
            part.name = f"{images} and {labels.name}"
            parts.append(part)
        return parts

    def _shape(self, file: Place) -> tuple[int, ...]:
        with reading(file, _ALLOWED[self.kind]), unpacked(file) as stream:
            return npy_shape(stream) if self.kind == "npy" else _idx_header(stream)[1]

    def _values(self, file: Place) -> np.ndarray:
        with reading(file, _ALLOWED[self.kind]), unpacked(file) as stream:
            if self.kind == "npy":
                return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))
            dtype, shape = _idx_header(stream)
            data, size = bytearray(), math.prod(shape) * dtype.itemsize
            while len(data) <= size and (more := stream.read(2**24)):  # never more than it says
                data += more
            if len(data) != size:
                raise DataError(
                    f"{file}: found {len(data):,} bytes of values; allowed: {size:,}, as the "
                    "header says"
                )
            return np.frombuffer(data, dtype).reshape(shape)


def _idx_header(stream: IO[bytes]) -> tuple[np.dtype, tuple[int, ...]]:
    zeros, kind, rank = struct.unpack(">HBB", stream.read(4))
    if zeros or kind not in _TYPES or not rank:
        raise ValueError(f"first bytes {zeros:04x}{kind:02x}{rank:02x}, such as 00000803")
    return np.dtype(_TYPES[kind]), struct.unpack(f">{rank}I", stream.read(4 * rank))


def npy_shape(stream: IO[bytes]) -> tuple[int, ...]:
    """Return the shape of an array that ``numpy.save`` wrote, whose values may be gigabytes."""
    of = np.lib.format
    read = of.read_array_header_1_0 if of.read_magic(stream) == (1, 0) else of.read_array_header_2_0
    shape: tuple[int, ...] = read(stream)[0]
    return shape
