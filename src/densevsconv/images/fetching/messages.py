"""What fetching says while it works: lines that a log can hold."""

from __future__ import annotations

import sys
import time


def say(label: str, text: str) -> None:
    """Say something about a file, at once."""
    print(f"{label}: {text}", file=sys.stderr, flush=True)


def shown_size(size: int) -> str:
    """Return a number of bytes for people: ``9.9 MB``."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"


class Meter:
    """Says how far along a file is, every few seconds and when it is there.

    Parameters
    ----------
    label
        Which file.
    total
        Bytes of the whole file; None: not known.
    done
        Bytes that an earlier attempt left; they do not count towards the speed.
    every
        Least number of seconds between two lines.
    """

    def __init__(self, label: str, total: int | None, done: int, every: float = 5.0) -> None:
        self.label = label
        self.total = total
        self.done = done
        self.every = every
        self._resumed = done
        self._begin = self._last = time.monotonic()
        if done:
            of = f" of {shown_size(total)}" if total else ""
            say(label, f"going on after {shown_size(done)}{of}")

    def advance(self, count: int) -> None:
        """Count bytes that have arrived."""
        self.done += count
        now = time.monotonic()
        if now - self._last >= self.every:
            self._last = now
            say(self.label, self._progress(now - self._begin))

    def finish(self) -> None:
        """Say that all bytes have arrived."""
        seconds = time.monotonic() - self._begin
        say(self.label, f"{shown_size(self.done)} in {seconds:.0f} s")

    def _progress(self, seconds: float) -> str:
        arrived = self.done - self._resumed
        speed = f"{shown_size(round(arrived / seconds))}/s"
        if not self.total:
            return f"{shown_size(self.done)}, {speed}"
        left = seconds / arrived * (self.total - self.done)
        share = 100 * self.done / self.total
        return (
            f"{shown_size(self.done)} of {shown_size(self.total)} ({share:.0f}%), {speed}, "
            f"about {left:.0f} s left"
        )
