"""Finished work is kept once, whole, and found again."""

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


@pytest.mark.parametrize("damage", ["", "{", "[]", "\x00" * 20])
def test_a_damaged_entry_counts_as_absent(tmp_path: Path, damage: str) -> None:
    journal = Journal(tmp_path)
    journal.put("abc", {"x": 1})
    next(tmp_path.rglob("abc.json")).write_text(damage)
    assert "abc" not in journal
    journal.put("abc", {"x": 2})
    assert journal.get("abc") == {"x": 2}


def test_missing_arrays_are_named(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.put("abc", {"x": 1})
    with pytest.raises(DataError, match=r"abc\.npz"):
        journal.arrays("abc")
