"""Real MLflow servers on this machine, with SQLite or PostgreSQL behind them."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

READS = ("search", "/health", "/version")


@dataclass
class Server:
    """A server whose data lie in ``folder`` and in a database."""

    folder: Path
    database: str
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    @property
    def writes(self) -> int:
        """Return how often it was asked to change anything."""
        asked = [line.split('"')[1].split() for line in self.log.splitlines() if " HTTP/1" in line]
        return sum(how != "GET" and not path.endswith(READS) for how, path, _ in asked)

    def start(self) -> None:
        command = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--backend-store-uri", self.database]
        command += ["--artifacts-destination", str(self.folder / "files")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that its workers can be killed with it
            )
        for _ in range(600):
            try:
                requests.get(f"{self.address}/health", timeout=10)
            except requests.ConnectionError:
                assert self.process.poll() is None, self.log
                time.sleep(0.2)
            else:
                return
        raise TimeoutError(self.log)

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path, kind: str) -> Iterator[Server]:
    with postgresql() if kind == "postgresql" else sqlite(folder) as database:
        server = Server(folder, database, free_port())
        server.start()
        try:
            yield server
        finally:
            server.kill()


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'server.db'}"


@contextmanager
def postgresql() -> Iterator[str]:
    """Start PostgreSQL; skip the test where it, or the library that speaks to it, is missing."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("pg_ctl") or (programs and programs[-1] / "pg_ctl")
    if not found:
        pytest.skip("PostgreSQL is not installed")
    if not importlib.util.find_spec("psycopg2"):
        pytest.skip("psycopg2 is not installed")
    # it refuses to run as root
    user = {"user": "postgres"} if os.getuid() == 0 else {}
    port, folder = free_port(), Path(tempfile.mkdtemp())
    if user:
        shutil.chown(folder, "postgres")

    def run(*command: str) -> None:
        control = [str(found), "--pgdata", str(folder / "data"), "--silent", *command]
        subprocess.run(control, check=True, cwd=folder, stdout=subprocess.DEVNULL, **user)

    try:
        run("init", "-o", "--auth=trust --username=mlflow --no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        run("start", "--wait", "--log", str(folder / "log"), "-o", f"{options} -c fsync=off")
        yield f"postgresql://mlflow@127.0.0.1:{port}/postgres"
    finally:
        run("stop", "--mode=immediate")
        shutil.rmtree(folder)


def held(address: str, experiment: str) -> dict[str, Any]:
    """Return what an experiment holds, ids replaced by keys: equal for equal imports."""
    from mlflow import MlflowClient

    client = MlflowClient(address)
    number = client.get_experiment_by_name(experiment).experiment_id
    runs = client.search_runs([number], max_results=1000)
    keys = {run.info.run_id: run.data.tags["key"] for run in runs}
    models = {model.model_id: model for model in client.search_logged_models([number])}

    def files(run: str, folder: str | None = None) -> list[str]:
        listed = client.list_artifacts(run, folder)
        return [name for file in listed
                for name in (files(run, file.path) if file.is_dir else [file.path])]  # fmt: skip

    def facts(run: Any) -> tuple[Any, ...]:
        dropped = ("git_commit", "origin", "mlflow.user")
        tags = {k: keys.get(v, v) for k, v in run.data.tags.items() if k not in dropped}
        curve = client.get_metric_history(run.info.run_id, "validation_accuracy")
        of_case = files(run.info.run_id) if tags["kind"] == "case" else []
        return (run.info.status, run.info.start_time, run.info.end_time, run.data.params, tags,
                run.data.metrics, [(m.value, m.timestamp, m.step) for m in curve],
                sorted(of_case))  # fmt: skip

    return {
        "runs": sorted(((keys[run.info.run_id], *facts(run)) for run in runs), key=repr),
        "models": sorted(
            (model.name, str(model.status), keys[model.source_run_id],
             len(client.list_logged_model_artifacts(identifier)))
            for identifier, model in models.items()
        ),
    }  # fmt: skip
