"""Which way of running a model is faster here: measured once, recorded, reused (wall 4).

XLA makes one fused program of a training loop, a graph calls a library for each operation. On a
processor XLA wins on small dense networks and loses on convolutions, by factors both ways;
no rule of thumb beats trying. The choice decides the order of floating-point sums, so it is
kept in a file: a rerun gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock

from densevsconv.store.files import read_json, write_json
from densevsconv.store.identity import digest

MODES = ("graph", "xla")


def recorded_choice(
    folder: Path, model: dict[str, Any], measure: Callable[[str], float | None]
) -> str:
    """Return the execution mode of ``model``, measuring it the first time.

    Parameters
    ----------
    folder
        Where the choices are kept.
    model
        What the choice depends on: architecture, structure of training, device, engine code and
        library versions. JSON-like.
    measure
        Returns the seconds of an epoch in a mode; None where the mode cannot run the model.

    Jobs that run side by side agree: the first one measures while the others wait.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{digest(model)}.json"
    with FileLock(file.with_suffix(".lock")):
        if not file.exists():
            seconds = {mode: measure(mode) for mode in MODES}
            choice = min((value, mode) for mode, value in seconds.items() if value is not None)[1]
            write_json(file, {"model": model, "seconds_per_epoch": seconds, "choice": choice})
        return str(read_json(file)["choice"])
