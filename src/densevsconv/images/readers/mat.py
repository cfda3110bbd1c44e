"""MATLAB 5 files (.mat) of images and labels, the format of SVHN's cropped digits.

A header of 128 bytes, then elements of a type, a size and data; an element of type 15 holds
another one compressed by zlib, which adds a checksum. A variable is an element of type 14 that
holds its class, dimensions, name and values, the first dimension fastest. See MathWorks,
"MAT-File Format" (2024), chapter 1. Only real arrays of numbers are understood.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from densevsconv.errors import DataError
from densevsconv.images.readers.arrays import check_labels, check_shape, fill_images
from densevsconv.images.readers.streams import DEFLATE, Inflater, Stream, open_plain

_MATRIX, _COMPRESSED = 14, 15

_DTYPES = {
    1: "int8", 2: "uint8", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4",
    7: "<f4", 9: "<f8", 12: "<i8", 13: "<u8",
}  # fmt: skip
"""Types of stored values; those of a variable may be smaller than its class."""

_CLASSES = {
    1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse", 6: "double", 7: "single",
    8: "int8", 9: "uint8", 10: "int16", 11: "uint16", 12: "int32", 13: "uint32", 14: "int64",
    15: "uint64", 16: "function", 17: "opaque",
}  # fmt: skip

_NUMBERS = tuple(_CLASSES[kind] for kind in range(6, 16))
_OPAQUE = 17
_COMPLEX = 0x08

_LONGEST = 256
"""Bytes of a variable's dimensions or name."""

_LARGEST_LABEL = 2**31


@dataclass(frozen=True)
class _Element:
    """An element of the file that holds a variable, and where it ends.

    Attributes
    ----------
    body
        Its content; None where it can be no variable.
    unpacked
        What the content was decompressed from; None where it is not compressed.
    """

    body: Stream | None
    unpacked: Stream | None
    end: int


@dataclass(frozen=True)
class _Variable:
    """A variable whose values come next in ``body``."""

    name: str
    kind: str
    shape: tuple[int, ...]
    where: str
    body: Stream


def read_mat_images(
    file: Path, images_key: str = "X", labels_key: str = "y"
) -> tuple[np.ndarray, np.ndarray]:
    """Return the images and labels of a MATLAB 5 file.

    Parameters
    ----------
    file
        Little-endian, as every current machine writes it.
    images_key
        A variable of class uint8 and shape height x width x channels x N.
    labels_key
        A variable of N whole numbers of any class, as SVHN's uint8 or MATLAB's usual double.

    Returns
    -------
    tuple
        Images, uint8 of shape (N, height, width, channels), and labels, int64 of shape (N,), as
        the file has them: SVHN's digit 0 has the label 10.

    Raises
    ------
    DataError
        No such file or variable; another class or shape; labels that are not whole numbers or
        not as many as images; a damaged file.
    """
    arrays = _read(file, {images_key: _images, labels_key: _labels})
    images, labels = arrays[images_key], arrays[labels_key]
    if len(images) != len(labels):
        raise DataError(
            f"{file}: found {len(images):,} images in {images_key} and {len(labels):,} labels in "
            f"{labels_key}; allowed: as many labels as images"
        )
    return images, labels


def look_into_mat(
    file: Path, images_key: str = "X", labels_key: str = "y"
) -> tuple[tuple[int, int, int, int], np.ndarray]:
    """Return (images, height, width, channels) and the labels, without reading the images."""
    found = _read(file, {images_key: _image_shape, labels_key: _labels})
    return found[images_key], found[labels_key]


def _read(file: Path, readers: dict[str, Callable[[_Variable], Any]]) -> dict[str, Any]:
    """Return what the readers make of their variables; all of them must be there, once."""
    found: dict[str, Any] = {}
    with open_plain(file) as stream:
        _check_header(stream)
        while stream.left:
            element = _element(stream)
            variable = _variable(element.body) if element.body else None
            if variable and variable.name in readers:
                if variable.name in found:
                    raise DataError(f"{variable.where}: found {variable.name} again; allowed: once")
                found[variable.name] = readers[variable.name](variable)
                if element.unpacked and variable.body.left == 0:
                    element.unpacked.end()
            # what nobody asked for is not decompressed
            stream.skip(element.end - stream.offset, "an element")
        stream.end()
    for name in readers:
        if name not in found:
            raise DataError(f"{file}: found no variable {name}; allowed: {' and '.join(readers)}")
    return found


def _check_header(stream: Stream) -> None:
    where = stream.where
    header = stream.read(128, "header")
    version, endian = header[124:126], header[126:128]
    if header[:4] == b"\x89HDF" or version == b"\x00\x02" or header[:10] == b"MATLAB 7.3":
        raise DataError(f"{where}: found MATLAB 7.3; allowed: MATLAB 5 (save it with -v7)")
    if endian == b"MI":
        raise DataError(f"{where}: found a big-endian file; allowed: little-endian (save it again)")
    if (version, endian) != (b"\x00\x01", b"IM"):
        raise DataError(f"{where}: found no header of MATLAB 5; allowed: a file saved with -v7")


