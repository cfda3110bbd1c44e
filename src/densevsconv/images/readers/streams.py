"""The bytes of a file in order, plain or decompressed, with limits that a damaged file cannot pass.

A header of a few bytes may claim 2^60 pixels, and a few kilobytes may decompress to gigabytes. So
memory is only given by :meth:`Stream.allocate`, for what the rest of the file can hold, within a
budget that the file's own size sets.
"""

from __future__ import annotations

import gzip
import math
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np

from densevsconv.errors import DataError

DEFLATE = 1032
"""Most bytes that one byte can stand for in zlib, gzip and zip: a pair of codes (2 bits) repeats
258 bytes (RFC 1951, section 3.2.5)."""

SMALL_BUDGET = 320 * 2**20
"""Bytes of arrays that any file may become."""

EXPANSION = 4
"""Bytes of arrays that one byte of a large file may become; MNIST, the most compressible of the
official files, has 4.7 but is small."""

CHUNK = 2**20

_DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile)


class Readable(Protocol):
    """What gives at most ``size`` bytes, and none at its end."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        ...


class Budget:
    """Bytes that the arrays of one file may still take."""

    def __init__(self, file_size: int, expansion: int = EXPANSION) -> None:
        self.total = max(SMALL_BUDGET, expansion * file_size)
        self._left = self.total

    def take(self, size: int, where: str, what: str) -> None:
        """Count ``size`` bytes; raise :class:`DataError` where they are too many."""
        if size > self._left:
            raise DataError(
                f"{where}: found {what} of {size:,} bytes; allowed: {self._left:,} bytes, since a "
                f"file of this size may fill {self.total:,} bytes of memory"
            )
        self._left -= size


class Stream:
    """Bytes in order, of which every read gives all that was asked for or a :class:`DataError`.

    Parameters
    ----------
    raw
        Gives the bytes.
    name
        The file, and where it has parts the part; named first in messages.
    capacity
        No more than so many bytes can come.
    budget
        Of the file, for all its parts together.
    within
        What offsets count from, where that is not the file's first byte, such as " of the
        decompressed data".
    """

    def __init__(
        self, raw: Readable, name: str, capacity: int, budget: Budget, within: str = ""
    ) -> None:
        self.name = name
        self.capacity = capacity
        self.budget = budget
        self.offset = 0
        self._raw = raw
        self._within = within

    @property
    def where(self) -> str:
        """The file and the offset of the next byte, to start a message with."""
        return f"{self.name}: byte {self.offset:,}{self._within}"

    @property
    def left(self) -> int:
        """Most bytes that can still come."""
        return self.capacity - self.offset

    def read(self, size: int, what: str) -> bytes:
        """Return the next ``size`` bytes, which hold ``what``; for headers and blocks."""
        where = self.where
        self._check_left(size, what)
        parts, missing = [], size
        while missing and (part := self._next(min(missing, CHUNK))):
            parts.append(part)
            missing -= len(part)
        if missing:
            raise DataError(
                f"{where}: found {size - missing:,} bytes of {what}; allowed: {size:,}; the file "
                "is cut short"
            )
        return b"".join(parts)

    def fill(self, array: np.ndarray, what: str) -> None:
        """Read the bytes of a C-ordered array into it."""
        flat, start = array.reshape(-1).view(np.uint8), 0
        self._check_left(len(flat), what)
        while start < len(flat):
            part = self.read(min(len(flat) - start, CHUNK), what)
            flat[start : start + len(part)] = np.frombuffer(part, np.uint8)
            start += len(part)

    def skip(self, size: int, what: str) -> None:
        """Read ``size`` bytes and forget them."""
        self._check_left(size, what)
        while size:
            size -= len(self.read(min(size, CHUNK), what))

    def rest(self) -> bytes:
        """Return some of the bytes that are left, none at the end."""
        return self._next(CHUNK)

    def end(self) -> None:
        """Check that nothing follows; checksums at the end are compared here."""
        if self._next(1):
            self.offset -= 1
            raise DataError(f"{self.where}: found more bytes; allowed: the end of the data")

    def allocate(self, shape: tuple[int, ...], dtype: str, what: str) -> np.ndarray:
        """Return a new array for the data that come next, if they can come and fit in memory."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        self._check_left(size, what)
        self.budget.take(size, self.where, what)
        return np.empty(shape, dtype)

    def part(self, size: int, within: str, name: str | None = None) -> Stream:
        """Return the next ``size`` bytes as a stream of their own; offsets count from here."""
        self._check_left(size, "data")
        return Stream(_Part(self, size), name or self.name, size, self.budget, within)

    def _check_left(self, size: int, what: str) -> None:
        if size > self.left:
            raise DataError(
                f"{self.where}: found a claim of {size:,} bytes of {what}; allowed: no more than "
                f"the {self.left:,} bytes that can follow; the file is cut short or damaged"
            )

    def _next(self, size: int) -> bytes:
        try:
            part = self._raw.read(size)
        except _DAMAGE as error:
            raise DataError(f"{self.where}: damaged ({error}); get the file again") from None
        self.offset += len(part)
        return part


class _Part:
    """The next ``size`` bytes of a stream."""

    def __init__(self, stream: Stream, size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes."""
        part = self._stream.read(min(size, self._left), "data")
        self._left -= len(part)
        return part


class Inflater:
    """Decompresses the next ``size`` bytes of a stream, which are one zlib stream (RFC 1950)."""

    def __init__(self, stream: Stream, size: int) -> None:
        self._stream, self._left = stream, size
        self._zlib = zlib.decompressobj()
        self._given = b""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; at the end, compare the checksum."""
        while not self._zlib.eof:
            if not self._given and self._left:
                self._given = self._stream.read(min(self._left, CHUNK), "compressed data")
                self._left -= len(self._given)
            given = self._given
            part = self._zlib.decompress(given, size)
            self._given = self._zlib.unconsumed_tail
            if part:
                return part
            if not given and not self._zlib.eof:
                raise EOFError("the compressed data end before their checksum")
        if self._left or self._zlib.unused_data:
            raise EOFError("bytes follow the compressed data")
        return b""


@contextmanager
def open_stream(file: Path) -> Iterator[Stream]:
    """Give the bytes of a file, decompressed where it is a gzip file (whatever its name)."""
    size = file_size(file)
    with file.open("rb") as raw:
        magic = raw.read(2)
        raw.seek(0)
        budget = Budget(size)
        if magic == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=raw, mode="rb") as unpacked:
                within = " of the decompressed data"
                yield Stream(unpacked, str(file), DEFLATE * size, budget, within)
        else:
            yield Stream(raw, str(file), size, budget)


@contextmanager
def open_plain(file: Path) -> Iterator[Stream]:
    """Give the bytes of a file as they are."""
    size = file_size(file)
    with file.open("rb") as raw:
        yield Stream(raw, str(file), size, Budget(size))


def file_size(file: Path) -> int:
    """Return the bytes of a file that can be read; a :class:`DataError` for anything else."""
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DataError(f"{file}: found a folder or device; allowed: a file")
        with file.open("rb"):
            return status.st_size
    except FileNotFoundError:
        raise DataError(f"{file}: file not found") from None
    except OSError as error:
        raise DataError(f"{file}: {(error.strerror or str(error)).lower()}") from None
