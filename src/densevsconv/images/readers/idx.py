"""IDX files, the format of MNIST and Fashion-MNIST (LeCun, Cortes and Burges, 1998).

Four bytes (0, 0, type of the values, number of dimensions), each dimension as a big-endian
unsigned number of 4 bytes, then the values, the last dimension fastest. The files are usually
compressed by gzip, which adds a checksum.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from densevsconv.errors import DataError
from densevsconv.images.readers.arrays import check_labels, check_shape, fill_images
from densevsconv.images.readers.streams import Stream, open_stream

_UNSIGNED_BYTE = 8


def read_idx_images(file: Path) -> np.ndarray:
    """Return the images of an IDX file, plain or compressed by gzip.

    Returns
    -------
    np.ndarray
        uint8 of shape (N, height, width, channels); a file of three dimensions has one channel.

    Raises
    ------
    DataError
        No such file; values that are not unsigned bytes; fewer or more bytes than the header
        says; a wrong checksum.
    """
    with open_stream(file) as stream:
        images = stream.allocate(_image_shape(stream), "uint8", "pixels")
        fill_images(stream, images, "HWC")
        stream.end()
    return images


def read_idx_labels(file: Path) -> np.ndarray:
    """Return the labels of an IDX file, int64 of shape (N,); errors as in the images."""
    with open_stream(file) as stream:
        shape = _header(stream, (1,))
        check_labels(shape[0], stream.where)
        labels = stream.allocate(shape, "uint8", "labels")
        stream.fill(labels, "labels")
        stream.end()
    return labels.astype(np.int64)


def idx_shape(file: Path) -> tuple[int, int, int, int]:
    """Return (images, height, width, channels) as the header of an IDX file says."""
    with open_stream(file) as stream:
        return _image_shape(stream)


def _image_shape(stream: Stream) -> tuple[int, int, int, int]:
    shape = _header(stream, (3, 4))
    return check_shape(shape, stream.where)


def _header(stream: Stream, ranks: tuple[int, ...]) -> tuple[int, ...]:
    where = stream.where
    zeros, kind, rank = struct.unpack(">HBB", stream.read(4, "header"))
    if zeros or kind != _UNSIGNED_BYTE or rank not in ranks:
        allowed = " or ".join(f"0000{_UNSIGNED_BYTE:02x}{rank:02x}" for rank in ranks)
        raise DataError(
            f"{where}: found the four bytes {zeros:04x}{kind:02x}{rank:02x}; allowed: {allowed} "
            f"(an IDX file of unsigned bytes with {' or '.join(map(str, ranks))} dimensions)"
        )
    return struct.unpack(f">{rank}I", stream.read(4 * rank, "header"))
