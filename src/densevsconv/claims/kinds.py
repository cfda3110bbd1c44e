"""Every kind of test by the key it has in a study's file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from densevsconv.claims import (
    accuracy,
    difference,
    extreme_class,
    near,
    overfits,
    time_ratio,
)
from densevsconv.claims.record import Record
from densevsconv.claims.results import Results

JUDGES: dict[str, Callable[[Any, Results, float], Iterator[Record]]] = {
    "difference": difference.judge,
    "accuracy": accuracy.judge,
    "near": near.judge,
    "time_ratio": time_ratio.judge,
    "hardest_class": extreme_class.judge_hardest,
    "easiest_class": extreme_class.judge_easiest,
    "overfits": overfits.judge,
}
"""Kind -> (its settings, results, confidence) -> a record for each estimate that it rests on."""
