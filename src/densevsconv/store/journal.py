"""The journal: one file a finished piece of work, kept under its id, written at once.

A killed run goes on where it stopped, and nothing is done twice: before work is done its id is
looked up. Files are renamed into place, so an entry is either whole or absent.
"""

from pathlib import Path
from typing import Any

import numpy as np

from densevsconv.errors import DataError
from densevsconv.store.files import file_digest, naming, read_json, read_npz, write_json, write_npz
from densevsconv.store.identity import digest


class Journal:
    """A folder of finished work, by id; made when the first entry is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _file(self, identifier: str, suffix: str) -> Path:
        return self.folder / identifier[:2] / f"{identifier}{suffix}"

    def __contains__(self, identifier: str) -> bool:
        return self.get(identifier) is not None

    def get(self, identifier: str) -> dict[str, Any] | None:
        """Return the entry's record, or None where the work has not been done.

        A damaged entry (a disk that failed, a file of another entry) counts as absent: the work is
        done again.
        """
        file = self._file(identifier, ".json")
        try:
            with naming(file):
                kept = read_json(file)
                record: dict[str, Any] = kept["record"]
                arrays = kept["arrays"] and file_digest(self._file(identifier, ".npz"))
                return record if kept == _entry(identifier, record, arrays) else None
        except DataError:
            return None

    def arrays(self, identifier: str) -> dict[str, np.ndarray]:
        """Return the entry's arrays; raise :class:`DataError` where they are missing."""
        return read_npz(self._file(identifier, ".npz"))

    def put(
        self, identifier: str, record: dict[str, Any], arrays: dict[str, np.ndarray] | None = None
    ) -> None:
        """Keep one finished piece of work.

        The arrays are written first: a record that is there has its arrays.
        """
        file = self._file(identifier, ".npz")
        if arrays is not None:
            write_npz(file, arrays)
        entry = _entry(identifier, record, None if arrays is None else file_digest(file))
        write_json(self._file(identifier, ".json"), entry)


def _entry(identifier: str, record: dict[str, Any], arrays: str | None) -> dict[str, Any]:
    """Return what a file of the journal says; ``arrays``: SHA-256 of the file beside it."""
    return {"record": record, "arrays": arrays, "digest": digest([identifier, record, arrays])}
