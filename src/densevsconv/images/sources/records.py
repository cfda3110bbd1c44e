"""Files of records of a fixed size, in a folder or inside a tar archive."""

from __future__ import annotations

import posixpath
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import numpy as np

from densevsconv.errors import DataError
from densevsconv.images.sources.base import reading, unpacked


def read_records(
    folder: Path, archive: str | None, sizes: Mapping[str, int], *, pixels: bool
) -> list[tuple[str, np.ndarray]]:
    """Return each file's name for messages and its records.

    Parameters
    ----------
    folder, archive
        Where the files lie: a folder, or a tar archive in it, plain or compressed by gzip.
    sizes
        File, or path inside the archive -> bytes of a record.
    pixels
        Whether to read the records; otherwise they are only counted.

    Returns
    -------
    list
        In the order of ``sizes``; records are uint8 (number, bytes), or (number, 0) if not read.
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


def checked_labels(labels: np.ndarray, first: int, classes: int, where: str) -> np.ndarray:
    """Return labels that count classes from ``first`` as int64 that count them from 0."""
    wrong = np.flatnonzero((labels < first) | (labels >= first + classes))
    if len(wrong):
        raise DataError(
            f"{where}: found the label {labels[wrong[0]]} in record {wrong[0]:,}; allowed: "
            f"{first} to {first + classes - 1}"
        )
    return labels.astype(np.int64) - first
