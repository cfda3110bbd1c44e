"""The database at its worst: damaged, of another version, moved, without its artefacts."""

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from densevsconv.errors import UserError
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from densevsconv.store.process import Claim
from densevsconv.tracking import database as module
from densevsconv.tracking.database import open_database
from tests.support.plans import run_stage
from tests.support.tracked import database, meaning, rows, track_anew, tree, whole_state


def execute(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def version(name: str) -> Callable[[Path], None]:
    return lambda file: execute(file, f"UPDATE alembic_version SET version_num = '{name}'")


def flipped(place: int) -> Callable[[Path], None]:
    def flip(file: Path) -> None:
        content = bytearray(file.read_bytes())
        content[place] ^= 0x40
        file.write_bytes(content)

    return flip


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


NOT_THAT = r"cannot be used \(.+\); if it is damaged, move it away .* and run again"
DAMAGES = {
    "noise": (
        lambda file: file.write_bytes(b"no database at all, but long enough" * 100),
        NOT_THAT,
    ),
    "empty": (lambda file: file.write_bytes(b""), NOT_THAT),
    "zeros": (lambda file: file.write_bytes(bytes(file.stat().st_size)), NOT_THAT),
    "half": (cut, NOT_THAT),
    "a folder": (a_folder, NOT_THAT),
    "magic": (flipped(3), NOT_THAT),
    "page size": (flipped(16), NOT_THAT),
    "first page": (flipped(105), NOT_THAT),
    "a name": (
        lambda file: file.write_bytes(
            file.read_bytes()
            .replace(b"pk_tags", b"\xe5k_tags")
            .replace(b"index_tags_1", b"index_tags_\xe5")
        ),
        NOT_THAT,
    ),
    "a column": (
        lambda file: execute(file, "ALTER TABLE params RENAME COLUMN value TO val"),
        "no such column: params.value; if it is damaged, move it away",
    ),
    "newer": (version("ffffffffffff"), r"made by a newer MLflow than [\d.]+, .* or move it away"),
    "no version": (lambda file: execute(file, "DELETE FROM alembic_version"), NOT_THAT),
    "older": (version("0a8213491aaa"), r"out-of-date .* 'mlflow db upgrade"),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_what_cannot_be_used_is_one_line_and_kept(layout: Layout, kind: str) -> None:
    damage, message = DAMAGES[kind]
    file = database(layout)
    damage(file)
    with pytest.raises(UserError, match=message) as caught:
        run_stage("track", layout)
    assert str(caught.value).startswith(f"{file}: ")
    assert "\n" not in str(caught.value)
    assert file.exists()


def test_what_a_deleted_database_left_beside_it_does_no_harm(layout: Layout) -> None:
    run_stage("track", layout)
    undisturbed, file = meaning(layout), database(layout)
    with closing(sqlite3.connect(file)) as reader:
        reader.execute("SELECT COUNT(*) FROM runs").fetchall()
        execute(file, "UPDATE runs SET name = 'in the log'")  # still there: `reader` keeps it
        log = file.with_name("mlflow.db-wal").read_bytes()
    assert len(log) > 4096
    file.unlink()
    for end in ("-wal", "-journal"):
        file.with_name(f"mlflow.db{end}").write_bytes(log)
    track_anew(layout)
    # the files of the deleted one are left, under ids of their own
    assert meaning(layout) | {"files": []} == undisturbed | {"files": []}


@pytest.mark.parametrize("move", [shutil.move, shutil.copytree], ids=["moved", "copied"])
def test_a_clone_shows_its_artefacts_and_leaves_the_old_place_alone(
    layout: Layout, tmp_path: Path, move: Callable[..., object]
) -> None:
    from mlflow import MlflowClient

    run_stage("track", layout)
    old, new = layout.root.parent, tmp_path / "new" / "results"
    undisturbed, before = meaning(layout), [*tree(old)]
    move(old, new)
    moved = Layout(new / layout.study, layout.reports, layout.captions)
    folder = new / "mlflow"
    plan = {"database": str(folder / "mlflow.db"), "artifacts": str(folder / "artifacts")}
    write_json(moved.plan("track"), read_json(moved.plan("track")) | plan)
    write_json(moved.timing("conv_a"), read_json(moved.timing("conv_a")) | {"device": "other"})
    track_anew(moved)
    assert meaning(moved)["files"] == undisturbed["files"]
    assert [*tree(old)] == (before if move is shutil.copytree else [])
    state = whole_state(moved)
    assert str(old) not in repr(state)
    client = MlflowClient(f"sqlite:///{folder}/mlflow.db")
    ((run,),) = rows(moved, "SELECT run_uuid FROM tags WHERE value = 'case/conv_a'")
    found = read_json(Path(client.download_artifacts(run, "results/time/conv_a.json")))
    assert found["device"] == "other"


@pytest.mark.parametrize(("source", "ours"), [("densevsconv track", True), ("theirs.py", False)])
def test_an_experiment_of_another_project_stays_where_it_is(
    tmp_path: Path, empty_database: Path, source: str, ours: bool
) -> None:
    file, old = Path(shutil.copy(empty_database, tmp_path / "mlflow.db")), "file:///old/artifacts"
    for row in (
        f"experiments (experiment_id, name, artifact_location) VALUES (7, 'it', '{old}/it')",
        f"runs (run_uuid, experiment_id, artifact_uri) VALUES ('r', 7, '{old}/it/r')",
        f"tags (run_uuid, key, value) VALUES ('r', 'mlflow.source.name', '{source}')",
    ):
        execute(file, f"INSERT INTO {row}")
    module.make_fit(file, tmp_path / "artifacts")
    wanted = f"{(tmp_path / 'artifacts').as_uri() if ours else old}/it"
    with closing(sqlite3.connect(file)) as connection:
        for table, column, end in (("experiments", "location", ""), ("runs", "uri", "/r")):
            query = f"SELECT artifact_{column} FROM {table} WHERE experiment_id = 7"
            assert connection.execute(query).fetchall() == [(wanted + end,)]


@pytest.mark.parametrize("lost", ["confusion", "time", "MLmodel", ""])
def test_lost_artefacts_come_back(layout: Layout, lost: str) -> None:
    run_stage("track", layout)
    undisturbed, artifacts = meaning(layout), database(layout).parent / "artifacts"
    for path in artifacts.rglob(lost) if lost else [artifacts]:
        path.unlink() if path.is_file() else shutil.rmtree(path)
    assert meaning(layout) != undisturbed
    run_stage("track", layout)
    assert meaning(layout) == undisturbed


def test_another_import_is_waited_for_and_said(
    tmp_path: Path,
    empty_database: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("densevsconv.store.process.SILENCE", 3.0)
    file = shutil.copy(empty_database, tmp_path / "mlflow.db")
    taken = threading.Event()

    def another() -> None:
        with Claim(tmp_path / ".import").held("the import"):
            taken.set()
            time.sleep(1)

    threading.Thread(target=another).start()
    taken.wait()
    with open_database(Path(file), tmp_path):
        assert f"track: waiting for process {os.getpid()} on" in capfd.readouterr().err


@pytest.mark.parametrize(("disk", "mode"), [("ext4", "wal"), ("nfs4", "delete"), ("", "delete")])
def test_a_log_that_needs_shared_memory_is_kept_on_local_disks_alone(
    tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch, disk: str, mode: str
) -> None:
    file = Path(shutil.copy(empty_database, tmp_path / "mlflow.db"))
    monkeypatch.setattr(module, "_disk", lambda folder: disk)
    module.make_fit(file, tmp_path)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)


def test_the_disk_of_a_folder_is_known(tmp_path: Path) -> None:
    assert module._disk(Path("/proc")) == "proc"
    assert module._disk(tmp_path)
