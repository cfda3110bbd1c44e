"""Files that are not as they were written are found, whatever else reads them."""

from pathlib import Path

import pytest

from densevsconv.errors import DataError
from densevsconv.results.digests import Digests, require_whole
from densevsconv.results.tables import FamilyRow
from densevsconv.store.layout import Layout


@pytest.fixture
def at(tmp_path: Path) -> Layout:
    """A study with three tables, of two jobs."""
    layout = Layout(tmp_path / "results" / "s", tmp_path / "reports")
    for table in (layout.families, layout.trials, layout.summary):
        FamilyRow.write_table(table, [FamilyRow(dataset="d", family="dense", case="a")])
    for job, files in (("one", [layout.families, layout.trials]), ("two", [layout.summary])):
        Digests.of(job, "", {layout.name(file): file for file in files}).write(layout.digests(job))
    return layout


def test_all_damaged_files_are_named_and_removed_and_others_left(at: Layout) -> None:
    require_whole([at.families, at.trials, at.summary], at)
    at.families.write_text("")
    at.summary.write_text(at.summary.read_text().replace("d", "e", 1))
    with pytest.raises(DataError, match=r"families\.csv: damaged .*summary\.csv: damaged"):
        require_whole([at.families, at.trials, at.summary], at)
    assert [file.exists() for file in (at.families, at.trials, at.summary)] == [False, True, False]


def test_a_study_that_was_moved_is_whole(at: Layout, tmp_path: Path) -> None:
    moved = Layout((tmp_path / "results").rename(tmp_path / "moved") / "s", tmp_path / "reports")
    require_whole([moved.trials, moved.summary], moved)


def test_a_missing_file_is_named(at: Layout) -> None:
    at.trials.unlink()
    with pytest.raises(DataError, match=r"trials\.csv: missing; run the study again"):
        require_whole([at.trials, at.summary], at)


def test_a_file_that_no_job_recorded_is_named_and_kept(at: Layout) -> None:
    at.digests("two").unlink()
    with pytest.raises(DataError, match=r"summary\.csv: no list in digests/ has it"):
        require_whole([at.summary], at)
    assert at.summary.exists()
    require_whole([at.captions / "x.rst"], at)  # no job makes captions


@pytest.mark.parametrize("damage", ["cut", "digit", "other"])
def test_a_damaged_list_is_named_and_removed(at: Layout, damage: str) -> None:
    listed, text = at.digests("one"), at.digests("one").read_text()
    changed = {"cut": text[:50], "digit": text.replace('"size": ', '"size": 1', 1)}
    listed.write_text(changed.get(damage, at.digests("two").read_text()))
    with pytest.raises(DataError, match=r"one\.json: damaged, so it was removed"):
        require_whole([at.summary], at)
    assert not listed.exists()


def test_a_table_without_its_columns_is_damaged(at: Layout) -> None:
    at.families.write_text("")
    with pytest.raises(
        DataError, match=r"families\.csv: damaged \(columns missing or unknown: case, "
    ):
        FamilyRow.read_table(at.families)
