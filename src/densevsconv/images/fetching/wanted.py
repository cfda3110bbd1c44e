"""A file that a data set needs, and how to know that it is the right one."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from densevsconv.store.files import write_text


class PlaceError(Exception):
    """A place did not give the right file; the message says why. Another place may."""


def size_of(path: Path) -> int:
    """Return the bytes of a file; 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


@dataclass(frozen=True)
class WantedFile:
    """A file that a data set needs.

    Attributes
    ----------
    dataset
        Name of the data set.
    target
        Where the file belongs.
    size, sha256
        What the catalogue states: bytes and checksum; None: nothing.
    urls
        The catalogue's addresses of the file.
    """

    dataset: str
    target: Path
    size: int | None
    sha256: str | None
    urls: list[str]

    @property
    def label(self) -> str:
        """The file for people."""
        return f"{self.dataset}/{self.target.name}"

    @property
    def part(self) -> Path:
        """What has arrived so far; never read by anything but fetching."""
        return self._beside("part")

    @property
    def lock(self) -> Path:
        """Held by the one process that fetches the file."""
        return self._beside("lock")

    @property
    def record(self) -> Path:
        """The checksum of the first copy, where the catalogue states none (as by sha256sum)."""
        return self._beside("sha256")

    def expected_sha256(self) -> str | None:
        """Return the checksum the file must have: the catalogue's, else the first copy's."""
        if self.sha256 is not None or not self.record.exists():
            return self.sha256
        return next(iter(self.record.read_text(encoding="utf-8").split()), None)

    def known_sha256(self) -> str | None:
        """Return the checksum expected, or else that of the file that is there, if one is."""
        expected = self.expected_sha256()
        if expected is not None or not self.target.is_file():
            return expected
        with self.target.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def checked(self, path: Path) -> str:
        """Return the sha256 of ``path``, all of it read; :class:`PlaceError` says what is wrong."""
        size = path.stat().st_size
        if self.size is not None and size != self.size:
            raise PlaceError(f"{size:,} bytes instead of {self.size:,}")
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        expected = self.expected_sha256()
        if expected not in (None, found):
            first_copy = (
                f" of the first copy ({self.record} keeps it; delete that file to accept another)"
            )
            raise PlaceError(
                f"sha256 {found} instead of {expected}{first_copy if self.sha256 is None else ''}"
            )
        return found

    def remember(self, sha256: str) -> None:
        """Keep the first copy's checksum beside it, where the catalogue states none."""
        if self.sha256 is None and not self.record.exists():
            # a copy in a folder that cannot be written to is used all the same
            with suppress(OSError):
                write_text(self.record, f"{sha256}  {self.target.name}\n")

    def _beside(self, suffix: str) -> Path:
        return self.target.with_name(f"{self.target.name}.{suffix}")
