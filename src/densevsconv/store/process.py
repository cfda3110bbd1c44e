"""How a process of the study behaves towards the system: quiet libraries, no orphans, one run."""

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO, cast

from filelock import FileLock, Timeout

from densevsconv.errors import UserError

_QUIET = {
    "GRPC_VERBOSITY": "ERROR",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MPLBACKEND": "Agg",  # figures go to files; no display is needed
}


def prepare_environment(threads: int | None) -> None:
    """Set what libraries read while they are imported; what the user has set stays.

    ``threads`` limits the linear-algebra libraries under NumPy, so that shards side by side
    do not crowd each other; TensorFlow's threads are set by its engine.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    if threads is not None:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, str(threads))


def end_with_parent(every: float = 0.5) -> None:
    """End this process soon after the one that started it has ended, however that ended.

    A workflow that is killed (``kill -9``, out of memory) cannot stop its jobs. Left alone they
    would train on, beside the same jobs of the next run.
    """
    parent = os.getppid()
    os.environ.setdefault("TTY_INTERACTIVE", "0")  # no bars: other jobs say things beside this one

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(every)
        # files are written under temporary names, so ending at any moment is safe
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


class Tee:
    """A text stream that writes to a terminal and a log."""

    def __init__(self, terminal: TextIO, log: TextIO) -> None:
        self.terminal = terminal
        self.log = log

    def write(self, text: str) -> int:
        with suppress(OSError):  # a full disk takes no log; the terminal says why
            self.log.write(text)
        return self.terminal.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self.log.flush()
        self.terminal.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.terminal, name)


def log_to(file: Path) -> None:
    """Keep in ``file`` all that this process says; the terminal gets what Python says.

    TensorFlow's C++ parts greet with lines that no setting silences and that help nobody on a
    terminal. They write to the process's own standard error, which is the log from here on.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    terminal = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8", errors="replace")
    log = file.open("w", buffering=1, encoding="utf-8", errors="replace")
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    sys.stdout = sys.stderr = cast(TextIO, Tee(terminal, log))


class RunLock:
    """The right to write below a results folder: one run at a time.

    The system lets go of the lock when the process ends, however it ends: a killed run leaves
    nothing to clear away. One lock for all studies of a folder, since timings are taken alone on
    the machine.
    """

    def __init__(self, results: Path) -> None:
        self.file = results / ".lock"
        self._lock = FileLock(self.file, blocking=False, fallback_to_soft=False)

    def acquire(self) -> bool:
        """Take the lock, or return False where another process holds it."""
        if self._lock.is_locked:
            return True
        self.file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            return False
        self.file.write_text(str(os.getpid()), encoding="utf-8")  # for `require` elsewhere
        return True

    def require(self) -> None:
        """Take the lock, or raise :class:`UserError` saying which process holds it."""
        if not self.acquire():
            holder = self.file.read_text(encoding="utf-8").strip()
            raise UserError(
                f"{self.file.parent}: another run (process {holder}) is writing here; wait for it "
                f"to end, or end it with `kill {holder}`"
            )
