"""The time of a training step on a GPU, in every way: `python -m benchmarks.gpu [--smoke]`.

Under four minutes, within `--seconds`: a way that would begin later is left out, and said so. Each
way is a process of its own, with all networks; every row is printed, and kept in OUT, as soon as it
is there. Images are drawn at random: a step's time does not depend on them. Compiling and the first
call are outside the clock. `--smoke`: a few steps, to see that it works, a processor will do.
"""

import argparse
import inspect
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks.cases import ROOT, Case
from benchmarks.tables import table
from benchmarks.ways import WAYS, engines
from densevsconv.images.prepared import TrainingData
from densevsconv.training.engine import FinishedTrial
from densevsconv.training.engines.registry import ENGINES


@dataclass(frozen=True)
class Network:
    """A network to time, and how many of it one program trains; milliseconds that are asked for."""

    case: Case
    shape: tuple[int, int, int]
    members: int
    alone: float | None
    tensorflow: float | None
    together: float


def _case(name: str, images: int, batch: int, epochs: int) -> Case:
    return Case(name, "", images, batch, epochs, (0.001,), (0.0001,))


NETWORKS = (
    Network(_case("denseNet2_20", 1280, 32, 50), (8, 8, 1), 1000, 0.04, 0.15, 0.0001),
    Network(_case("conv_small", 1280, 32, 20), (8, 8, 1), 1000, None, None, 0.010),
    Network(_case("lenet5", 6400, 64, 10), (28, 28, 1), 100, 0.13, 0.35, 0.04),
    Network(_case("leNet2", 6400, 64, 5), (32, 32, 3), 32, 0.25, 0.6, 0.1),
)
WAYS_HERE: dict[str, tuple[str, dict[str, Any]]] = {
    "jax": ("jax", {}),
    "jax, a group": ("jax", {"group": True}),
    "tensorflow": ("tensorflow", {}),
    "tensorflow, not deterministic": ("tensorflow", {"deterministic": False}),
    "torch": ("torch", {}),
    "torch_compile": ("torch_compile", {}),
    "keras_fit": ("keras_fit", {}),
}


