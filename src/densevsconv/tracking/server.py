"""A server that several people write to: its address, and who of them is writing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote
from uuid import uuid4

from urllib3.util import parse_url

from densevsconv.errors import ConfigError
from densevsconv.schema.messages import shown
from densevsconv.schema.read import read_yaml
from densevsconv.store.files import atomic_path
from densevsconv.tracking.client import alone, mlflow, one_line

if TYPE_CHECKING:
    from mlflow import MlflowClient

CONFIG_FILE = Path("config/config.yaml")
VARIABLE = "MLFLOW_TRACKING_URI"
ADDRESS = r"^https?://[^/\s]\S*$"
ALLOWED = "an address that begins with http:// or https://"


class Server(NamedTuple):
    """A server to write to, and what its client finds a name and a password in."""

    address: str
    user: dict[str, str]


def server(configured: str | None) -> Server | None:
    """Return the server to write to; None: the local database.

    What is configured comes before MLFLOW_TRACKING_URI. A name and a password are taken out of the
    address, so that nothing that shows it shows them. A plan has none: those of its address are
    in the variable or in the configuration that it was made from.
    """
    given = os.environ.get(VARIABLE) or None
    if given and not re.match(ADDRESS, given):
        if configured is None:
            raise ConfigError(f"{VARIABLE}: found {shown(given)}; allowed: {ALLOWED}, or none")
        given = None
    if (chosen := configured or given) is None:
        return None
    address, user = _split(chosen)
    for known in (given, None if user else _written()):
        if not user and known and _split(known)[0] == address:
            user = _split(known)[1]
    values = zip(("USERNAME", "PASSWORD"), user.split(":", 1), strict=False)
    return Server(address, {f"MLFLOW_TRACKING_{k}": unquote(v) for k, v in values if v})


def _written() -> str | None:
    """Return the address in the configuration of the current folder, if there is one."""
    found = read_yaml(CONFIG_FILE) if CONFIG_FILE.exists() else None
    for key in ("mlflow", "tracking_uri"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) and re.match(ADDRESS, found) else None


def _split(address: str) -> tuple[str, str]:
    """Return an address without the name and password in it, and these."""
    try:
        url = parse_url(address)
    except ValueError:
        raise ConfigError(f"MLflow server: found {shown(address)}; allowed: {ALLOWED}") from None
    return url._replace(auth=None).url.rstrip("/"), url.auth or ""


@contextmanager
def open_server(server: Server, lock: Path) -> Iterator[MlflowClient]:
    """Give a client of the server; no other import from the same results runs meanwhile.

    Raises :class:`UserError` where the server cannot be reached, refuses or fails.
    """
    advice = "the results are kept; when the server can be used, `densevsconv track` sends them"
    with alone(lock), one_line(server.address, advice):
        os.environ.update(server.user)
        client = mlflow().MlflowClient(server.address)
        client.search_experiments(max_results=1)
        yield client


def origin(file: Path) -> str:
    """Return what tells the runs of these results from those of other clones on the server.

    A folder that is moved, or comes back from elsewhere, keeps it. One that is copied, so that the
    first is still where the file says, gets its own: neither marks the other's runs as superseded.
    """
    here = os.fsencode(file.resolve())
    found = file.read_bytes() if file.exists() else b""
    name, _, place = found.partition(b" ")
    if name and place == here:
        return name.decode()
    first = Path(os.fsdecode(place))
    if not name or (first.is_file() and first.read_bytes() == found):
        name = uuid4().hex[:16].encode()
    with atomic_path(file) as temporary:
        temporary.write_bytes(name + b" " + here)
    return name.decode()
