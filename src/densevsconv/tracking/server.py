"""A server that several people write to: its address, and who of them is writing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

from urllib3.util import parse_url

from densevsconv.errors import ConfigError
from densevsconv.schema.messages import shown
from densevsconv.store.files import atomic_path
from densevsconv.tracking.client import alone, mlflow, one_line

if TYPE_CHECKING:
    from mlflow import MlflowClient

VARIABLE = "MLFLOW_TRACKING_URI"
ADDRESS = r"^https?://[^/\s]\S*$"
ALLOWED = "an address that begins with http:// or https://"


def server(configured: str | None) -> str | None:
    """Return the address of the server to write to; None: the local database.

    What is configured comes before MLFLOW_TRACKING_URI. A name and a password in the address go to
    where MLflow's client looks for them, so that nothing that shows the address shows them.
    """
    given = os.environ.get(VARIABLE) or None
    if given and not re.match(ADDRESS, given):
        if configured is None:
            raise ConfigError(f"{VARIABLE}: found {shown(given)}; allowed: {ALLOWED}, or none")
        given = None
    if configured is None or (given and _split(given)[0] == configured):
        configured = given
    if configured is None:
        return None
    address, user = _split(configured)
    for end, value in zip(("USERNAME", "PASSWORD"), user.split(":", 1), strict=False):
        if value:
            os.environ[f"MLFLOW_TRACKING_{end}"] = unquote(value)
    return address


def _split(address: str) -> tuple[str, str]:
    """Return an address without the name and password in it, and these."""
    try:
        url = parse_url(address)
    except ValueError:
        raise ConfigError(f"MLflow server: found {shown(address)}; allowed: {ALLOWED}") from None
    return url._replace(auth=None).url.rstrip("/"), url.auth or ""


@contextmanager
def open_server(address: str, lock: Path) -> Iterator[MlflowClient]:
    """Give a client of the server; no other import from the same results runs meanwhile.

    Raises :class:`UserError` where the server cannot be reached, refuses or fails.
    """
    advice = "the results are kept; when the server can be used, `densevsconv track` sends them"
    with alone(lock), one_line(address, advice):
        client = mlflow().MlflowClient(address)
        client.search_experiments(max_results=1)
        yield client


def origin(file: Path) -> str:
    """Return what tells the runs of these results from those of other clones on the server.

    A folder that is moved keeps it. In one that is copied the file is another one, so that the copy
    gets its own, and neither marks the runs of the other as superseded.
    """
    name, _, inode = (file.read_text().strip() if file.exists() else "").partition(" ")
    if not inode or inode != str(file.stat().st_ino):
        name = uuid4().hex[:16]
        with atomic_path(file) as temporary:
            temporary.write_text(f"{name} {temporary.stat().st_ino}\n")
    return name
