"""NVIDIA cards, shared out between the jobs of a machine: a lock for each place on a card.

Snakemake counts GPUs and says no job which one is its own, and TensorFlow opens a context on every
card that it sees. So a job that trains holds a place, and sees the card of that place alone. The
locks are the system's: a killed job's place is free at once.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""Of the cards named here, as a cluster does, one is taken."""
PLACES_VARIABLE = "DENSEVSCONV_JOBS_PER_GPU"
LEAST_FREE = 1024
"""MiB: a card with less is full already, of other people's programs."""
SECONDS = 20
"""That nvidia-smi may take."""
_QUERY = ("nvidia-smi", "--query-gpu=index,uuid,name,memory.free", "--format=csv,noheader,nounits")


class Card(NamedTuple):
    """What nvidia-smi says of one; ``free`` in MiB, where the driver tells."""

    number: str
    uuid: str
    name: str
    free: str

    @property
    def full(self) -> bool:
        return self.free.isdecimal() and int(self.free) < LEAST_FREE


def cards() -> list[Card]:
    """Return the cards that this process may use; none where nvidia-smi lists none in time."""
    try:
        done = subprocess.run(_QUERY, capture_output=True, text=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [[cell.strip() for cell in line.split(",")] for line in done.stdout.splitlines()]
    found = [Card(*row) for row in rows if len(row) == len(Card._fields)]
    if (given := os.environ.get(VISIBLE)) is None:
        return found
    wanted = tuple(filter(None, given.split(",")))
    return [card for card in found if card.number in wanted or card.uuid.startswith(wanted)]


@contextmanager
def place(*, alone: bool = False) -> Iterator[None]:
    """Hold a place on a card, waiting for one, or all of a card's; without cards nothing."""
    with ExitStack() as held:
        found, told = cards(), False
        while found and not any(_taken(card, held, alone=alone) for card in found):
            if not told:
                print("densevsconv: waiting for a GPU that has room", file=sys.stderr, flush=True)
            told = True
            time.sleep(1)
            found = cards()
        yield


@contextmanager
def hidden() -> Iterator[None]:
    """Let this process see no card: what it does needs none."""
    with ExitStack() as held:
        _see("-1", held)
        yield


def _taken(card: Card, held: ExitStack, *, alone: bool) -> bool:
    """Take a place on a card, or all of its places; return whether there was one."""
    folder = Path(tempfile.gettempdir()) / f"densevsconv-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    places = int(os.environ.get(PLACES_VARIABLE, "1"))
    with ExitStack() as mine:
        free = 0
        for number in range(0 if card.full else places):
            lock = FileLock(folder / f"{card.uuid}-{number}.lock", blocking=False)
            try:
                mine.enter_context(lock)
            except Timeout:
                continue
            free += 1
            if not alone:
                break
        if free < (places if alone else 1):
            return False
        held.push(mine.pop_all())
    _see(card.uuid, held)
    return True


def _see(what: str, until: ExitStack) -> None:
    before = os.environ.get(VISIBLE)
    if before is None:
        until.callback(os.environ.pop, VISIBLE, None)
    else:
        until.callback(os.environ.__setitem__, VISIBLE, before)
    os.environ[VISIBLE] = what
