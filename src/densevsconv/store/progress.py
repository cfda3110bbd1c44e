"""How far along a stage or a download is: a live bar on a terminal, plain lines in a log.

The jobs of a workflow share a terminal, where bars would overwrite each other and a killed job
would leave no cursor: there (``--end-with-parent`` sets TTY_INTERACTIVE=0), and in a file or a
pipe, a line is said every few seconds and at the end.
"""

from __future__ import annotations

import atexit
import sys
import time
from typing import TextIO, cast

from rich.console import Console
from rich.file_proxy import FileProxy
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from densevsconv.store.process import Tee


def say(label: str, text: str) -> None:
    print(f"{label}: {text}", file=sys.stderr, flush=True)


def shown_size(size: float) -> str:
    """Return bytes for people: ``9.9 MB``."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"


def shown_time(seconds: float) -> str:
    """Return a time for people: ``85 s``, ``14 min``, ``2 h 05 min``."""
    minutes = round(seconds / 60)
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02} min"


class Progress:
    """Counts finished pieces of work, or bytes of a file that have arrived (``of_bytes``).

    ``done`` of the ``total`` (None: not known) were finished by an earlier run and do not count
    towards the speed. ``cost`` is what the others are estimated to cost together, in any unit: the
    time left is told by it; without it each costs 1. ``every``: seconds between lines.
    """

    def __init__(
        self,
        label: str,
        total: int | None,
        done: int = 0,
        *,
        cost: float | None = None,
        of_bytes: bool = False,
        every: float = 5.0,
    ) -> None:
        self.label = label
        self.total = total
        self.done = done
        self._of_bytes = of_bytes
        self._every = every
        self._found = done
        self._cost = (total or 0) - done if cost is None else cost
        self._spent = 0.0
        self._note = ""
        self._begin = self._last_line = self._last_piece = time.monotonic()
        self._finished = False
        self._bar: Bar | None = None
        self._lines: TextIO | None = sys.stderr
        """Where a line is said every few seconds; with a bar on the terminal, the log if any."""
        if done:
            of = f" of {self._shown(total)}" if total else ""
            text = f"{self._shown(done)}{of}"
            say(label, f"going on after {text}" if of_bytes else f"{text} found in the journal")
        if total is None or done < total:
            self._start_bar()

    def advance(self, note: str = "", cost: float | None = None, count: int = 1) -> None:
        """Count pieces as finished, estimated at ``cost``; ``note`` is said with them."""
        self.done += count
        self._spent += count if cost is None else cost
        self._note = note
        self._last_piece = time.monotonic()
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=self._spent)
        if self.done == self.total:
            self.finish()
        elif self._lines is not None and self._last_piece - self._last_line >= self._every:
            self._last_line = self._last_piece
            print(f"{self.label}: {self.text()}", file=self._lines, flush=True)

    def finish(self) -> None:
        """Say that the work is done, once; :meth:`advance` does where the total is known."""
        if self._finished:
            return
        self._finished = True
        self.close()
        of = f" of {self.total}" if self.total and not self._of_bytes else ""
        seconds = shown_time(time.monotonic() - self._begin)
        say(self.label, f"{self._shown(self.done)}{of} in {seconds}  {self._note}".rstrip())

    def close(self) -> None:
        """Take the bar off the terminal, also where the work broke off."""
        if self._bar is None:
            return
        self._bar.stop()
        if isinstance(sys.stderr, Tee):
            sys.stderr.terminal = cast(TextIO, self._bar.console.file)
        atexit.unregister(self.close)
        self._bar = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def text(self) -> str:
        """Return how far along the work is now, and about how long it will still take."""
        seconds, now = self._last_piece - self._begin, time.monotonic()
        text = self._shown(self.done)
        if self.total:
            text += f" of {self._shown(self.total)}"
            text += f" ({100 * self.done / self.total:.0f}%)" if self._of_bytes else ""
        if not self._of_bytes:
            text += f" in {shown_time(now - self._begin)}"
        elif self._spent:
            text += f", {shown_size((self.done - self._found) / max(seconds, 1e-3))}/s"
        if self._spent and self.total:
            left = seconds / self._spent * (self._cost - self._spent)
            text += f", about {shown_time(max(left - (now - self._last_piece), 0))} left"
        return f"{text}  {self._note}".rstrip()

    def _shown(self, count: int) -> str:
        return shown_size(count) if self._of_bytes else str(count)

    def _start_bar(self) -> None:
        tee = sys.stderr if isinstance(sys.stderr, Tee) else None
        console = Console(file=tee.terminal if tee else sys.stderr)
        if not console.is_interactive:
            return
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(20),
            _Text(self),
            console=console,
            refresh_per_second=4,
            transient=True,
            redirect_stdout=tee is None,
            redirect_stderr=tee is None,
        )
        self._bar.add_task(self.label, total=self._cost if self.total else None)
        self._lines = tee.log if tee else None
        if tee:  # what else is said goes above the bar, and into the log as ever
            tee.terminal = cast(TextIO, FileProxy(console, tee.terminal))
        self._bar.start()
        atexit.register(self.close)


class _Text(ProgressColumn):
    """What stands right of the bar, cut where the terminal ends."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def render(self, task: Task) -> Text:
        return Text(self._progress.text(), no_wrap=True, overflow="ellipsis")
