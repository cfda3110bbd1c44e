"""What `densevsconv verify` finds, names, counts and removes; a published report has a list too."""

from pathlib import Path

import pytest

from densevsconv import cli
from densevsconv.results.digests import Digests, WrittenFile
from densevsconv.results.record import Record
from densevsconv.stages.plan import read_plan, run_stage
from densevsconv.store.layout import Layout
from tests.support.config_copy import copy_config
from tests.support.generated_study import write_study
from tests.support.plans import write_digests


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.chdir(tmp_path)
    layout = write_study(Path("results/toy"))
    write_digests(layout)
    for stage in ("select", "evaluate"):
        run_stage(stage, layout)
    return layout


def verify(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["verify", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_damaged_file_is_named_and_removed_and_its_stage_makes_it_again(
    at: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = at.trials.read_bytes()
    at.trials.write_bytes(whole.replace(b"0.8", b"0.9", 1))
    code, said, error = verify(capsys, str(at.root), "--remove")
    assert (code, error.count("\n")) == (2, 1)
    assert f"{at.trials}: damaged since it was written; select makes it" in said
    assert f"{at.selection('conv_a')}:" not in said
    assert not at.trials.exists()
    run_stage("select", at)
    assert at.trials.read_bytes() == whole
    assert f"{at.trials}:" not in verify(capsys, str(at.root))[1]


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("digests/select.json", "missing; select makes it"),
        ("select/conv_a.json", "missing; select makes it"),
        ("plan/summarise.json", "no plan for this stage"),
    ],
)
def test_what_is_missing_is_named(
    at: Layout, capsys: pytest.CaptureFixture[str], file: str, says: str
) -> None:
    (at.root / file).unlink()
    code, said, _ = verify(capsys, str(at.root))
    assert code == 2
    assert f"{at.root / file}: {says}" in said.replace(f"{at.root / file}: {at.root}", str(at.root))


def test_a_plan_that_is_not_the_one_of_the_job_is_noticed(
    at: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = read_plan("evaluate", at)
    Record.write(plan.model_copy(update={"confidence": 0.9}), at.plan("evaluate"))
    assert (
        f"{at.digests('evaluate')}: damaged, or of another plan" in verify(capsys, str(at.root))[1]
    )


def test_a_published_report_has_its_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("reports/published/toy")
    (folder / "figures").mkdir(parents=True)
    files = [folder / "summary.csv", folder / "figures" / "a.png"]
    for file in files:
        file.write_bytes(b"content")
    assert "publish the report again" in verify(capsys, str(folder))[2]
    listed = Digests.of("digests", "", {str(file.relative_to(folder)): file for file in files})
    listed.write(folder / "digests.json")
    assert verify(capsys, str(folder))[:2] == (0, "2 files (0.0 MB) are as they were written\n")
    files[1].write_bytes(b"contents")
    code, said, error = verify(capsys, str(folder))
    assert (code, error.count("\n")) == (2, 1)
    assert f"{files[1]}: damaged since it was written" in said
    assert "--remove is for" in verify(capsys, str(folder), "--remove")[2]
    # a list from elsewhere names no file of mine
    strange = {"../../secret": WrittenFile(size=1, sha256="0")}
    made = Digests.of("digests", "", {}).model_copy(update={"files": strange})
    made.model_copy(update={"digest": made._digest()}).write(folder / "digests.json")
    assert "names files that are not beside it" in verify(capsys, str(folder))[2]


def test_the_study_of_the_configuration_is_found_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    copy_config(tmp_path)
    assert "results/tiny/plan/fetch.json: no plan" in verify(capsys, "tiny")[1]
