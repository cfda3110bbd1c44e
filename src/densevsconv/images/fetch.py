"""Making sure that a data set's official files are there, each checked before it is used.

A file that is there and right is left alone, so that everything works offline. Else it comes from
the first place that has it: the mirror, then the catalogue's addresses. It arrives under another
name (``<file>.part``) and takes its own once its size and checksum are right; a wrong one is
dropped. One process fetches a file while others wait for it.
"""

import os
import shutil
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit, urlunsplit

from filelock import FileLock, Timeout
from pydantic import Field, StringConstraints

from densevsconv.errors import ConfigError, DataError
from densevsconv.images import MIRROR_VARIABLE
from densevsconv.images.download import PATIENCE, Patience, PlaceError, download, size_of
from densevsconv.schema.strict import Allowed, Strict
from densevsconv.store.files import file_digest, write_text
from densevsconv.store.progress import say

Place = Path | str
"""A file in a folder, or an address that begins with http:// or https://."""

Url = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s/]+/\S*$"),
    Allowed("an address that begins with http:// or https://"),
]

PRESENT = "present"
"""Where a file that was there already is from."""


class RemoteFile(Strict):
    """A file that is fetched, and how to know that it is the right one."""

    size: int | None = Field(default=None, ge=1)
    """In bytes; null: not known."""
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Checksum; null: not known, the first copy fetched sets it."""
    urls: list[Url] = Field(default_factory=list)
    """Addresses, tried in order after the mirror; empty: the mirror alone."""


def fetch_files(
    dataset: str,
    files: dict[str, dict[str, Any]],
    folder: Path,
    mirror: str | None = None,
    *,
    patience: Patience = PATIENCE,
) -> dict[str, dict[str, Any]]:
    """Make sure that every file of a data set is in ``folder``, and is the right one.

    ``files`` are names with ``size`` in bytes, ``sha256`` (both may be None) and ``urls``.
    ``mirror`` is a folder or an http(s) address to look in first, as ``<mirror>/<dataset>/<file>``,
    then ``<mirror>/<file>``. A :class:`ConfigError` where its address is of a kind that is not
    allowed; a :class:`DataError` where a file is not there and no place has it, or it cannot be
    written.

    Returns
    -------
    dict
        By name, as ``results.data.FetchedFile``. Where the catalogue states no checksum, it is that
        of the first copy.
    """
    fetched = {}
    for name, entry in sorted(files.items()):
        file = WantedFile(dataset, folder / name, entry["size"], entry["sha256"])
        places = [*_mirrored(dataset, name, mirror), *entry["urls"]]
        sha256, origin = file.fetch(places, patience)
        fetched[name] = {
            "path": file.target.as_posix(),
            "size": size_of(file.target),
            "sha256": sha256,
            "verified": file.sha256 is not None,
            "origin": origin,
        }
    return fetched


@dataclass(frozen=True)
class WantedFile:
    """A file that a data set needs, and how to know that it is the right one.

    Beside ``target`` lie ``.part`` (what has arrived so far), ``.lock`` (held by the one process
    that fetches it) and ``.sha256`` (the first copy's checksum, where the catalogue states none).
    ``size`` and ``sha256`` are what the catalogue states.
    """

    dataset: str
    target: Path
    size: int | None
    sha256: str | None

    def fetch(self, places: list[Place], patience: Patience) -> tuple[str, str]:
        """Return the sha256 of the file, now in its place, and where it is from."""
        try:
            # without a lock: a folder that cannot be written to is fine as long as all is there
            with suppress(PlaceError):
                return self._kept(self.target), PRESENT
            self.target.parent.mkdir(parents=True, exist_ok=True)
            with self._lock():
                return self._fetched(places, patience)
        except OSError as error:
            raise DataError(
                f"{error.filename or self._part}: cannot be used ({error.strerror or error}); let "
                "`data` in config/config.yaml name a folder that has room and can be written"
            ) from None

    def _fetched(self, places: list[Place], patience: Patience) -> tuple[str, str]:
        try:  # another process may have fetched it by now
            return self._kept(self.target), PRESENT
        except PlaceError as error:
            problem = str(error)
        if self.target.exists():
            say(self._label, f"the file that is there has {problem}: not used, fetched anew")
        if self.size is not None and size_of(self._part) >= self.size:
            with suppress(PlaceError):  # a process ended just before it could rename it
                return self._kept(self._part), PRESENT
        failures = []
        for place in places:
            say(self._label, f"from {_shown(place)}")
            try:
                return self._taken(place, patience), _shown(place)
            except PlaceError as failure:
                failures.append(f"{_shown(place)} ({failure})")
                say(self._label, f"not taken: {failure}")
        state = f"has {problem}" if self.target.exists() else "is not there"
        tried = f"tried: {'; '.join(failures)}" if failures else "no address of it is known"
        raise DataError(
            f"data set {self.dataset}: {self.target} {state} and could not be fetched; {tried}; "
            f"put the file there, or name a folder or an address that has {self._label} with "
            f"`--config data_mirror=...` or the environment variable {MIRROR_VARIABLE}"
        )

    def _taken(self, place: Place, patience: Patience) -> str:
        """Bring the file from a place; return its sha256."""
        if isinstance(place, Path):
            if not place.is_file():
                raise PlaceError("no such file")
            shutil.copyfile(place, self._part)
            return self._kept(self._part)
        begun = self._part.exists()
        checkable = self._expected() is not None
        download(place, self._part, self._label, self.size, checkable, patience)
        try:
            return self._kept(self._part)
        except PlaceError as problem:
            if not begun:
                raise
            # bytes of an earlier attempt, perhaps from elsewhere, may be what is wrong
            say(self._label, f"{problem}: starting over")
        return self._taken(place, patience)

    def _kept(self, path: Path) -> str:
        """Return the sha256 of the target, or of a part that becomes it; drop a wrong part."""
        try:
            sha256 = self._checked(path)
        except PlaceError:
            if path == self._part:
                path.unlink(missing_ok=True)
            raise
        if self.sha256 is None and not self._record.exists():
            with suppress(OSError):  # a copy where nothing can be written is used all the same
                write_text(self._record, f"{sha256}  {self.target.name}\n")
        if path == self._part:
            with path.open("rb") as written:
                os.fsync(written.fileno())
            path.replace(self.target)
        return sha256

    def _checked(self, path: Path) -> str:
        if not path.is_file():
            raise PlaceError("no such file")
        size = path.stat().st_size
        if self.size not in (None, size):
            raise PlaceError(f"{size:,} bytes instead of {self.size:,}")
        found, expected = file_digest(path), self._expected()
        if expected in (None, found):
            return found
        problem = f"sha256 {found} instead of {expected}"
        if self.sha256 is None:
            problem += (
                f" of the first copy ({self._record} keeps it; delete that to accept another)"
            )
        raise PlaceError(problem)

    def _expected(self) -> str | None:
        """Return the checksum the file must have: the catalogue's, else the first copy's."""
        if self.sha256 is not None or not self._record.exists():
            return self.sha256
        return next(iter(self._record.read_text(encoding="utf-8").split()), None)

    def _lock(self) -> AbstractContextManager[object]:
        # the system lets go of it when a process ends, however it ends
        lock = FileLock(self._beside("lock"))
        try:
            return lock.acquire(timeout=0)
        except Timeout:
            say(self._label, "another process is fetching it; waiting")
            return lock.acquire()

    @property
    def _label(self) -> str:
        return f"{self.dataset}/{self.target.name}"

    @property
    def _part(self) -> Path:
        return self._beside("part")

    @property
    def _record(self) -> Path:
        return self._beside("sha256")

    def _beside(self, suffix: str) -> Path:
        return self.target.with_name(f"{self.target.name}.{suffix}")


def _mirrored(dataset: str, name: str, mirror: str | None) -> list[Place]:
    """Return where a file may lie in the mirror."""
    if not mirror:
        return []
    scheme, separator, _ = mirror.partition("://")
    if not separator:
        folder = Path(mirror).expanduser()
        return [folder / dataset / name, folder / name]
    if scheme.lower() not in ("http", "https"):
        raise ConfigError(
            f"data_mirror: found {_shown(mirror)!r}; allowed: a folder, or an address that begins "
            "with http:// or https://"
        )
    base = mirror.rstrip("/")
    return [f"{base}/{quote(dataset)}/{quote(name)}", f"{base}/{quote(name)}"]


def _shown(place: Place) -> str:
    """Return a place for people and records: without the password an address may hold."""
    if isinstance(place, Path):
        return place.as_posix()
    parts = urlsplit(place)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
