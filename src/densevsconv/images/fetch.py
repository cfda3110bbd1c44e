"""Making sure that a data set's official files are there, each checked before it is used.

A file that is there and right is left alone, so that everything works offline. Else it comes from
the first place that has it: the mirror, then the catalogue's addresses. It arrives under another
name (``<file>.part``) and takes its own once its size and checksum are right; a wrong one is
dropped. One process fetches a file while others wait for it.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from filelock import FileLock, Timeout

from densevsconv.errors import ConfigError, DataError
from densevsconv.images.fetching.download import CHUNK, Patience, download, open_session
from densevsconv.images.fetching.messages import Meter, say, shown_size
from densevsconv.images.fetching.places import MIRROR_VARIABLE, Place, places, shown
from densevsconv.images.fetching.wanted import PlaceError, WantedFile, size_of

PRESENT = "present"
"""Where a file that was there already is from."""

_MORE_ROOM = "make room, or let `data` in config/config.yaml name a folder on another disk"

_DEFAULT_PATIENCE = Patience()


def fetch_files(
    dataset: str,
    files: dict[str, dict[str, Any]],
    folder: Path,
    mirror: str | None = None,
    *,
    patience: Patience = _DEFAULT_PATIENCE,
) -> dict[str, dict[str, Any]]:
    """Make sure that every file of a data set is in ``folder``, and is the right one.

    Parameters
    ----------
    dataset
        Name of the data set in the catalogue.
    files
        File name -> ``size`` in bytes, ``sha256`` (both may be None) and ``urls``.
    folder
        Where the files belong.
    mirror
        A folder or an http(s) address to look in first, as ``<mirror>/<dataset>/<file>``, then
        ``<mirror>/<file>``.
    patience
        Time limits and retries.

    Returns
    -------
    dict
        File name -> ``path``, ``size``, ``sha256``, ``verified`` (whether the catalogue states the
        checksum; else it is that of the first copy) and ``from`` (an address, a path in the
        mirror, or "present").

    Raises
    ------
    ConfigError
        When a name or an address is of a kind that is not allowed.
    DataError
        When a file is not there and no place has it; when it cannot be written.
    """
    fetched = {}
    with open_session(patience) as session:
        for name, entry in sorted(files.items()):
            if Path(name).name != name or name == "..":
                raise ConfigError(
                    f"data set {dataset}: files: found {name!r}; allowed: a name without folders"
                )
            wanted = WantedFile(
                dataset, folder / name, entry["size"], entry["sha256"], list(entry["urls"])
            )
            sources = places(dataset, name, wanted.urls, mirror)
            sha256, origin = _Fetch(wanted, sources, session, patience).run()
            fetched[name] = {
                "path": wanted.target.as_posix(),
                "size": size_of(wanted.target),
                "sha256": sha256,
                "verified": wanted.sha256 is not None,
                "from": origin,
            }
    return fetched


class _Fetch:
    """One file on its way."""

    def __init__(
        self,
        wanted: WantedFile,
        sources: list[Place],
        session: requests.Session,
        patience: Patience,
    ) -> None:
        self.wanted = wanted
        self.sources = sources
        self.session = session
        self.patience = patience

    def run(self) -> tuple[str, str]:
        """Return the sha256 of the file, now in its place, and where it is from."""
        try:
            # without a lock: a folder that cannot be written to is fine as long as all is there
            if (sha256 := self._present()[0]) is not None:
                return sha256, PRESENT
            self.wanted.target.parent.mkdir(parents=True, exist_ok=True)
            with self._lock():
                return self._fetched()
        except OSError as error:
            raise self._unusable(error) from None

    def _fetched(self) -> tuple[str, str]:
        sha256, problem = self._present()  # another process may have fetched it by now
        if sha256 is not None:
            return sha256, PRESENT
        if problem:
            say(self.wanted.label, f"the file that is there has {problem}: not used, fetched anew")
        if (sha256 := self._finished()) is not None:
            return sha256, PRESENT
        self._check_room()
        failures = []
        for place in self.sources:
            say(self.wanted.label, f"from {shown(place)}")
            try:
                sha256 = self._take(place)
            except PlaceError as failure:
                failures.append(f"{shown(place)} ({failure})")
                say(self.wanted.label, f"not taken: {failure}")
                continue
            self._publish(sha256)
            return sha256, shown(place)
        raise self._nowhere(problem, failures)

    def _present(self) -> tuple[str | None, str]:
        """Return the sha256 of the file if it is there and right, and else what is wrong."""
        try:
            sha256 = self.wanted.checked(self.wanted.target)
        except FileNotFoundError:
            return None, ""
        except PlaceError as problem:
            return None, str(problem)
        self.wanted.remember(sha256)
        return sha256, ""

    def _finished(self) -> str | None:
        """Publish a part that a process left which ended just before it could."""
        if self.wanted.size is None or size_of(self.wanted.part) < self.wanted.size:
            return None
        try:
            sha256 = self._checked_part()
        except PlaceError:
            return None
        self._publish(sha256)
        return sha256

    def _take(self, place: Place) -> str:
        """Bring the part to its full length from a place; return its sha256."""
        if isinstance(place, Path):
            self._copy(place)
            return self._checked_part()
        begun = size_of(self.wanted.part)
        download(self.session, place, self.wanted, self.patience)
        try:
            return self._checked_part()
        except PlaceError as problem:
            if not begun:
                raise
            # bytes of an earlier attempt, perhaps from elsewhere, may be what is wrong
            say(self.wanted.label, f"{problem}: starting over")
        download(self.session, place, self.wanted, self.patience)
        return self._checked_part()

    def _checked_part(self) -> str:
        """Return the sha256 of the part; drop a wrong one."""
        try:
            return self.wanted.checked(self.wanted.part)
        except PlaceError:
            self.wanted.part.unlink()
            raise

    def _copy(self, path: Path) -> None:
        try:
            if not path.is_file():
                raise PlaceError("no such file")
            size = path.stat().st_size
            source = path.open("rb")
        except OSError as error:
            raise PlaceError(error.strerror or str(error)) from None
        with source:
            if self.wanted.size not in (None, size):
                raise PlaceError(f"has a file of {size:,} bytes instead of {self.wanted.size:,}")
            meter = Meter(self.wanted.label, size, 0)
            with self.wanted.part.open("wb") as stream:
                while chunk := source.read(CHUNK):
                    stream.write(chunk)
                    meter.advance(len(chunk))
        meter.finish()

    def _publish(self, sha256: str) -> None:
        self.wanted.remember(sha256)
        with self.wanted.part.open("rb") as written:
            os.fsync(written.fileno())
        self.wanted.part.replace(self.wanted.target)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        # the system lets go of it when a process ends, however it ends
        lock = FileLock(self.wanted.lock)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(self.wanted.label, "another process is fetching it; waiting")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def _check_room(self) -> None:
        needed = (self.wanted.size or 0) - size_of(self.wanted.part)
        free = shutil.disk_usage(self.wanted.target.parent).free
        if needed > free:
            raise DataError(
                f"{self.wanted.part}: needs {shown_size(needed)}, the disk has {shown_size(free)} "
                f"free; {_MORE_ROOM}"
            )

    def _unusable(self, error: OSError) -> DataError:
        part = self.wanted.part
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            size = f" of {shown_size(self.wanted.size)}" if self.wanted.size else ""
            return DataError(
                f"{part}: the disk is full after {shown_size(size_of(part))}{size}; {_MORE_ROOM}"
            )
        return DataError(
            f"{error.filename or part}: cannot be used ({error.strerror or error}); let `data` in "
            "config/config.yaml name a folder that can be read and written"
        )

    def _nowhere(self, problem: str, failures: list[str]) -> DataError:
        dataset, target = self.wanted.dataset, self.wanted.target
        state = f"has {problem}" if problem else "is not there"
        tried = f"tried: {'; '.join(failures)}" if failures else "no address of it is known"
        return DataError(
            f"data set {dataset}: {target} {state} and could not be fetched; {tried}; put the file "
            f"there, or name a folder or an address that has {dataset}/{target.name} with "
            f"`--config data_mirror=...` or the environment variable {MIRROR_VARIABLE}"
        )
