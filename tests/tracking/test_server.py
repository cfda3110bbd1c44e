"""A server that several clones write to."""

import os
import re
import shutil
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from densevsconv.commands.study import ui
from densevsconv.errors import ConfigError, UserError
from densevsconv.planning.load import load_config
from densevsconv.results.tracked import Tracked
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from densevsconv.tracking.database import uri
from densevsconv.tracking.server import CONFIG_FILE, VARIABLE, open_server, origin, server
from tests.support.generated_study import write_study
from tests.support.mlflow_servers import Server, free_port, held, serving
from tests.support.plans import run_stage
from tests.support.tracked import COMMAND, ENVIRONMENT, complete, database, move_database

EXPERIMENT = "densevsconv/toy_study"
USER = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (VARIABLE, *USER):
        monkeypatch.setenv(name, "")  # so that what is set meanwhile is taken back


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)],
)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server"), request.param) as server:
        yield server


def send_to(server: Server, layout: Layout) -> None:
    plan = read_json(layout.plan("track"))
    write_json(layout.plan("track"), plan | {"server": server.address})


def expected(layout: Layout) -> dict[str, object]:
    """Import a study into its own database; return what a server should hold of it."""
    run_stage("track", layout)
    return held(uri(database(layout)), layout.study)


def start(layout: Layout, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, str(layout.root)], env=ENVIRONMENT | settings, stderr=subprocess.PIPE, text=True
    )


def superseded(held_runs: list[tuple[object, ...]]) -> list[object]:
    return [run[0] for run in held_runs if "superseded" in run[5]]


def test_two_clones_send_all_they_have_once(
    running: Server, layout: Layout, tmp_path: Path
) -> None:
    wanted = expected(layout)
    send_to(running, layout)
    run_stage("track", layout)
    assert held(running.address, EXPERIMENT) == wanted
    tracked = Tracked.read(layout.tracked)
    assert tracked.database == running.address
    assert tracked.artifacts.startswith("mlflow-artifacts:/")
    writes, state = running.writes, layout.tracked.read_bytes()
    assert writes > 16
    run_stage("track", layout)
    assert running.writes == writes
    assert layout.tracked.read_bytes() == state
    # a copy in which a trial is another one: it marks no run of the first as superseded
    copy = Layout(tmp_path / "copy" / layout.study, layout.reports, layout.captions)
    shutil.copytree(layout.root.parent, copy.root.parent)
    shard = read_json(copy.trainings(0))
    shard["trainings"].pop()
    write_json(copy.trainings(0), shard)
    run_stage("track", copy)
    run_stage("track", layout)
    both = held(running.address, EXPERIMENT)["runs"]
    assert len(both) == 2 * len(wanted["runs"]) - 1
    assert superseded(both) == []


@pytest.mark.slow
def test_two_studies_at_once(
    running: Server, layout: Layout, tmp_path: Path, empty_database: Path
) -> None:
    other = write_study(tmp_path / "elsewhere" / "other_study")
    for stage in ("select", "evaluate", "summarise"):
        run_stage(stage, other)
    move_database(other, tmp_path / "elsewhere" / "mlflow", empty_database)
    complete(other)
    wanted = {each: expected(each) for each in (layout, other)}
    for each in wanted:
        send_to(running, each)
    for process in [start(each) for each in wanted]:
        assert process.wait(300) == 0
    for each, state in wanted.items():
        own = held(running.address, f"densevsconv/{each.study}")
        # the other clones of this test's server have sent runs of the same name
        assert [run for run in state["runs"] if run not in own["runs"]] == []
        assert [model for model in state["models"] if model not in own["models"]] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_server_is_killed_again_and_again(layout: Layout, tmp_path: Path, kind: str) -> None:
    wanted = expected(layout)
    with serving(tmp_path, kind) as server:
        send_to(server, layout)
        for writes, patience in ((1, "0"), (9, "4"), (25, "0"), (40, "4"), (55, "0")):
            process, before = start(layout, MLFLOW_HTTP_REQUEST_MAX_RETRIES=patience), server.writes
            while process.poll() is None and server.writes < min(before + 12, writes):
                time.sleep(0.02)
            server.kill()
            server.start()
            _, said = process.communicate(timeout=300)
            assert "Traceback" not in said
            assert process.returncode in ((2,) if patience == "0" else (0, 2)), said
        run_stage("track", layout)
        assert held(server.address, EXPERIMENT) == wanted
        writes = server.writes
        run_stage("track", layout)
        assert server.writes == writes


