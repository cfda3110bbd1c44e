"""How cost grows: trials, images, batch and width, from 1x to 16x, and memory over a long search.

    python -m benchmarks.growth ENGINE [--quick]     print it as JSON, measured in this process

The 8x8 digits, repeated where there are not as many. Compiling is left out: a search does it once,
however many trials it has.
"""

import json
import os
import sys
import time
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from benchmarks.cases import CASES, ROOT, Case, first, images
from benchmarks.ways.engines import group, prepare
from densevsconv.images.prepared import TrainingData
from densevsconv.networks.schema import load_architecture
from densevsconv.store.machine import resident_memory
from densevsconv.training.engine import Group
from densevsconv.training.engines.registry import ENGINES

TIMES = (1, 2, 4, 8, 16)
TRIALS = 500
SETTLED = 50
"""Trials after which memory and cost are those of a search that has got going."""


def slope(x: Any, y: Any) -> float:
    """Return the slope of a straight line through the logarithms."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def seconds(engine: str, made: Group) -> float:
    """Return what a trial takes, the median of five after a first one."""
    trained = ENGINES[engine](os.cpu_count() or 1).train(made)
    return median([each.seconds for each in trained][1:])


def long_search(engine: str, data: TrainingData, trials: int) -> dict[str, Any]:
    """Return the slope of the time over the number of trials done, and how the memory grew."""
    rates, l2s = np.geomspace(1e-4, 1e-2, trials // 10), np.geomspace(1e-6, 1e-3, 10)
    case = replace(CASES["denseNet2_20"], rates=tuple(rates), l2s=tuple(l2s))
    elapsed, resident = [], []
    for _ in ENGINES[engine](os.cpu_count() or 1).train(group(case, data)):
        elapsed.append(time.perf_counter())
        resident.append(resident_memory())
    settled = len(elapsed) * SETTLED // TRIALS
    # from then on: what a search does once is no part of what a trial costs
    done, took = np.arange(len(elapsed)) - settled, np.array(elapsed) - elapsed[settled]
    return {
        "trials": len(elapsed),
        "seconds_a_trial": took[-1] / done[-1],
        "slope": slope(done[2 * settled :], took[2 * settled :]),
        "memory_ratio": resident[-1] / resident[settled],
    }


def growth(engine: str, *, trials: int = TRIALS, times: tuple[int, ...] = TIMES) -> dict[str, Any]:
    prepare(engine)
    data = images("digits")
    base = replace(
        CASES["denseNet2_20"], images=1280, batch_size=16, epochs=10, rates=(0.001,) * 6, l2s=(0.0,)
    )
    described = load_architecture(ROOT / "config" / "architectures", base.name)

    def of(case: Case) -> Group:
        return group(case, first(data, case.images))

    def wide(units: int) -> Group:
        layers = [
            {**layer, "units": units} if layer.get("units") == 20 else layer
            for layer in described.layers
        ]
        bound = replace(described, layers=layers).bind((8, 8, 1), 10)
        return replace(of(base), architecture=bound)

    series = {
        "images": (1280, lambda n: seconds(engine, of(replace(base, images=n)))),
        "batch": (
            16,
            lambda n: seconds(engine, of(replace(base, batch_size=n))) * n / base.images / 10,
        ),
        "width": (20, lambda n: seconds(engine, wide(n))),
    }
    found: dict[str, Any] = {"long": long_search(engine, first(data, 1280), trials)}
    for name, (least, measure) in series.items():
        values = [least * k for k in times]
        measured = [measure(value) for value in values]
        found[name] = {"values": values, "seconds": measured, "slope": slope(values, measured)}
    return found


if __name__ == "__main__":
    quick = {"trials": 10, "times": (1, 2)} if "--quick" in sys.argv else {}
    print(json.dumps(growth(sys.argv[1], **quick)))
