"""Copies of the project, fresh or with the tiny study done."""

import hashlib
import json
import os

import pytest
from filelock import FileLock

from tests.support.clones import Clone, files_below, make_clone


@pytest.fixture
def clone(tmp_path):
    """A fresh copy of the project."""
    return make_clone(tmp_path / "clone")


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A copy in which the tiny study has been run. Tests look at it and copy it; none edits it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # one for all workers
    clone = Clone(folder / "finished")
    said = clone.root / "said.txt"
    with FileLock(folder / "finished.lock"):
        if not said.exists():
            make_clone(clone.root)
            before = {
                name: hashlib.sha256(content).hexdigest()
                for name, (_, content) in files_below(clone.root).items()
            }
            (clone.root / "before.json").write_text(json.dumps(before), encoding="utf-8")
            said.write_text(clone.run(), encoding="utf-8")
    return clone


@pytest.fixture
def finished_copy(finished, tmp_path):
    """A copy of the finished study, to edit."""
    return finished.copy(tmp_path / "copy")
