"""Searches a case in one way, in a process of its own: `python -m benchmarks.worker WAY FOLDER`.

It imports once and says how long that took; then, for each case asked for on its input, a copy of
it (fork) searches, so that every search finds the process as it was after importing: no compiled
program, no grown memory. Images are in FOLDER, as `FOLDER/DATASET.npz`.
"""

import os
import sys
import time

BEGIN = time.perf_counter()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import json  # noqa: E402
import traceback  # noqa: E402
from dataclasses import asdict  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from benchmarks.cases import Case, first  # noqa: E402
from benchmarks.ways import WAYS  # noqa: E402
from densevsconv.images.prepared import TrainingData  # noqa: E402
from densevsconv.store.machine import peak_memory, reset_peak_memory  # noqa: E402
from densevsconv.store.process import end_with_parent  # noqa: E402


def save(file: Path, data: TrainingData) -> None:
    arrays = {name: value for name, value in vars(data).items() if name != "info"}
    np.savez(file, **arrays, info=json.dumps(data.info))


def load(file: Path) -> TrainingData:
    with np.load(file) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    return TrainingData(**found | {"info": json.loads(str(found["info"]))})


def measured(search: Any, case: Case, folder: Path) -> dict[str, Any]:
    data = first(load(folder / f"{case.dataset}.npz"), case.images)
    before = reset_peak_memory()
    clock = time.perf_counter()
    searched = search(case, data)
    seconds = time.perf_counter() - clock
    memory = peak_memory() - before + searched.memory_bytes
    return {**asdict(searched), "seconds": seconds, "memory_bytes": memory}


def forked(function: Any, *arguments: Any) -> dict[str, Any]:
    """Return what the function returns in a copy of this process."""
    reading, writing = os.pipe()
    own = os.getpid()
    if not (child := os.fork()):
        end_with_parent(own)
        try:
            answer = function(*arguments)
        except BaseException:
            answer = {"failed": traceback.format_exc(limit=-3)}
        with os.fdopen(writing, "w") as stream:
            json.dump(answer, stream)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    _, status = os.waitpid(child, 0)
    found: dict[str, Any] = json.loads(text or "null") or {"failed": f"ended with status {status}"}
    return found


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print is no answer
    way, folder = sys.argv[1:]
    end_with_parent(os.getppid())
    search = WAYS[way].ready()
    print(json.dumps({"import_seconds": time.perf_counter() - BEGIN}), file=answers)
    for line in sys.stdin:
        case = Case(**{key: _hashable(value) for key, value in json.loads(line).items()})
        print(json.dumps(forked(measured, search, case, Path(folder))), file=answers)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


if __name__ == "__main__":
    main()
