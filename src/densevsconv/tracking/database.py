"""The MLflow database: SQLite, made whole or not at all, written by one process at a time."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from densevsconv.errors import UserError
from densevsconv.store.files import atomic_path

if TYPE_CHECKING:
    from mlflow import MlflowClient

WAIT = 60.0
"""Seconds to wait for another import into the same database."""


def uri(database: Path) -> str:
    """Return MLflow's address of the database."""
    return f"sqlite:///{database.resolve()}"


@contextmanager
def open_database(database: Path, wait: float = WAIT) -> Iterator[MlflowClient]:
    """Give a client of the database, which is made if need be; no other import runs meanwhile.

    A new database is set up under a temporary name: MLflow's migrations take seconds, and one that
    is killed half way (or two at a time) would leave tables that no later start can use.

    Raises :class:`UserError` where another import holds the database for longer than ``wait``
    seconds, and where the file is damaged or of another version of MLflow.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(database.parent / ".import.lock")
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise UserError(
            f"{database}: another import has been writing for more than {wait:.0f} s; "
            "let it finish, or stop it, and run this again"
        ) from None
    try:
        yield _client(database)
    finally:
        lock.release()


def _client(database: Path) -> MlflowClient:
    # read while MLflow is imported, and again by its migrations
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    import mlflow
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import DatabaseError

    for name in ("alembic", "mlflow"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        if not database.exists():
            _create(database)
        mlflow.set_tracking_uri(uri(database))
        client = mlflow.MlflowClient(uri(database))
        client.search_experiments(max_results=1)
    except DatabaseError as error:
        raise UserError(
            f"{database}: not a readable SQLite database ({error.orig}); move it away and run again"
        ) from None
    except MlflowException as error:
        first_line = str(error).splitlines()[0]
        raise UserError(
            f"{database}: {first_line} (`mlflow db upgrade {uri(database)}` after a new version)"
        ) from None
    return client


def _create(database: Path) -> None:
    """Make an empty database: elsewhere, then renamed into place."""
    import mlflow

    with tempfile.TemporaryDirectory() as folder, atomic_path(database) as temporary:
        scratch = Path(folder) / "mlflow.db"
        mlflow.MlflowClient(uri(scratch)).search_experiments(max_results=1)
        shutil.copyfile(scratch, temporary)
        # one write to disk a commit instead of several, and MLflow's pages can be read meanwhile;
        # a property of the file, which later connections find there
        with closing(sqlite3.connect(temporary)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


def experiment(client: MlflowClient, name: str, artifacts: Path, description: str) -> str:
    """Return the id of the study's experiment, which is made if need be.

    ``artifacts`` is the folder of the artefacts of all studies, each of which has a folder of its
    own there; ``description`` is shown on the experiment's page.
    """
    found = client.get_experiment_by_name(name)
    if found is None:
        location = (artifacts / name).resolve().as_uri()
        identifier: str = client.create_experiment(
            name, artifact_location=location, tags={"mlflow.note.content": description}
        )
        return identifier
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    if found.tags.get("mlflow.note.content") != description:
        client.set_experiment_tag(found.experiment_id, "mlflow.note.content", description)
    return str(found.experiment_id)
