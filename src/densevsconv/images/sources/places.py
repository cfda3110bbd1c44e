"""Files in a folder or in an archive, read alike; one line for whatever is wrong with one."""

import bz2
import gzip
import lzma
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

from densevsconv.errors import DataError

Place = Path | zipfile.Path
"""A file or a folder, which may lie in an archive."""

_COMPRESSED: dict[bytes, Any] = {b"\x1f\x8b": gzip, b"BZh": bz2, b"\xfd7zXZ\0": lzma}
_NESTED = 2
"""How often a file may be compressed: one is known that decompresses to itself."""

_SAID_TO_BE_UTF8 = 0x800
"""Flag of a name in a zip archive; many programs write UTF-8 without it."""

_KINDS = {
    b"PK\x03\x04": "a zip archive (name it in source.archive)",
    b"\x1f\x8b": "a file that is compressed by gzip",
    b"\x89HDF": "an HDF5 file",
    b"MATLAB 5": "a MATLAB 5 file",
    b"MATLAB 7.3": "a MATLAB 7.3 file",
    b"\x93NUMPY": "a NumPy file of one array (.npy)",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"%PDF": "a PDF document",
    b"version https://git-lfs": "a pointer to a file that Git LFS has not fetched",
    b"<": "a page of HTML or XML",
}
"""What files that are not what they should be begin with."""


@contextmanager
def reading(file: Place, allowed: str) -> Iterator[None]:
    """Turn whatever a library raises for a file it cannot read into one line that names the file.

    ``allowed`` is what the file may be, in words.
    """
    try:
        if isinstance(file, Path) and file.exists() and not (file.is_file() or file.is_dir()):
            raise DataError(f"{file}: found a pipe or a device; allowed: {allowed}")
        yield
    except DataError:
        raise
    except Exception as error:  # the libraries raise dozens of kinds for damaged files
        if type(error) is FileNotFoundError:  # an archive's has no words, a package's own has
            raise DataError(f"{file}: no such file or directory") from None
        if isinstance(error, OSError) and error.strerror:
            raise DataError(f"{file}: {error.strerror.lower()}") from None
        text = " ".join(str(error).split())[:120] or type(error).__name__
        raise DataError(
            f"{file}: found a file that cannot be read ({text}){_kind(file)}; allowed: {allowed}"
        ) from None


def _kind(file: Place) -> str:
    """Return what a file looks like, for messages; "" where that is nothing known."""
    start = b""
    with suppress(Exception), file.open("rb") as stream:
        start = stream.read(32).lstrip()
    looks = [words for magic, words in _KINDS.items() if start.startswith(magic)]
    return f", which looks like {looks[0]}" if looks else ""


@contextmanager
def unpacked(file: Place) -> Iterator[IO[bytes]]:
    """Give the bytes of a file, decompressed (gzip, bzip2, xz) whatever its name."""
    with ExitStack() as opened:
        stream = opened.enter_context(file.open("rb"))
        for _ in range(_NESTED):
            start = stream.read(6)
            stream.seek(0)
            for magic, module in _COMPRESSED.items():
                if start.startswith(magic):
                    stream = opened.enter_context(module.open(stream))
        yield stream


@contextmanager
def files_of(folder: Path, archive: str | None) -> Iterator[Place]:
    """Give the folder of a source's files: one on the disk, or the top of an archive in it.

    Nothing is unpacked onto the disk: a member's name is only looked up, never a place to write to.
    """
    if archive is None:
        yield folder
        return
    file = folder / archive
    with ExitStack() as opened:
        with reading(file, "a zip archive, or a tar archive, plain or compressed"):
            zipped = zipfile.is_zipfile(file)
            packed: Any = file if zipped else opened.enter_context(_as_zip(file))
            members = opened.enter_context(zipfile.ZipFile(packed))
            members.filename = str(file)  # for messages
            _clean(members)
        yield zipfile.Path(members)


def _clean(members: zipfile.ZipFile) -> None:
    """Leave the last member of each name, names in UTF-8 read as such; DataError for links."""
    last = {}
    for member in members.filelist:
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(
                f"{members.filename}: found a link, {member.filename}; allowed: files and folders "
                "(`zip -r` packs what links lead to)"
            )
        if not member.flag_bits & _SAID_TO_BE_UTF8:
            with suppress(UnicodeError):
                member.filename = member.filename.encode("cp437").decode("utf-8")
        last[member.filename] = member
    members.filelist, members.NameToInfo = list(last.values()), last


@contextmanager
def _as_zip(file: Path) -> Iterator[IO[bytes]]:
    """Give a tar archive's files as a zip archive without a name, so that all are read one way."""
    with tempfile.TemporaryFile() as copy:
        # in one pass: to go back in a compressed file is to decompress it again
        with unpacked(file) as stream, zipfile.ZipFile(copy, "w") as packed:
            with tarfile.open(fileobj=stream, mode="r|") as members:
                for member in members:
                    if member.islnk() or member.issym():
                        raise DataError(
                            f"{file}: found a link, {member.name}; allowed: files and folders "
                            "(`tar --dereference --hard-dereference` packs what links lead to)"
                        )
                    content = members.extractfile(member) if member.isfile() else None
                    name = str(Path(member.name))  # ./a is a
                    if content is not None:
                        packed.NameToInfo.pop(name, None)  # the last of an updated one counts
                        with packed.open(name, "w", force_zip64=True) as target:
                            shutil.copyfileobj(content, target)
                if cast(IO[bytes], members.fileobj).tell() == members.offset:
                    raise tarfile.ReadError("no end: cut off after a file")
            while stream.read(2**20):  # gzip's checksum is at the end
                pass
        yield copy
