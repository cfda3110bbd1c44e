"""A study whose files are in one of Snakemake's storages instead of in folders of the clone."""

import shutil

import pytest

from tests.support.clones import Clone, make_clone
from tests.workflow.test_kill import tables

pytest.importorskip("snakemake_storage_plugin_fs", reason="make cluster")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("rsync"), reason="the storage `fs` wants rsync"),
]


def test_a_storage_gets_the_files_that_folders_get(finished, tmp_path):
    clone, store = make_clone(tmp_path / "clone", finished.root), Clone(tmp_path / "store")
    options = ["--default-storage-provider", "fs", "--default-storage-prefix", str(store.root)]
    done = clone.snakemake(*options)
    assert done.returncode == 0, done.stdout
    assert tables(store) == tables(finished)
    assert (store.reports / "paper.pdf").exists()
    assert not (clone.results / "summary.csv").exists()
    assert "Nothing to be done" in clone.snakemake(*options).stdout
