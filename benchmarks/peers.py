"""The same searches in every way, in turns."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.cases import ROOT, Case, images
from benchmarks.ways import WAYS
from benchmarks.worker import save
from densevsconv.errors import UserError
from densevsconv.images.prepared import TrainingData

SIDE = 2048


class Worker:
    """A process that has imported what a way needs; see :mod:`benchmarks.worker`."""

    def __init__(self, way: str, folder: Path) -> None:
        self.log = (folder / f"{way}.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", way, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, cwd=ROOT,
        )  # fmt: skip
        self.import_seconds = self._answer()["import_seconds"]

    def search(self, case: Case) -> dict[str, Any]:
        print(json.dumps(asdict(case)), file=self._process.stdin, flush=True)
        return self._answer()

    def end(self) -> None:
        self._process.communicate()
        self.log.close()

    def _answer(self) -> dict[str, Any]:
        if not (line := self._process.stdout.readline()):
            self.log.seek(0)
            raise SystemExit(f"{self._process.args}: ended:\n{self.log.read()[-2000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def matrix_product() -> float:
    """Return the multiply-accumulates a second of NumPy's product of two float32 matrices."""
    a, b = (np.random.default_rng(k).random((SIDE, SIDE), np.float32) for k in range(2))
    seconds = []
    for _ in range(5):
        clock = time.perf_counter()
        a @ b
        seconds.append(time.perf_counter() - clock)
    return SIDE**3 / median(seconds)


def compare(
    cases: list[Case],
    ways: list[str],
    report: dict[str, Any],
    *,
    rounds: int,
    enough: float,
    written: Callable[[], None],
) -> None:
    """Measure what the report does not have yet, and put it there; ``written`` after each search.

    A round is every way once, the first one moved on from round to round. A way that has searched
    a case for ``enough`` seconds sits out the rounds that are left.
    """
    done: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in report["searches"]:
        done.setdefault((each["case"], each["way"]), []).append(each)
    with TemporaryDirectory() as temporary:
        folder, found = Path(temporary), _found(cases, report)
        for name, data in found.items():
            save(folder / f"{name}.npz", data)
        workers = {way: Worker(way, folder) for way in ways}
        report["import_seconds"] = {way: each.import_seconds for way, each in workers.items()}
        for case in cases:
            if case.dataset not in found:
                continue
            macs = case.macs(found[case.dataset])
            report["cases"][case.name] = _described(case, found[case.dataset])
            for number in range(rounds):
                for way in ways[number % len(ways) :] + ways[: number % len(ways)]:
                    before = done.setdefault((case.name, way), [])
                    had = any(each["round"] == number for each in before)
                    if (
                        case.name in WAYS[way].leaves_out
                        or had
                        or sum(each.get("seconds", enough) for each in before) >= enough
                    ):
                        continue
                    label = {"case": case.name, "way": way, "round": number}
                    product = matrix_product()
                    searched = label | workers[way].search(case)
                    if "failed" not in searched:
                        searched |= {"macs": macs, "matrix_product": product}
                    before.append(searched)
                    report["searches"].append(searched)
                    written()
                    print(_line(searched, number + 1), flush=True)
        for worker in workers.values():
            worker.end()


def _found(cases: list[Case], report: dict[str, Any]) -> dict[str, TrainingData]:
    found = {}
    for name in dict.fromkeys(case.dataset for case in cases):
        try:
            found[name] = images(name)
        except UserError as error:
            print(f"{name}: left out: {error}", flush=True)
            report["left_out"][name] = str(error).partition("\n")[0]
    return found


def _described(case: Case, data: TrainingData) -> dict[str, Any]:
    return {
        "data": data.info["name"], "images": case.images,
        "validation": len(data.validation_labels), "batch_size": case.batch_size,
        "epochs": case.epochs, "points": len(case.points), "at_least": case.at_least,
    }  # fmt: skip


def _line(searched: dict[str, Any], number: int) -> str:
    title = f"{searched['case']}, round {number}, {WAYS[searched['way']].title}"
    if failed := searched.get("failed"):
        return f"{title}: failed\n{failed}"
    return f"{title}: {searched['seconds']:.1f} s, best {max(searched['accuracies']):.3f}"
