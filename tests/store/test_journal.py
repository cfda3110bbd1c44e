"""Finished work is kept once, whole, and found again."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from densevsconv.errors import DataError
from densevsconv.store.journal import Journal


def test_what_is_put_is_found(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    assert "abc" not in journal
    journal.put("abc", {"x": 1}, {"w": np.arange(3, dtype=np.float32)})
    assert "abc" in journal
    assert journal.get("abc") == {"x": 1}
    assert journal.arrays("abc")["w"].tolist() == [0, 1, 2]


def change(suffix: str, old: bytes, new: bytes) -> Callable[[Path], object]:
    def changed(folder: Path) -> None:
        file = next(folder.rglob(f"abc{suffix}"))
        content = file.read_bytes()
        assert old in content
        file.write_bytes(content.replace(old, new, 1))

    return changed


def exchange(suffix: str) -> Callable[[Path], object]:
    return lambda folder: shutil.copy(
        folder / "ab" / f"abd{suffix}", folder / "ab" / f"abc{suffix}"
    )


DAMAGES: dict[str, Callable[[Path], object]] = {
    "emptied": lambda folder: (folder / "ab" / "abc.json").write_bytes(b""),
    "no entry": lambda folder: (folder / "ab" / "abc.json").write_bytes(b"{}"),
    "no mapping": lambda folder: (folder / "ab" / "abc.json").write_bytes(b"[]"),
    "zeros": lambda folder: (folder / "ab" / "abc.json").write_bytes(bytes(20)),
    "a digit": change(".json", b'"x": 1', b'"x": 2'),
    "not a number": change(".json", b'"x": 1', b'"x": NaN'),
    "another entry": exchange(".json"),
    "arrays of another entry": exchange(".npz"),
    "no arrays": lambda folder: (folder / "ab" / "abc.npz").unlink(),
    "a bit of the arrays": change(".npz", b"PK", b"QK"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_counts_as_absent(tmp_path: Path, damage: str) -> None:
    journal = Journal(tmp_path)
    for entry, value in (("abc", 1), ("abd", 3)):
        journal.put(entry, {"x": value}, {"w": np.full(3, value)})
    DAMAGES[damage](tmp_path)
    assert "abc" not in journal
    journal.put("abc", {"x": 2}, {"w": np.zeros(3)})
    assert journal.get("abc") == {"x": 2}


def test_an_entry_that_may_not_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.put("abc", {"x": 1})
    (tmp_path / "ab" / "abc.json").chmod(0)
    user = os.geteuid()
    os.seteuid(user or 65534)  # root may read everything
    try:
        with pytest.raises(PermissionError):
            journal.get("abc")
    finally:
        os.seteuid(user)


def test_missing_arrays_are_named(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.put("abc", {"x": 1})
    with pytest.raises(DataError, match=r"abc\.npz"):
        journal.arrays("abc")
