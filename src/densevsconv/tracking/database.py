"""The MLflow database: SQLite, made whole or not at all, written by one process at a time.

It is a copy of the results and can be deleted; where the clone was moved or copied, and where its
artefacts are gone, the next import puts it right.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from densevsconv.errors import UserError
from densevsconv.store.files import atomic_path
from densevsconv.store.progress import say
from densevsconv.tracking.client import SOURCE, alone, mlflow, one_line

if TYPE_CHECKING:
    from mlflow import MlflowClient

LOCAL_DISKS = {"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs"}

BESIDE = ("-wal", "-shm", "-journal")
"""Ends of the names of the files that SQLite keeps beside a database."""

ANEW = "move it away with its -wal and -shm and run again: it is made anew from the results"

ADDRESSES = {"experiments": "artifact_location", "runs": "artifact_uri",
             "logged_models": "artifact_location"}  # fmt: skip
"""Where the database says where artefacts are."""

OURS = (
    "SELECT DISTINCT experiment_id, artifact_location FROM experiments JOIN runs "
    "USING (experiment_id) JOIN tags USING (run_uuid) "
    "WHERE key = 'mlflow.source.name' AND value = ?"
)


def uri(database: Path) -> str:
    """Return MLflow's address of the database."""
    return f"sqlite:///{database.resolve()}"


@contextmanager
def open_database(database: Path, artifacts: Path) -> Iterator[MlflowClient]:
    """Give a client of the database, which is made if need be; no other import runs meanwhile.

    A new database is set up under a temporary name: MLflow's migrations take seconds, and one that
    is killed half way (or two at a time) would leave tables that no later start can use.

    Raises :class:`UserError` where the file is damaged or of another version of MLflow.
    """
    with alone(database.parent), one_line(database, f"if it is damaged, {ANEW}"):
        if not database.exists():
            _create(database)
        make_fit(database, artifacts)
        client = mlflow().MlflowClient(uri(database))
        client.search_experiments(max_results=1)
        yield client


def _create(database: Path) -> None:
    """Make an empty database: elsewhere, then renamed into place."""
    with tempfile.TemporaryDirectory() as folder, atomic_path(database) as temporary:
        scratch = Path(folder) / "mlflow.db"
        mlflow().MlflowClient(uri(scratch)).search_experiments(max_results=1)
        shutil.copyfile(scratch, temporary)
        for end in BESIDE:  # of one that was deleted: SQLite would write it into the new one
            database.with_name(database.name + end).unlink(missing_ok=True)


def make_fit(database: Path, artifacts: Path) -> None:
    """Make a database fit for where it lies and where its artefacts are.

    Raises :class:`UserError` where it is damaged or of another version of MLflow.
    """
    try:
        with closing(sqlite3.connect(database)) as connection, connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise sqlite3.DatabaseError(" ".join(found.split()))
            _check_version(database, connection)
            # with WAL one write to disk a commit instead of several, and MLflow's pages can be
            # read meanwhile; it needs memory that all who open the file share
            mode = "WAL" if _disk(database.parent) in LOCAL_DISKS else "DELETE"
            connection.execute(f"PRAGMA journal_mode={mode}")
            _relocate(connection, artifacts.resolve().as_uri())
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise UserError(f"{database}: cannot be used ({error}); if it is damaged, {ANEW}") from None


def _disk(folder: Path) -> str:
    """Return the kind of file system, "" where the system does not tell."""
    device = folder.stat().st_dev
    number, mounts = f"{os.major(device)}:{os.minor(device)}", Path("/proc/self/mountinfo")
    for line in mounts.read_text().splitlines() if mounts.exists() else []:
        mount, _, kind = line.partition(" - ")
        if mount.split()[2] == number:
            return kind.split()[0]
    return ""


def _check_version(database: Path, connection: sqlite3.Connection) -> None:
    found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    if len(found) != 1:
        raise sqlite3.DatabaseError(f"alembic_version has {len(found)} rows, not 1")
    ((version,),) = found
    package = mlflow()
    known = Path(package.__file__).parent / "store" / "db_migrations" / "versions"
    if not any(known.glob(f"{version}_*.py")):
        raise UserError(
            f"{database}: made by a newer MLflow than {package.__version__}, which is installed; "
            f"install a newer one, or {ANEW}"
        )


def _relocate(connection: sqlite3.Connection, artifacts: str) -> None:
    """Let the database say where artefacts are since the clone was moved or copied.

    Those of experiments that hold runs of ours: in the same database may be others.
    """
    name = artifacts.rpartition("/")[2]
    for number, location in connection.execute(OURS, (SOURCE,)).fetchall():
        old, _, own = location.rpartition("/")
        if old == artifacts or not (old.startswith("file:") and old.endswith(f"/{name}")):
            continue
        say("track", f"the artefacts of {location} are now looked for in {artifacts}/{own}")
        for table, column in ADDRESSES.items():
            connection.execute(
                f"UPDATE {table} SET {column} = ? || substr({column}, ?) "
                f"WHERE experiment_id = ? AND substr({column} || '/', 1, ?) = ?",
                (artifacts, len(old) + 1, number, len(location) + 1, f"{location}/"),
            )
