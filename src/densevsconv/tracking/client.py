"""MLflow's client: quiet, of one import at a time, its errors one line."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from densevsconv.errors import UserError
from densevsconv.store.process import Claim

SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    # half a minute, in which a server can start again; MLflow's own are four
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "4",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
}
"""What MLflow reads as it is imported and at each request; what the user has set stays."""

SOURCE = "densevsconv track"
"""What made a run, as its tag `mlflow.source.name` has it."""


def mlflow() -> Any:
    """Return the package, told to be quiet."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    import mlflow as package

    for name, level in {"alembic": "WARNING", "mlflow": "CRITICAL", "urllib3": "ERROR"}.items():
        logging.getLogger(name).setLevel(level)
    return package


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process imports from these results."""
    claim = Claim(folder / ".import")
    claim.wait("track", "is importing as well")
    with claim.held("the import"):
        yield


@contextmanager
def one_line(where: object, advice: str) -> Iterator[None]:
    """Raise :class:`UserError` for what MLflow or its database cannot do."""
    mlflow()
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError) as error:
        # SQLAlchemy may say in a line of its own where it noticed
        lines = [
            line for line in str(error).splitlines() if line and not line.startswith("(raised")
        ]
        said = lines[0].rstrip(".") if lines else type(error).__name__
        raise UserError(f"{where}: {said}; {advice}") from None
