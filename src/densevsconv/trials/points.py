"""From a search's description to its points, in an order that never changes."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np

from densevsconv.store.seeds import derive_seed, generator
from densevsconv.trials.search import Dimension, Search

MOST_POINTS = 100_000
"""More points than this in one case is taken for a mistake."""


class PointsError(Exception):
    """A search that has no usable points; says which key and why."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key, self.problem = key, problem


def expand(search: Search, study_seed: int) -> list[dict[str, Any]]:
    """Return the points of a search: the varied settings of each, nothing else.

    A grid runs through its combinations with the last key fastest. The i-th random value of a key
    has a seed of its own, (study seed, "search/points/<key>", i): more samples, or another key,
    leave the values that were there. Repeated draws are left out.
    """
    match search.method:
        case "grid":
            return _grid(search.grid)
        case "random":
            return _random(search.space, search.samples or 0, study_seed)
        case _:
            return [dict(point) for point in search.points or [{}]]


def _grid(grid: dict[str, list[Any]]) -> list[dict[str, Any]]:
    count = math.prod(len(values) for values in grid.values())
    if count > MOST_POINTS:
        raise PointsError("grid", f"found {count} points; allowed: at most {MOST_POINTS}")
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def _random(space: dict[str, Dimension], samples: int, study_seed: int) -> list[dict[str, Any]]:
    if samples > MOST_POINTS:
        raise PointsError("samples", f"found {samples}; allowed: at most {MOST_POINTS}")
    points: list[dict[str, Any]] = []
    seen: set[str] = set()
    for draw in range(100 + 20 * samples):
        if len(points) == samples:
            return points
        point = {
            key: _value(dimension, derive_seed(study_seed, f"search/points/{key}", draw))
            for key, dimension in space.items()
        }
        if repr(point) not in seen:
            seen.add(repr(point))
            points.append(point)
    if len(points) == samples:
        return points
    raise PointsError(
        "samples", f"found {samples}; allowed: at most {len(points)}, all that space holds"
    )


def _value(dimension: Dimension, seed: int) -> Any:
    random = generator(seed)
    if dimension.choices is not None:
        return dimension.choices[int(random.integers(len(dimension.choices)))]
    low, high = dimension.low, dimension.high
    assert low is not None  # Dimension has seen to it
    assert high is not None
    if dimension.scale == "integer":
        return int(random.integers(int(low), int(high) + 1))
    share = random.random()
    if dimension.scale == "log":
        value = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    else:
        value = low + share * (high - low)
    # four digits, so that a report's reader can type the value; never outside the range
    return float(np.clip(float(f"{value:.4g}"), low, high))