def test_a_server_that_is_not_there_is_one_line_without_its_password(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    done = subprocess.run(
        [*COMMAND, str(layout.root)],
        env=ENVIRONMENT
        | {VARIABLE: f"http://me:s3cret@127.0.0.1:{port}/", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 2
    said = [line for line in done.stderr.splitlines() if not re.match(r"[WI][A0-9]", line)]
    assert len(said) == 2, done.stderr
    assert said[0] == f"track: importing into http://127.0.0.1:{port}"
    assert "Connection refused" in said[1]
    assert "the results are kept" in said[1]
    assert "s3cret" not in done.stderr
    assert not layout.tracked.exists()


ADDRESSES = [
    # key, variable -> address, name and password
    (None, "", None, ""),
    ("http://a", "", "http://a", ""),
    (None, "https://b:1/c/", "https://b:1/c", ""),
    ("http://a", "http://b", "http://a", ""),
    (None, "http://me:s%40x@b", "http://b", "me s@x"),
    ("http://me:s@a/", "http://b", "http://a", "me s"),
    ("http://b", "http://me:s@b", "http://b", "me s"),  # a plan, and what it was made from
    ("http://a", "http://me:s@b", "http://a", ""),  # of another server
    ("http://a", "databricks", "http://a", ""),
]


@pytest.mark.parametrize(("key", "variable", "address", "user"), ADDRESSES)
def test_the_key_comes_before_the_variable_and_shows_no_password(
    monkeypatch: pytest.MonkeyPatch, key: str | None, variable: str, address: str, user: str
) -> None:
    monkeypatch.setenv(VARIABLE, variable)
    load_config({}, {"mlflow": {"tracking_uri": key}})
    found = server(key)
    assert (found.address if found else None) == address
    assert " ".join(found.user.values() if found else ()) == user
    assert not any(os.environ[name] for name in USER)


def test_the_password_of_the_configuration_is_sent_to_its_server_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent.append(self.headers["Authorization"])
            self.send_error(401)

        do_POST = do_GET  # noqa: N815

    monkeypatch.chdir(tmp_path)
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever).start()
    try:
        address = f"127.0.0.1:{listening.server_port}"
        written = {"mlflow": {"tracking_uri": f"http://me:s3cret@{address}/"}}
        write_json(tmp_path / CONFIG_FILE, written)  # which is YAML as well
        assert server("http://127.0.0.1:9") == ("http://127.0.0.1:9", {})
        found = server(f"http://{address}")
        assert found is not None
        with pytest.raises(UserError, match="401"), open_server(found, tmp_path):
            pass
    finally:
        listening.shutdown()
        listening.server_close()
    assert set(sent) == {f"Basic {b64encode(b'me:s3cret').decode()}"}


@pytest.mark.parametrize(
    "address", ["databricks", "postgresql://me:s3cret@h/d", "http://", "http://h:x"]
)
@pytest.mark.parametrize("where", ["key", "variable"])
def test_what_is_no_address_of_a_server_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str, where: str
) -> None:
    monkeypatch.setenv(VARIABLE, address if where == "variable" else "")
    given = {"mlflow": {"tracking_uri": address}} if where == "key" else {}
    with pytest.raises(ConfigError, match=r"(?i)mlflow.*found .*allowed: an address") as caught:
        load_config({}, given)
    assert "s3cret" not in str(caught.value)


def test_a_moved_folder_keeps_its_origin_and_a_copied_one_gets_its_own(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "origin").write_text("as_it_was 12345\n")  # an inode, where now a path is
    assert origin(tmp_path / "a" / "origin") == "as_it_was"
    first = origin(tmp_path / "a" / "origin")
    assert origin(tmp_path / "a" / "origin") == first
    (tmp_path / "a").rename(tmp_path / "b")
    assert origin(tmp_path / "b" / "origin") == first
    shutil.copytree(tmp_path / "b", tmp_path / "c")
    second = origin(tmp_path / "c" / "origin")
    assert second not in ("", first)
    assert origin(tmp_path / "c" / "origin") == second
    assert origin(tmp_path / "b" / "origin") == first
    # a backup comes back, here or on another disk
    shutil.copytree(tmp_path / "b", tmp_path / "backup")
    for place in ("b", "d"):
        shutil.rmtree(tmp_path / "b", ignore_errors=True)
        shutil.copytree(tmp_path / "backup", tmp_path / place)
        assert origin(tmp_path / place / "origin") == first


def test_the_pages_are_those_of_the_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, "http://me:s3cret@h:1")
    ui(5000)
    assert capsys.readouterr().out == "The runs are on the server http://h:1\n"
