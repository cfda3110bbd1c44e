"""NumPy's .npz files: a zip archive with one .npy file an array.

``numpy.load`` is not used: it asks for the memory that a header claims, and reads headers of any
length. Here the zip's directory, each header and the two together are checked first; the pixels
then go straight into place while their checksum (CRC-32) is computed. Format: NEP 1; PKWARE's
APPNOTE 4.3.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from densevsconv.errors import DataError
from densevsconv.images.readers.arrays import check_labels, check_shape
from densevsconv.images.readers.streams import DEFLATE, Budget, Stream, file_size

_END_RECORD = struct.Struct("<4s4H2LH")
_LONGEST_DIRECTORY = 2**20
_LONGEST_HEADER = 10_000


class NpzFile:
    """The arrays of an open .npz file by name; use :func:`open_npz`.

    Attributes
    ----------
    names
        The arrays there are.
    """

    def __init__(self, file: Path, archive: zipfile.ZipFile, size: int) -> None:
        self._file, self._archive, self._size = file, archive, size
        self._budget = Budget(size)
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            name = member.filename.removesuffix(".npy")
            if name in self._members:
                raise DataError(f"{file}: found the array {name} twice; allowed: once")
            self._members[name] = member
            # compares the name with that beside the data, also of an array that is optional
            self._open(name).close()

    @property
    def names(self) -> list[str]:
        """The arrays there are."""
        return list(self._members)

    def image_shape(self, name: str) -> tuple[int, int, int, int]:
        """Return (images, height, width, channels) of an array, from its header."""
        with self._array(name) as (stream, dtype, shape):
            return _image_shape(stream, dtype, shape)

    def images(self, name: str) -> np.ndarray:
        """Return an array of images, uint8 of shape (N, height, width, channels)."""
        with self._array(name) as (stream, dtype, shape):
            images = stream.allocate(_image_shape(stream, dtype, shape), "uint8", "pixels")
            stream.fill(images, "pixels")
            stream.end()
        return images

    def whole_numbers(self, name: str) -> np.ndarray:
        """Return an array of labels or groups, int64 of shape (N,)."""
        with self._array(name) as (stream, dtype, shape):
            if dtype.kind not in "iu" or len(shape) != 1:
                raise DataError(
                    f"{stream.name}: found {dtype} of shape {shape}; allowed: whole numbers of "
                    "shape (N,), such as labels.astype(numpy.int64)"
                )
            check_labels(shape[0], stream.name)
            values = stream.allocate(shape, dtype.str, "numbers")
            stream.fill(values, "numbers")
            stream.end()
            if values.max() > np.iinfo(np.int64).max:
                raise DataError(f"{stream.name}: found {values.max()}; allowed: below 2^63")
        return values.astype(np.int64)

    @contextmanager
    def _array(self, name: str) -> Iterator[tuple[Stream, np.dtype, tuple[int, ...]]]:
        """Give the bytes of an array after its header, its type and shape."""
        if name not in self._members:
            raise DataError(
                f"{self._file}: found no array {name}; allowed: a file with it (it has "
                f"{', '.join(self._members) or 'none'})"
            )
        member, where = self._members[name], f"{self._file}: {name}"
        if member.compress_type not in _METHODS:
            raise DataError(
                f"{where}: found an unknown compression; allowed: a file as numpy.savez or "
                "numpy.savez_compressed writes it"
            )
        expansion = DEFLATE if member.compress_type == zipfile.ZIP_DEFLATED else 1
        if member.compress_size > self._size or (
            member.file_size > expansion * member.compress_size
        ):
            raise DataError(
                f"{where}: found a claim of {member.file_size:,} bytes out of "
                f"{member.compress_size:,}; allowed: what the file of {self._size:,} can hold"
            )
        with self._open(name) as raw:
            stream = Stream(raw, where, member.file_size, self._budget)
            yield (stream, *_header(stream))

    def _open(self, name: str) -> IO[bytes]:
        try:
            return self._archive.open(self._members[name])
        except _DAMAGE as error:
            raise DataError(
                f"{self._file}: {_line(name)}: damaged ({_line(error)}); get the file again"
            ) from None


_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError, EOFError)
"""What zipfile raises for a damaged file: an entry of an unknown version, a bad date, ..."""


@contextmanager
def open_npz(file: Path) -> Iterator[NpzFile]:
    """Give the arrays of a .npz file.

    Raises
    ------
    DataError
        No such file, no zip archive, more than NumPy writes (a comment, data before or after), or
        later: no such array, another type, a claim that the file cannot hold, a wrong checksum.
    """
    size = file_size(file)
    _check_directory(file, size)
    try:
        archive = zipfile.ZipFile(file)
    except (*_DAMAGE, struct.error, UnicodeDecodeError) as error:
        raise DataError(f"{file}: damaged ({error}); get the file again") from None
    with archive:
        yield NpzFile(file, archive, size)


def _check_directory(file: Path, size: int) -> None:
    """Check the end of a zip file before zipfile reads the directory that it points to."""
    with file.open("rb") as stream:
        stream.seek(max(0, size - _END_RECORD.size - 20))
        tail = stream.read()
    record = tail[-_END_RECORD.size :]
    if len(record) < _END_RECORD.size or record[:4] != b"PK\x05\x06":
        raise DataError(
            f"{file}: byte {max(0, size - _END_RECORD.size):,}: found no end of a zip archive; "
            "allowed: a .npz file as numpy.savez writes it"
        )
    *_, length, start, comment = _END_RECORD.unpack(record)
    if tail.startswith(b"PK\x06\x07") or comment or length > _LONGEST_DIRECTORY:
        raise DataError(
            f"{file}: found a zip archive with a comment, more than 4 GiB or a directory of "
            f"{length:,} bytes; allowed: a .npz file as numpy.savez writes it, with a directory "
            f"of at most {_LONGEST_DIRECTORY:,} bytes"
        )
    if start + length + _END_RECORD.size != size:
        raise DataError(
            f"{file}: found a zip archive of {start + length + _END_RECORD.size:,} bytes in "
            f"{size:,}; allowed: nothing before or after it"
        )


def _image_shape(
    stream: Stream, dtype: np.dtype, shape: tuple[int, ...]
) -> tuple[int, int, int, int]:
    if dtype != np.uint8:
        raise DataError(
            f"{stream.name}: found {dtype}; allowed: uint8, pixels from 0 to 255, such as "
            "numpy.round(255 * images).astype(numpy.uint8) of numbers from 0 to 1"
        )
    return check_shape(shape, stream.name)


def _header(stream: Stream) -> tuple[np.dtype, tuple[int, ...]]:
    """Return the type and shape that the header of a .npy file says."""
    where = stream.where
    start = stream.read(8, "header of an array")
    if start[:6] != b"\x93NUMPY" or start[6:8] not in (b"\1\0", b"\2\0"):
        raise DataError(f"{where}: found no header of an array; allowed: .npy version 1.0 or 2.0")
    first = start[6] == 1
    size = stream.read(2 if first else 4, "header of an array")
    length = int.from_bytes(size, "little")
    if length > _LONGEST_HEADER:
        raise DataError(
            f"{where}: found a header of {length:,} bytes; allowed: {_LONGEST_HEADER:,}"
        )
    text = io.BytesIO(size + stream.read(length, "header of an array"))
    read = np.lib.format.read_array_header_1_0 if first else np.lib.format.read_array_header_2_0
    try:
        shape, fortran_order, dtype = read(text)
    except Exception as error:  # a damaged header is Python source of any kind
        raise DataError(f"{where}: damaged header ({_line(error)}); get the file again") from None
    if dtype.hasobject or dtype.fields or dtype.subdtype:
        raise DataError(
            f"{where}: found an array of {_line(dtype)}; allowed: numbers, since objects may run "
            "code when they are read"
        )
    if any(type(size) is not int or size < 0 for size in shape):
        raise DataError(f"{where}: found the shape {_line(shape)}; allowed: whole numbers from 0")
    if fortran_order:
        raise DataError(
            f"{where}: found the first axis fastest; allowed: the last, as "
            "numpy.ascontiguousarray gives it"
        )
    return dtype, shape


def _line(value: object) -> str:
    return " ".join(str(value).split())[:80]
