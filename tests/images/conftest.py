"""Where the files of a data set of one's own go."""

from pathlib import Path

import pytest


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder of its own, with an empty folder ``mine``."""
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
