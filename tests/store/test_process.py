"""What is done by one process at a time, and nothing left by a killed one; logs; environment."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from densevsconv.errors import UserError
from densevsconv.store import process
from densevsconv.store.process import Claim, forks, prepare_environment, without

ROOT = Path(__file__).parents[2]
HOLD = (
    "import sys, time; sys.path.insert(0, 'src'); from pathlib import Path;"
    "from densevsconv.store.process import Claim;"
    "claim = Claim(Path(sys.argv[1])); assert claim.acquire(); print('held', flush=True);"
    "time.sleep(60)"
)
WAIT = (
    "import sys; sys.path.insert(0, 'src'); from pathlib import Path;"
    "from densevsconv.store.process import Claim;"
    "print('waits', flush=True); Claim(Path(sys.argv[1])).queue()"
)


def holder(file, **environment):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_one_process_at_a_time_and_a_killed_one_leaves_nothing_to_clear(tmp_path):
    first = holder(tmp_path / "it", SLURMD_NODENAME="n7", SLURM_JOB_ID="12")
    claim = Claim(tmp_path / "it")
    who = f"process {first.pid} on n7, SLURM job 12"
    try:
        with pytest.raises(UserError, match=f"^the work is being done by {who}"):  # noqa: SIM117
            with claim.held("the work"):
                pass
    finally:
        first.kill()
        first.wait()
    with claim.held("the work"):
        assert claim.owner.startswith(f"process {os.getpid()} on ")
    assert not list(tmp_path.iterdir())


def elsewhere(file, seconds=2.0):
    record = "filelock/2\npid=1\nhost=elsewhere\nmode=lease\ntoken=ab\nduration="
    file.write_text(f"{record}{seconds}\n", encoding="ascii")


@pytest.mark.parametrize("late", [False, True], ids=["was there", "is quicker"])
@pytest.mark.parametrize("alive", [True, False])
def test_another_machine_has_it_for_as_long_as_it_touches_the_file(
    tmp_path, monkeypatch, alive, late
):
    monkeypatch.setattr(process, "SILENCE", 2.0)
    claim = Claim(tmp_path / "it")
    if not late:
        elsewhere(claim.file)
    acquire = claim._lease.acquire

    def slow(**given):
        elsewhere(claim.file)
        return acquire(**given)

    if late:
        monkeypatch.setattr(claim._lease, "acquire", slow)
    if alive:
        threading.Timer(1, claim.file.touch).start()
    assert claim.acquire() is not alive


def test_who_no_longer_waits_leaves_the_owner_alone(tmp_path):
    file, owner = tmp_path / "it", tmp_path / "it.owner"
    elsewhere(file, 90.0)
    owner.write_text("process 1 elsewhere")
    waiting = subprocess.Popen(
        [sys.executable, "-c", WAIT, str(file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "waits\n"
    time.sleep(0.5)
    waiting.send_signal(signal.SIGINT)
    assert waiting.communicate(timeout=30)[1] == (
        "densevsconv: no longer waiting; nothing was done\n"
    )
    assert owner.exists()


def test_the_users_own_settings_stay(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "1")
    prepare_environment(2)
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
    assert os.environ["OPENBLAS_NUM_THREADS"] == "2"
    monkeypatch.undo()
    os.environ.pop("OPENBLAS_NUM_THREADS", None)


def test_the_log_keeps_everything_and_the_terminal_what_python_says(tmp_path):
    script = (
        "import os, sys; sys.path.insert(0, 'src'); from pathlib import Path;"
        "from densevsconv.store.process import log_to; log_to(Path(sys.argv[1]));"
        "print('progress', file=sys.stderr); os.write(2, b'native noise\\n'); 1 / 0"
    )
    log = tmp_path / "logs" / "search.log"
    done = subprocess.run(
        [sys.executable, "-c", script, str(log)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "progress\n" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert "native noise" not in done.stderr
    assert done.stdout == ""
    kept = log.read_text()
    assert all(text in kept for text in ("progress\n", "native noise\n", "ZeroDivisionError"))


def test_a_package_is_hidden_while_others_are_imported_unless_it_is_there_already(monkeypatch):
    monkeypatch.delitem(sys.modules, "wave", raising=False)
    with without("wave", "os"):
        assert os is __import__("os")
        with pytest.raises(ImportError):
            __import__("wave")
    assert __import__("wave")


def test_forks_end_with_the_process_that_is_killed_and_hand_over_errors():
    with forks(2) as pool, pytest.raises(UserError, match="no such file"):
        pool.submit(_fails).result()
    script = (
        "import os, time; from densevsconv.store.process import forks; pool = forks(1);"
        "print(pool.submit(os.getpid).result(), flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT / "src", stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    parent.stdout.readline()
    parent.kill()
    parent.communicate(timeout=30)  # its output, which a fork that lived on would keep open


def _fails():
    raise UserError("no such file")
