"""Files inside a tar archive, read one after the other without unpacking to disk.

An archive is a row of headers of 512 bytes, each followed by its file in whole blocks of 512, and
ends with blocks of zeros (POSIX.1-1988 ustar; GNU and pax headers carry long names). Python's
``tarfile`` is not used since it reads long headers of any claimed size into memory.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

from densevsconv.errors import DataError
from densevsconv.images.readers.streams import Stream, open_stream

T = TypeVar("T")

_BLOCK = 512
_LONGEST_HEADER = 64 * 1024
_LONG_NAME, _PAX, _PAX_GLOBAL = b"L", b"x", b"g"
_FILE = (b"0", b"\0", b"7")


def read_members(
    archive: Path, names: Collection[str], read: Callable[[str, Stream], T]
) -> dict[str, T]:
    """Return what ``read(name, stream)`` returns for each of the files in an archive.

    Parameters
    ----------
    archive
        A tar archive, plain or compressed by gzip. It is read to its end, whose checksum is
        compared.
    names
        The files wanted, as paths inside the archive.
    read
        Called in the order of the archive; must read the stream to its end.

    Raises
    ------
    DataError
        No such archive or file in it; a file that is there twice; a damaged archive.
    """
    wanted = {posixpath.normpath(name): name for name in names}
    found: dict[str, T] = {}
    with open_stream(archive) as stream:
        long_name, long_size = None, None
        while True:
            where = stream.where
            header = stream.read(_BLOCK, "header of a file in the archive")
            if not any(header):
                break
            name, size, kind = _parsed(header, where)
            if kind in (_LONG_NAME, _PAX, _PAX_GLOBAL):
                if size > _LONGEST_HEADER:
                    raise DataError(
                        f"{where}: found a header of {size:,} bytes; allowed: {_LONGEST_HEADER:,}"
                    )
                data = stream.read(size, "long header")
                stream.skip(-size % _BLOCK, "padding")
                if kind == _LONG_NAME:
                    long_name = data.rstrip(b"\0").decode("utf-8", "replace")
                elif kind == _PAX:
                    fields = _pax(data, where)
                    long_name = fields.get("path", long_name)
                    long_size = _number(fields["size"], where) if "size" in fields else None
                continue
            name = posixpath.normpath(long_name or name)
            size = size if long_size is None else long_size
            long_name, long_size = None, None
            end = stream.offset + size
            if name in wanted:
                inside = f"{archive}: {wanted[name]}"
                if wanted[name] in found:
                    raise DataError(f"{inside}: found twice in the archive; allowed: once")
                if kind not in _FILE:
                    raise DataError(f"{inside}: found a folder or link; allowed: a file")
                member = stream.part(size, "", inside)
                found[wanted[name]] = read(wanted[name], member)
                member.end()
            stream.skip(end - stream.offset + -size % _BLOCK, "a file in the archive")
        _check_rest(stream)
    for name in names:
        if name not in found:
            raise DataError(f"{archive}: found no file {name} in the archive; allowed: one with it")
    return {name: found[name] for name in names}


def _parsed(header: bytes, where: str) -> tuple[str, int, bytes]:
    """Return name, size and type of a file from its header, whose checksum is compared."""
    # the checksum counts its own field as blanks
    total = sum(header[:148]) + 8 * ord(" ") + sum(header[156:])
    if _octal(header[148:156]) != total:
        raise DataError(f"{where}: found no header of a tar archive; the file is damaged")
    if header[124] & 0x80:  # GNU: a binary number, for files of 8 GiB and more
        size = int.from_bytes(header[125:136], "big")
    else:
        octal = _octal(header[124:136])
        if octal is None:
            raise DataError(f"{where}: found no size of a file; the archive is damaged")
        size = octal
    name = header[:100].split(b"\0")[0]
    if header[257:263] == b"ustar\0" and header[345]:
        name = header[345:500].split(b"\0")[0] + b"/" + name
    return name.decode("utf-8", "replace"), size, header[156:157]


def _octal(field: bytes) -> int | None:
    digits = field.strip(b" \0")
    if not digits or digits.strip(b"01234567"):
        return None
    return int(digits, 8)


def _pax(data: bytes, where: str) -> dict[str, str]:
    """Return the fields of a pax header: lines of a length, a key, = and a value."""
    fields, start = {}, 0
    while start < len(data):
        digits = data[start : start + 8].split(b" ")[0]
        length = int(digits) if digits.isdigit() else 0
        line = data[start : start + length]
        if not line.endswith(b"\n") or b"=" not in line:
            raise DataError(f"{where}: found a damaged pax header; allowed: lines of key=value")
        key, value = line[len(digits) + 1 : -1].split(b"=", 1)
        fields[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        start += length
    return fields


def _number(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise DataError(f"{where}: found the size {text[:20]!r} in a header; allowed: a number")
    return int(text)


def _check_rest(stream: Stream) -> None:
    """Read what follows the end mark, which is zeros up to a whole tape block."""
    while rest := stream.rest():
        if any(rest):
            raise DataError(f"{stream.where}: found data after the end of the archive")