def drawn(network: Network, validation: int = 320) -> TrainingData:
    random, case = np.random.default_rng(0), network.case

    def part(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        pixels = random.integers(0, 256, (count, *network.shape), np.uint8)
        return pixels, np.arange(count) % 10, np.arange(count)

    info = {"shape": network.shape, "max_value": 255, "classes": 10}
    return TrainingData(*part(case.images), *part(validation), info)


def smaller(network: Network) -> Network:
    case = replace(network.case, images=2 * network.case.batch_size, epochs=2)
    return replace(network, case=case, members=2)


def of_engine(
    name: str, network: Network, *, group: bool = False, **options: Any
) -> dict[str, Any]:
    """Train twice with the same seeds; time the second time, compare the bits of both."""
    case, made = network.case, ENGINES[name](os.cpu_count() or 1, **options)
    if group:
        case = replace(case, rates=tuple(np.geomspace(1e-4, 1e-2, network.members).tolist()))
        case = replace(case, epochs=max(case.epochs // 2, 1))
    trials, count = engines.group(case, drawn(network)), len(case.points)

    def trained() -> list[FinishedTrial]:
        return sorted(made.train(trials), key=lambda each: each.index)

    before, clock = trained(), time.perf_counter()
    after = trained()
    seconds = time.perf_counter() - clock
    same = all(
        np.array_equal(value, again.weights[key], equal_nan=True)
        for one, again in zip(before, after, strict=True)
        for key, value in one.weights.items()
    )
    return {
        "step_ms": 1e3 * seconds / (count * case.epochs * case.steps),
        "members": count,
        "same_bits": same,
        "compile_seconds": before[0].compile_seconds,
        "execution": before[0].execution,
        "device": before[0].device,
    }


def of_peer(name: str, network: Network, search: Callable[..., Any]) -> dict[str, Any]:
    """Time more epochs less one epoch, after a first call: building and tracing drop out."""
    data, long = drawn(network), replace(network.case, epochs=1 + max(network.case.epochs // 4, 1))
    once = replace(network.case, epochs=1)
    search(once, data)
    seconds = []
    for case in (once, long):
        clock = time.perf_counter()
        search(case, data)
        seconds.append(time.perf_counter() - clock)
    steps = (long.epochs - 1) * long.steps
    return {"step_ms": 1e3 * (seconds[1] - seconds[0]) / steps, "members": 1}


def rows(way: str, *, smoke: bool) -> Iterator[dict[str, Any]]:
    """Yield what one way needs for each network, or why it has no number."""
    name, options = WAYS_HERE[way]
    if name not in WAYS or WAYS[name].missing:
        yield {"way": way, "failed": "not installed"}
        return
    if (
        "deterministic" in options
        and "deterministic" not in inspect.signature(ENGINES[name]).parameters
    ):
        yield {"way": way, "failed": "the engine has no such setting"}
        return
    search = WAYS[name].ready()
    for network in map(smaller, NETWORKS[:2]) if smoke else NETWORKS:
        row: dict[str, Any] = {"way": way, "network": network.case.name}
        try:
            if name in ENGINES:
                row |= of_engine(name, network, **options)
            else:
                row |= of_peer(name, network, search)
        except Exception as error:
            row["failed"] = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        yield row


def asked(row: dict[str, Any]) -> float | None:
    """Return the milliseconds that this project wants to stay below."""
    network = next((each for each in NETWORKS if each.case.name == row.get("network")), None)
    if network is None or WAYS_HERE[row["way"]][0] not in ENGINES:
        return None
    if WAYS_HERE[row["way"]][1].get("group"):
        return network.together
    return network.tensorflow if row["way"].startswith("tensorflow") else network.alone


def page(found: list[dict[str, Any]]) -> str:
    cells = [
        [
            row["way"],
            row.get("network", ""),
            f"{row['step_ms']:.5f}" if "step_ms" in row else row["failed"],
            str(asked(row) or ""),
            *(str(row.get(key, "")) for key in ("members", "same_bits", "execution", "device")),
            f"{row['compile_seconds']:.1f}" if "compile_seconds" in row else "",
        ]
        for row in found
    ]
    header = ["way", "network", "ms a step and network", "asked", "networks at once"]
    return table([*header, "same bits twice", "execution", "device", "compiling, s"], cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--way", choices=WAYS_HERE, help="this one, in this process")
    parser.add_argument("--ways", default=";".join(WAYS_HERE), help="separated by ;")
    parser.add_argument("--seconds", type=float, default=220.0)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    if options.way:
        for row in rows(options.way, smoke=options.smoke):
            print(json.dumps(row), flush=True)
        return
    begin, found = time.perf_counter(), []
    options.out.mkdir(parents=True, exist_ok=True)
    for way in options.ways.split(";"):
        left = options.seconds - (time.perf_counter() - begin)
        command = [sys.executable, "-m", "benchmarks.gpu", "--way", way]
        command += ["--smoke"] if options.smoke else []
        why = "no time was left"
        if left > 0:
            done = _within(command, left)
            found += [json.loads(line) for line in done.splitlines() if line.startswith("{")]
            why = f"ended before its first number, or was ended after {left:.0f} s"
        if not any(row["way"] == way for row in found):
            found.append({"way": way, "failed": why})
        for row in found:
            if row["way"] == way:
                print(row, flush=True)
        (options.out / "gpu.json").write_text(json.dumps(found, indent=1) + "\n")
        (options.out / "gpu.md").write_text(page(found))
    print(page(found))


def _within(command: list[str], seconds: float) -> str:
    """Return what a process prints, at most for some seconds."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=seconds, check=False
        )
        return done.stdout
    except subprocess.TimeoutExpired as ended:
        return (ended.stdout or b"").decode()


if __name__ == "__main__":
    main()
