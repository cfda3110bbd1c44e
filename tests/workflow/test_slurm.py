"""The tiny study on a real SLURM that breaks meanwhile: the tables of a local run."""

import json
import os
import signal
import subprocess

import pytest

from tests.support.clones import STUDY, make_clone, rows
from tests.support.slurm import NODES, missing, running_slurm
from tests.workflow.test_kill import imported, tables, wait_until

pytest.importorskip("snakemake_executor_plugin_slurm", reason="snakemake-executor-plugin-slurm")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=missing())]

# there is no accounting here, nodes are small, and nobody wants to wait
OPTIONS = [
    "--default-resources", "mem_mb=3000", "runtime=30", "--slurm-status-command", "squeue",
    "--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "5",
]  # fmt: skip


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    with running_slurm(tmp_path_factory.mktemp("slurm")) as cluster:
        yield cluster


@pytest.fixture
def on_slurm(slurm, tmp_path):
    """Start the study of a clone on the cluster; what it says is in a file."""
    started = []

    def start(clone, *options):
        command = clone.command("--profile", "profiles/slurm", *OPTIONS, *options)
        with (tmp_path / f"{len(started)}.txt").open("w") as said:
            run = subprocess.Popen(
                [*command, "--config", STUDY],
                cwd=clone.root,
                env=clone.environment() | slurm.environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        started.append(run)
        return run, tmp_path / said.name

    yield start
    slurm.call("scancel", "--me")
    for run in started:
        run.kill()
        run.wait()


def test_a_cluster_that_breaks_gives_the_tables_of_this_machine(
    finished, slurm, on_slurm, tmp_path
):
    clone = make_clone(tmp_path / "clone", finished.root)
    run, said = on_slurm(clone)
    wait_until(lambda: clone.journal("search") and slurm.running(), 400, run)
    slurm.call("scancel", *(job for job, _ in slurm.running().values()))
    before = clone.journal("search")
    wait_until(lambda: {"refit0", "refit1"} & set(slurm.running()), 600, run)
    slurm.kill_node(next(node for rule, (_, node) in slurm.running().items() if "refit" in rule))
    assert run.wait(timeout=1500) == 0, said.read_text()

    after = clone.journal("search")
    assert {name: after[name] for name in before} == before, "work was done again"
    assert tables(clone) == tables(finished)
    assert imported(clone) == imported(finished)
    assert {row["node"] for row in rows(clone.results / "trials.csv")} <= set(NODES)
    timed = [json.loads(file.read_text()) for file in clone.results.glob("time/*.json")]
    assert len({timing["machine"]["node"] for timing in timed} & set(NODES)) == 1
    again, said = on_slurm(clone)
    assert again.wait(timeout=60) == 0
    assert "Nothing to be done" in said.read_text()


def test_a_shard_that_a_killed_run_left_behind_is_not_done_beside_it(clone, slurm, on_slurm):
    clone.edit("config/studies/tiny.yaml", "epochs: 4", "epochs: 20000")
    run, _ = on_slurm(clone, "search0")
    wait_until(lambda: (clone.results / "working" / "search-0.owner").exists(), 400, run)
    os.killpg(run.pid, signal.SIGKILL)
    ((job, node),) = slurm.running().values()
    again, said = on_slurm(clone, "search0", "--retries", "0")
    assert again.wait(timeout=200) != 0
    assert f"on {node}, SLURM job {job}; wait for it to end" in said.read_text()
    assert slurm.running() == {"search0": (job, node)}


@pytest.mark.parametrize("threads", [2, 3])
def test_a_timing_that_cannot_have_its_threads_is_refused_at_once(clone, on_slurm, threads):
    clone.edit("config/studies/tiny.yaml", "repeats: 1", f"repeats: 1\n  threads: {threads}")
    given = ["--cores", "1"] if threads == 2 else []
    run, said = on_slurm(clone, *given)
    assert run.wait(timeout=60) != 0
    assert ("has 1 cores" if given else "no node for the timing") in said.read_text()
    assert not (clone.results / "logs").exists()
