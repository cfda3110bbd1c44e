"""Which way of running a model is faster here: measured once, recorded, reused (wall 4).

No rule of thumb beats trying. The choice decides the order of floating-point sums, so it is kept in
a file: a rerun gives the same bits.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from filelock import FileLock

from densevsconv.errors import UnableError
from densevsconv.store.files import read_json, write_json
from densevsconv.store.identity import digest


def add_flags(variable: str, *flags: str) -> None:
    """Add flags that a library reads when it is imported; what the user has set comes last."""
    there = os.environ.get(variable, "")
    new = [flag for flag in flags if flag not in there]
    os.environ[variable] = " ".join(filter(None, [*new, there]))


def recorded_choice(
    folder: Path | None,
    model: dict[str, Any],
    modes: Iterable[str],
    measure: Callable[[str], float],
) -> str:
    """Return the execution mode of ``model``, measuring it the first time.

    ``folder`` is where the choices are kept; with None it is measured each time. ``model`` is what
    the choice depends on, JSON-like: architecture, structure of training, device, engine code and
    library versions. ``measure`` returns the seconds of an epoch in a mode, or raises
    :class:`UnableError`, whose reason is recorded where another mode can; where none can it is
    raised, and nothing recorded. Jobs that run side by side agree: the others wait for the first.
    """

    def measured() -> dict[str, Any]:
        seconds: dict[str, float] = {}
        failed: dict[str, str] = {}
        for mode in modes:
            try:
                seconds[mode] = measure(mode)
            except UnableError as error:
                failed[mode] = str(error)
        if not seconds:
            raise UnableError("; ".join(f"{mode}: {reason}" for mode, reason in failed.items()))
        choice = min(seconds, key=lambda mode: (seconds[mode], mode))
        found = {"model": model, "seconds_per_epoch": seconds, "choice": choice}
        return found | ({"failed": failed} if failed else {})

    if folder is None:
        return str(measured()["choice"])
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{digest(model)}.json"
    with FileLock(file.with_suffix(".lock")):
        if not file.exists():
            write_json(file, measured())
        return str(read_json(file)["choice"])
