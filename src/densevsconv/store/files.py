"""Files are written so that a killed process leaves the old or the new one, never half of one.

One that is missing or damaged is named where it is read, in a :class:`DataError`.
"""

import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from densevsconv.errors import DataError, problem


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder; rename it to ``path`` if the block succeeds.

    The data reach the disk before the rename (fsync), so a power cut cannot leave an empty file
    under the final name.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix
        )
        os.close(handle)
        temporary = Path(name)
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        # mkstemp makes files private; results are meant to be read by others
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        if error.filename in (None, str(temporary)):
            error.filename = str(path)  # what the user knows it as
        raise
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


TEMPORARY = re.compile(r"\..+\.[a-z0-9_]{8}(\.\w+)?")
"""What :func:`atomic_path` calls a file until it is whole."""


def sweep(folder: Path, older_than: float = 60.0) -> None:
    """Remove what killed writers left in a folder: files not written to for so many seconds."""
    for file in folder.rglob(".*"):
        with suppress(FileNotFoundError):  # another run's file, finished meanwhile
            if TEMPORARY.fullmatch(file.name) and time.time() - file.stat().st_mtime > older_than:
                file.unlink()


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turn what goes wrong while ``path`` is read into a :class:`DataError` that names it."""
    try:
        yield
    except FileNotFoundError:
        raise DataError(f"{path}: file not found") from None
    except Exception as error:  # zipfile, zlib, NumPy, Arrow raise many kinds for a damaged file
        if problem(error):  # no room, no permission, no memory: nothing says that it is damaged
            raise
        raise DataError(f"{path}: damaged ({error}); delete the file and run again") from None


def write_text(path: Path, text: str) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def json_text(value: Any) -> str:
    """Return ``value`` as indented JSON, keys sorted; NaN and infinity are refused."""
    return json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n"


def write_json(path: Path, value: Any) -> None:
    write_text(path, json_text(value))


def write_json_if_changed(path: Path, value: Any) -> bool:
    """Write ``value`` unless the file already says the same; return whether it was written.

    An untouched file keeps its time stamp, so nothing downstream is rerun.
    """
    if path.exists() and path.read_bytes() == json_text(value).encode():
        return False
    write_json(path, value)
    return True


def read_json(path: Path) -> Any:
    with naming(path):
        return json.loads(path.read_text(encoding="utf-8"))


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's content; a missing file is a :class:`DataError`."""
    with naming(path), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_npz(path: Path, arrays: dict[str, np.ndarray], *, compress: bool = False) -> None:
    """Write arrays atomically; the bytes depend on the arrays alone (no time stamps, no pickle)."""
    save: Any = np.savez_compressed if compress else np.savez
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        save(stream, allow_pickle=False, **arrays)


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Read every array of an ``.npz`` file; pickled ones are refused."""
    with naming(path), np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
