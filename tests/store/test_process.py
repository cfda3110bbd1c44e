"""The lock of a results folder: one run at a time, and nothing left by a killed one."""

import subprocess
import sys
from pathlib import Path

import pytest

from densevsconv.errors import UserError
from densevsconv.store.process import RunLock, prepare_environment

ROOT = Path(__file__).parents[2]
HOLD = (
    "import sys, time; sys.path.insert(0, 'src'); from pathlib import Path;"
    "from densevsconv.store.process import RunLock;"
    "lock = RunLock(Path(sys.argv[1])); assert lock.acquire(); print('held', flush=True);"
    "time.sleep(60)"
)


def holder(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_refused_and_a_killed_one_leaves_no_lock(tmp_path):
    first = holder(tmp_path)
    second = RunLock(tmp_path)
    try:
        assert not second.acquire()
        with pytest.raises(UserError, match=f"process {first.pid}"):
            second.require()
    finally:
        first.kill()
        first.wait()
    second.require()
    assert second.acquire()


def test_the_users_own_settings_stay(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "1")
    prepare_environment(2)
    import os

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