def _element(stream: Stream) -> _Element:
    where, within = stream.where, f" after the tag at byte {stream.offset:,}"
    kind, size = _tag(stream)
    if size > stream.left:
        raise DataError(
            f"{where}: found an element of {size:,} bytes; allowed: no more than the "
            f"{stream.left:,} that follow; the file is cut short or damaged"
        )
    end = stream.offset + size
    if kind == _MATRIX:
        return _Element(stream.part(size, within), None, end)
    if kind != _COMPRESSED:
        return _Element(None, None, end)
    inflater = Inflater(stream, size)
    within += ", decompressed"
    unpacked = Stream(inflater, stream.name, DEFLATE * size, stream.budget, within)
    where = unpacked.where
    kind, size = _tag(unpacked)
    if kind != _MATRIX:
        raise DataError(f"{where}: found an element of type {kind}; allowed: {_MATRIX}")
    return _Element(unpacked.part(size, f"{within} and past its tag"), unpacked, end)


def _tag(stream: Stream) -> tuple[int, int]:
    kind, size = struct.unpack("<II", stream.read(8, "tag of an element"))
    return kind, size


def _variable(body: Stream) -> _Variable | None:
    """Return a variable up to its values; None for one that is no array of numbers or text."""
    where = body.where
    kind, data = _small(body, "array flags")
    if kind != 6 or len(data) != 8:
        raise DataError(f"{where}: found no array flags; allowed: a variable; the file is damaged")
    kind, flags = data[0], data[1]
    if kind == _OPAQUE:  # has no dimensions
        return None
    number, sizes = _small(body, "dimensions")
    if number != 5 or len(sizes) % 4:
        raise DataError(f"{where}: found no dimensions; allowed: a variable; the file is damaged")
    shape = struct.unpack(f"<{len(sizes) // 4}i", sizes)
    number, name = _small(body, "name")
    if number != 1 or len(shape) < 2 or min(shape) < 0:
        raise DataError(
            f"{where}: found a variable of shape {shape}; allowed: a name and at least two "
            "dimensions of 0 or more; the file is damaged"
        )
    described = ("complex " if flags & _COMPLEX else "") + _CLASSES.get(kind, f"unknown ({kind})")
    return _Variable(name.decode("latin-1"), described, shape, where, body)


def _small(body: Stream, what: str) -> tuple[int, bytes]:
    """Return the type and data of an element that describes a variable."""
    where = body.where
    kind, size, padding = _sub_element(body)
    if size > _LONGEST:
        raise DataError(f"{where}: found {what} of {size:,} bytes; allowed: at most {_LONGEST}")
    data = body.read(size, what)
    body.skip(padding, what)
    return kind, data


def _sub_element(body: Stream) -> tuple[int, int, int]:
    """Return type, size and padding of an element in a variable; up to 4 bytes are packed."""
    (word,) = struct.unpack("<I", body.read(4, "tag"))
    if word >> 16:
        where, kind, size = body.where, word & 0xFFFF, word >> 16
        if size > 4:
            raise DataError(f"{where}: found a packed element of {size:,} bytes; allowed: up to 4")
        return kind, size, 4 - size
    (size,) = struct.unpack("<I", body.read(4, "tag"))
    return word, size, -size % 8


def _image_shape(variable: _Variable) -> tuple[int, int, int, int]:
    if variable.kind != "uint8" or len(variable.shape) != 4:
        raise DataError(
            f"{variable.where}: found {variable.name} of class {variable.kind} and shape "
            f"{_text(variable.shape)}; allowed: uint8 of shape height x width x channels x images"
        )
    height, width, channels, count = variable.shape
    return check_shape((count, height, width, channels), variable.where)


def _images(variable: _Variable) -> np.ndarray:
    count, height, width, channels = _image_shape(variable)
    padding = _values(variable, ("uint8",))[1]
    images = variable.body.allocate((count, height, width, channels), "uint8", "pixels")
    fill_images(variable.body, images, "CWH")
    _end(variable, padding)
    return images


def _labels(variable: _Variable) -> np.ndarray:
    if variable.kind not in _NUMBERS or variable.shape.count(1) < len(variable.shape) - 1:
        raise DataError(
            f"{variable.where}: found {variable.name} of class {variable.kind} and shape "
            f"{_text(variable.shape)}; allowed: real numbers of shape N x 1 or 1 x N"
        )
    count = math.prod(variable.shape)
    check_labels(count, variable.where)
    dtype, padding = _values(variable, tuple(_DTYPES.values()))
    values = variable.body.allocate((count,), dtype, "labels")
    variable.body.fill(values, "labels")
    _end(variable, padding)
    # NaN compares false
    wrong = np.flatnonzero(~((values == np.floor(values)) & (np.abs(values) < _LARGEST_LABEL)))
    if len(wrong):
        raise DataError(
            f"{variable.where}: found the label {values[wrong[0]]} of image {wrong[0]:,} in "
            f"{variable.name}; allowed: whole numbers below {_LARGEST_LABEL:,}"
        )
    return values.astype(np.int64)


def _values(variable: _Variable, dtypes: tuple[str, ...]) -> tuple[str, int]:
    """Return the stored type of a variable's values, which come next, and their padding."""
    where = variable.body.where
    kind, size, padding = _sub_element(variable.body)
    dtype = _DTYPES.get(kind)
    if dtype not in dtypes or dtype is None:
        raise DataError(
            f"{where}: found values of type {kind} in {variable.name}; allowed: "
            f"{', '.join(np.dtype(dtype).name for dtype in dtypes)}"
        )
    needed = math.prod(variable.shape) * np.dtype(dtype).itemsize
    if size != needed:
        raise DataError(
            f"{where}: found {size:,} bytes of values in {variable.name}; allowed: {needed:,}, as "
            f"its shape {_text(variable.shape)} says"
        )
    return dtype, padding


def _end(variable: _Variable, padding: int) -> None:
    variable.body.skip(padding, "padding")
    variable.body.end()


def _text(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
