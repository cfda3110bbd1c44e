"""Random kills for KILL_MINUTES (2 unless said), and the same command again until all is done.

Each time one of the run's whole group, Snakemake alone and one of its jobs alone gets one of KILL,
TERM, INT, HUP, at a random moment. In the end the tables are those of an undisturbed run, no work
was done twice, and no process is left.
"""

import os
import random
import signal
import time

import pytest

from tests.workflow.conftest import finished  # noqa: F401 - a fixture
from tests.workflow.test_kill import imported, make_clone, processes, start, tables, wait_until

MINUTES = float(os.environ.get("KILL_MINUTES", "2"))
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def kill(clone, run, choose):
    """Send a signal to a random target of a run; return what was done."""
    number = choose.choices(SIGNALS, (3, 1, 1, 1))[0]
    jobs = [pid for pid, command in processes(clone).items() if "\0densevsconv\0" in command]
    target = choose.choice(["group", "snakemake", "job"]) if jobs else "group"
    if target == "group":
        os.killpg(run.pid, number)
    else:
        os.kill(run.pid if target == "snakemake" else choose.choice(jobs), number)
    return f"{signal.Signals(number).name} {target}"


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc"), reason="finds processes in /proc")
def test_random_kills(finished, tmp_path):  # noqa: F811
    choose = random.Random(2026)
    end = time.monotonic() + 60 * MINUTES
    kills, rounds = {}, 0
    while time.monotonic() < end:
        rounds += 1
        clone = make_clone(tmp_path / str(rounds), finished.root)
        written = {}
        while True:
            run = start(clone)
            wait = choose.uniform(1, 40) if time.monotonic() < end else 1e9
            until = time.monotonic() + wait
            while run.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
            if run.poll() is None:
                what = kill(clone, run, choose)
                kills[what] = kills.get(what, 0) + 1
                time.sleep(choose.uniform(0, 2))
                if run.poll() is None:  # it ends its jobs first, or goes on without one
                    os.killpg(run.pid, signal.SIGKILL)
            code = run.wait()
            wait_until(lambda: not processes(clone), 30)  # noqa: B023
            for stage in ("search", "refit"):
                now = clone.journal(stage)
                before = written.setdefault(stage, {})
                assert {name: now.get(name) for name in before} == before, "done again, or lost"
                written[stage] = now
            if code == 0:
                break
        assert tables(clone) == tables(finished)
        assert imported(clone) == imported(finished)
        assert not list(clone.results.rglob(".*.????????.*")) or kills  # swept on the next start
    print(f"{sum(kills.values())} kills in {rounds} rounds, 0 lost, 0 twice: {kills}")
