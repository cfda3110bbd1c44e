"""`kill -9` at any moment, then the same command: the same tables, and nothing is done twice."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.clones import STUDY, make_clone, rows

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").exists(), reason="finds processes in /proc"),
]

MEASURED = {
    "train_seconds_median", "seconds_per_epoch_median", "seconds_to_target_median", "time_ratio",
    "seconds", "search_seconds", "node",
}  # fmt: skip
"""Columns that say how long something took, or where: they differ from run to run."""

TABLES = ("summary.csv", "runs.csv", "trials.csv", "comparisons.csv")


def tables(clone):
    """Return the study's tables, measured times left out."""
    return {
        table: [
            {column: value for column, value in row.items() if column not in MEASURED}
            for row in rows(clone.results / table)
        ]
        for table in TABLES
    }


def processes(clone):
    """Return the commands of all processes that work in the clone, by id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cwd").resolve() == clone.root.resolve():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().decode()
        except OSError:  # ended meanwhile
            continue
    return found


def wait_until(condition, seconds, process=None):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        assert process is None or process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)


def start(clone, said=os.devnull):
    with open(said, "w") as output:
        return subprocess.Popen(
            clone.command("--cores", "2", "--config", STUDY),
            cwd=clone.root,
            env=clone.environment(),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def imported(clone):
    """Return the number of metrics of every MLflow run, by key; {} before there is a database."""
    database = clone.root / "results" / "mlflow" / "mlflow.db"
    if not database.exists():
        return {}
    query = """
        select tags.value, runs.status, (
            select count(*) from metrics where metrics.run_uuid = runs.run_uuid
        ) from runs join tags on tags.run_uuid = runs.run_uuid and tags.key = 'key'
    """
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            found = connection.execute(query).fetchall()
    except sqlite3.OperationalError:  # its tables are being made
        return {}
    assert len({key for key, *_ in found}) == len(found), "a run is there twice"
    return {key: (status, metrics) for key, status, metrics in found}


MOMENTS = {
    "search": lambda clone: len(clone.journal("search")) >= 2,
    "refit": lambda clone: len(clone.journal("refit")) >= 1,
    "import": lambda clone: len(imported(clone)) >= 4,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_goes_on_where_it_was(finished, tmp_path, moment):
    clone = make_clone(tmp_path / "clone", finished.root)
    process = start(clone)
    wait_until(lambda: MOMENTS[moment](clone), 600, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    # the jobs of a killed run end by themselves
    wait_until(lambda: not processes(clone), 30)
    done = {stage: clone.journal(stage) for stage in ("search", "refit", "time")}

    clone.run()

    for stage, entries in done.items():
        after = clone.journal(stage)
        assert {name: after.get(name) for name in entries} == entries, "work was done again"
        assert set(after) == set(finished.journal(stage)) or stage == "time"
    assert tables(clone) == tables(finished)
    assert imported(clone) == imported(finished)
    assert "Nothing to be done" in clone.run()


def test_a_killed_job_fails_the_run_and_the_next_one_goes_on(finished, tmp_path):
    clone = make_clone(tmp_path / "clone", finished.root)
    said = tmp_path / "said"
    process = start(clone, said)
    wait_until(lambda: len(clone.journal("search")) >= 1, 600, process)
    jobs = [number for number, command in processes(clone).items() if "\0search\0" in command]
    assert jobs
    os.kill(jobs[0], signal.SIGKILL)
    assert process.wait(timeout=600) != 0
    assert "where memory runs out" in said.read_text(encoding="utf-8")
    before = clone.journal("search")

    clone.run()

    after = clone.journal("search")
    assert {name: after[name] for name in before} == before
    assert tables(clone) == tables(finished)


def test_a_second_run_waits_for_the_first_one(clone, tmp_path):
    said = {name: tmp_path / name for name in ("first", "second", "third")}
    runs = {"first": start(clone, said["first"])}
    try:
        owner = clone.root / "results" / ".running.owner"
        wait_until(lambda: owner.exists() and (clone.results / "logs").exists(), 120)
        waits = f"waiting for process {runs['first'].pid} on"
        for name in ("second", "third"):
            runs[name] = start(clone, said[name])
            wait_until(lambda: waits in said[name].read_text(), 120, runs[name])  # noqa: B023
        # Ctrl-C ends the waiting; looking is allowed meanwhile
        runs["third"].send_signal(signal.SIGINT)
        assert runs["third"].wait(timeout=30) != 0
        assert "Traceback" not in said["third"].read_text()
        assert clone.jobs()
        runs["first"].kill()
        runs["first"].wait()
        wait_until(lambda: owner.exists() and f" {runs['second'].pid} " in owner.read_text(), 60)
    finally:
        for run in runs.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
            run.wait()
