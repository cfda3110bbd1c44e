"""How a process of the study behaves towards the system: quiet libraries, no orphans, one run."""

import atexit
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TextIO, cast

from filelock import SoftFileLease, Timeout

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


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """Import libraries as if these packages, which they use where they are, were not.

    Those that this process has imported already stay, and all can be imported afterwards.
    """
    hidden = [package for package in packages if package not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for package in hidden:
            del sys.modules[package]


def end_with_parent(parent: int, every: float = 0.5) -> None:
    """End this process soon after its ``parent`` has ended, however that ended, or has already.

    A workflow that is killed (``kill -9``, out of memory) cannot stop its jobs. Left alone they
    would train on, beside the same jobs of the next run.
    """
    os.environ.setdefault("TTY_INTERACTIVE", "0")  # no bars: other jobs say things beside this one

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(every)
        # files are written under temporary names, so ending at any moment is safe
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def forks(count: int) -> ProcessPoolExecutor:
    """Return processes that have what this one has imported, and end with it."""
    return ProcessPoolExecutor(count, get_context("fork"), _end_with, (os.getpid(),))


def _end_with(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says that it was interrupted
    end_with_parent(parent)


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


def node() -> str:
    """Return the name of this machine; on a cluster the one that its scheduler knows."""
    return os.environ.get("SLURMD_NODENAME") or socket.gethostname()


SILENCE = 90.0
"""Seconds after which an owner on another machine that does not touch its file has ended."""


class Claim:
    """The right to do something, of one process at a time on all machines that share the disk.

    A file, which its owner touches again and again. A killed process leaves nothing to clear away:
    on its own machine it is known to have ended, from another one after :data:`SILENCE`. Locks of
    the file system are not used: network disks have none, or others on every machine.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._owner = file.with_name(f"{file.name}.owner")
        self._lease = SoftFileLease(
            file,
            lease_duration=SILENCE,
            heartbeat_interval=SILENCE / 30,
            thread_local=False,
            on_compromise=lambda _: self._lost(),
        )

    @property
    def owner(self) -> str:
        """Who has it, in words."""
        try:
            return self._owner.read_text(encoding="utf-8")
        except FileNotFoundError:
            return "another process"

    def acquire(self) -> bool:
        """Take the right, or return False where another process has it and is alive."""
        if self._lease.is_locked:
            return True
        self.file.parent.mkdir(parents=True, exist_ok=True)
        first = 0

        def alive() -> bool:
            nonlocal first
            touched = self._touched()
            first = first or touched
            return first < touched

        try:
            self._lease.acquire(timeout=2 * SILENCE, cancel_check=alive)
        except Timeout:
            return False
        job = os.environ.get("SLURM_JOB_ID")
        words = f"process {os.getpid()} on {node()}" + (f", SLURM job {job}" if job else "")
        self._owner.write_text(words, encoding="utf-8")
        return True

    def release(self) -> None:
        self._owner.unlink(missing_ok=True)
        self._lease.release()

    @contextmanager
    def held(self, what: str) -> Iterator[None]:
        """Hold it for a while, or raise :class:`UserError` saying who does ``what`` already."""
        if not self.acquire():
            raise UserError(
                f"{what} is being done by {self.owner}; wait for it to end, or end it, and run "
                "this again"
            )
        try:
            yield
        finally:
            self.release()

    def wait(self, label: str, doing: str) -> bool:
        """Hold it from here on; return whether another process, ``doing`` it, had to end first."""
        if self.acquire():
            return False
        print(f"{label}: waiting for {self.owner}, which {doing}", file=sys.stderr, flush=True)
        while not self.acquire():
            pass
        return True

    def queue(self) -> None:
        """Hold it until the end of this process.

        Where another process has it, wait for its end, then start this program anew: what there is
        to do has changed meanwhile.
        """
        doing = f"is running a study in {self.file.parent} (Ctrl-C: do not wait)"
        try:
            waited = self.wait("densevsconv", doing)
        except KeyboardInterrupt:
            sys.exit("densevsconv: no longer waiting; nothing was done")
        if waited:
            self.release()
            os.execv(sys.executable, sys.orig_argv)
        atexit.register(self.release)

    def _touched(self) -> int:
        try:
            return self.file.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _lost(self) -> None:
        print(f"densevsconv: {self.file} is no longer this process's; run again", file=sys.stderr)
        os.kill(os.getpid(), signal.SIGINT)
