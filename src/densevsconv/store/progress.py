"""Progress of long stages: a line every few seconds, as readable in a log as on a terminal."""

from __future__ import annotations

import sys
import time


class Progress:
    """Counts finished pieces of work and says how far along they are.

    Parameters
    ----------
    label
        What is being done, such as ``"search 0"``.
    total
        Number of pieces.
    done
        Pieces that an earlier run finished; they do not count towards the speed.
    cost
        What the pieces still to do are estimated to cost together, in any unit: the time left is
        told by it. Without it each costs 1.
    every
        Least number of seconds between two lines.
    """

    def __init__(
        self,
        label: str,
        total: int,
        done: int = 0,
        *,
        cost: float | None = None,
        every: float = 5.0,
    ) -> None:
        self.label = label
        self.total = total
        self.done = done
        self.every = every
        self._cost = total - done if cost is None else cost
        self._spent = 0.0
        self._begin = time.monotonic()
        self._last = self._begin
        if done:
            self._say(f"{done} of {total} found in the journal")

    def _say(self, text: str) -> None:
        print(f"{self.label}: {text}", file=sys.stderr, flush=True)

    def advance(self, note: str = "", cost: float = 1.0) -> None:
        """Count one piece of work, estimated at ``cost``, as finished; ``note`` is said with it."""
        self.done += 1
        self._spent += cost
        now = time.monotonic()
        if self.done < self.total and now - self._last < self.every:
            return
        self._last = now
        seconds = now - self._begin
        left = seconds / self._spent * (self._cost - self._spent)
        time_left = f", about {left:.0f} s left" if self.done < self.total else ""
        self._say(f"{self.done} of {self.total} in {seconds:.0f} s{time_left}  {note}".rstrip())
