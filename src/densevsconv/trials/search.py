"""Which settings a search tries: its schema, and its points in an order that never changes."""

from __future__ import annotations

import math
from itertools import product
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from densevsconv.schema.strict import Strict
from densevsconv.store.seeds import derive_seed, generator

KEYS_OF_METHOD = {"grid": ("grid",), "random": ("space", "samples"), "list": ("points",)}
"""The keys that one method uses and the others do not."""
MOST_POINTS = 100_000
"""More points than this in one case is taken for a mistake."""


class Dimension(Strict):
    """The values that random search draws one setting from: a range or a list."""

    low: float | None = None
    """Smallest value of a range."""
    high: float | None = None
    """Largest value of a range."""
    scale: Literal["linear", "log", "integer"] = "linear"
    """How a range is drawn from: evenly, evenly in the logarithm, whole numbers evenly (both ends
    included)."""
    choices: list[Any] | None = Field(default=None, min_length=1)
    """Values to choose from, in place of a range."""

    @model_validator(mode="after")
    def _range_or_choices(self) -> Dimension:
        if self.choices is not None:
            if self.low is not None or self.high is not None:
                raise ValueError("found choices together with low or high; allowed: either")
        elif self.low is None or self.high is None:
            raise ValueError("incomplete; allowed: low and high, or choices")
        elif self.low > self.high:
            raise ValueError(f"found low {self.low} above high {self.high}; allowed: low <= high")
        elif self.scale == "log" and self.low <= 0:
            raise ValueError(f"found low {self.low} with scale log; allowed: a low above 0")
        elif self.scale == "integer" and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError("scale integer needs whole numbers for low and high")
        return self


class Search(Strict):
    """Which settings are tried for a case; all of them keys of Training."""

    method: Literal["grid", "random", "list"] = "list"
    """`grid`: every combination of the values in `grid`; `random`: `samples` draws from `space`;
    `list`: the `points` as they stand. Of a single point, as in the default (the case's own
    training settings), no trial is made."""
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(default_factory=dict)
    """For `grid`: Training keys, each with its values."""
    space: dict[str, Dimension] = Field(default_factory=dict)
    """For `random`: Training keys, each with a Dimension."""
    samples: int | None = Field(default=None, ge=1)
    """For `random`: number of points drawn from `space`."""
    points: list[dict[str, Any]] | None = Field(default=None, min_length=1)
    """For `list`: points, each a mapping of Training keys to values; null: one point that changes
    nothing."""
    seeds: int = Field(default=1, ge=1, le=1000)
    """Trainings of every point, each from its own random start."""

    @model_validator(mode="after")
    def _fits_method(self) -> Search:
        for method, keys in KEYS_OF_METHOD.items():
            for key in keys:
                value = getattr(self, key)
                if method == self.method:
                    if not value and method != "list":
                        raise ValueError(f"found no {key}; method {method} needs it")
                elif value:
                    raise ValueError(
                        f"{key} belongs to method {method}, found it with method {self.method}"
                    )
        return self


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
    points: dict[str, dict[str, Any]] = {}
    for draw in range(100 + 20 * samples):
        point = {
            key: _value(dimension, derive_seed(study_seed, f"search/points/{key}", draw))
            for key, dimension in space.items()
        }
        points.setdefault(repr(point), point)
        if len(points) == samples:
            return list(points.values())
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
