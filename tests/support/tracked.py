"""Reading an MLflow database behind its back, for tests."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from densevsconv.stages import track
from densevsconv.stages.plan import paths
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from tests.support.plans import write_digests


def move_database(layout: Layout, folder: Path, empty: Path) -> None:
    """Let the study be imported into a fresh database in ``folder``."""
    folder.mkdir(parents=True)
    shutil.copyfile(empty, folder / "mlflow.db")
    plan = read_json(layout.plan("track"))
    plan |= {"database": str(folder / "mlflow.db"), "artifacts": str(folder / "artifacts")}
    write_json(layout.plan("track"), plan)


COMMAND = [sys.executable, "-m", "densevsconv", "track"]
ENVIRONMENT = os.environ | {
    "PYTHONPATH": str(Path(track.__file__).parents[2]),
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def complete(layout: Layout) -> None:
    """Have every file that the import asks for: figures, if empty ones."""
    for file in paths(track.inputs(track.TrackPlan.read(layout.plan("track")), layout)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    write_digests(layout)


def track_anew(layout: Layout) -> None:
    """Import in a process of its own: MLflow keeps databases and folders it has once opened."""
    write_digests(layout)
    subprocess.run([*COMMAND, str(layout.root)], check=True, env=ENVIRONMENT)


def database(layout: Layout) -> Path:
    return Path(read_json(layout.plan("track"))["database"])


def rows(layout: Layout, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database(layout))) as connection:
        return connection.execute(query).fetchall()


def whole_state(layout: Layout) -> tuple[list[str], dict[str, int]]:
    """Return every row of the database and the time stamp of every artefact."""
    with closing(sqlite3.connect(database(layout))) as connection:
        dump = list(connection.iterdump())
    artifacts = Path(read_json(layout.plan("track"))["artifacts"])
    return dump, {
        str(path.relative_to(artifacts)): path.stat().st_mtime_ns for path in tree(artifacts)
    }


def tree(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def meaning(layout: Layout) -> dict[str, Any]:
    """Return what the database says, run ids replaced by keys: equal for equal imports."""
    tags = "SELECT run_uuid, key, value FROM tags"
    keys = {run: value for run, key, value in rows(layout, tags) if key == "key"}
    model_names = {model: name for model, name in rows(
        layout, "SELECT model_id, name FROM logged_models")}  # fmt: skip

    def by_name(value: str) -> str:
        for identifier, name in (keys | model_names).items():
            value = value.replace(identifier, name)
        return value

    def named(query: str) -> list[tuple[Any, ...]]:
        found = rows(layout, query)
        text = [tuple(by_name(v) if isinstance(v, str) else v for v in row) for row in found]
        return sorted(text, key=repr)

    artifacts = Path(read_json(layout.plan("track"))["artifacts"])
    return {
        "runs": named("SELECT run_uuid, name, status, start_time, end_time FROM runs"),
        # the commit may change between two imports while somebody works on the code
        "tags": named(f"{tags} WHERE key != 'git_commit'"),
        "params": named("SELECT run_uuid, key, value FROM params"),
        "metrics": named("SELECT run_uuid, key, value, timestamp, step FROM metrics"),
        "latest": named("SELECT run_uuid, key, value, timestamp, step FROM latest_metrics"),
        "models": named("SELECT name, source_run_id, status FROM logged_models"),
        "outputs": named("SELECT source_id, destination_id, step FROM inputs"),
        "files": sorted(by_name(str(path.relative_to(artifacts))) for path in tree(artifacts)),
    }
