"""Which settings a search tries: its schema, and its points in an order that never changes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count, islice, product
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from densevsconv.schema.strict import Strict
from densevsconv.store.seeds import derive_seed, generator

DRAWN = ("random", "sobol", "tpe")
METHODS_OF_KEY = {
    **dict.fromkeys(("grid", "grow", "rounds"), ("grid",)),
    **dict.fromkeys(("space", "samples"), DRAWN),
    **dict.fromkeys(("startup", "batch"), ("tpe",)),
    "points": ("list",),
    "pruner": ("grid", "list", "random", "sobol"),
}
"""The keys that some methods use and the others do not."""
MOST_POINTS = 100_000
"""More points than this in one case is taken for a mistake."""


class Dimension(Strict):
    """The values that a search draws one setting from: a range or a list."""

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

    @property
    def range(self) -> tuple[float, float]:
        assert self.low is not None  # of a range without choices
        assert self.high is not None
        return self.low, self.high

    @property
    def extremes(self) -> list[Any]:
        """The values that, if all is well with them, all is well with those between."""
        if self.choices is not None:
            return self.choices
        return [int(end) if self.scale == "integer" else end for end in self.range]


class Pruner(Strict):
    """Successive halving (Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and
    hyperparameter optimization"): all points are trained for a few epochs, the best of them anew
    for more, and so on; those that come to all epochs of the case may be chosen."""

    epochs: int = Field(ge=1)
    """Of the first round; fewer than the case's."""
    factor: int = Field(default=3, ge=2)
    """One point in so many goes on (rounded up), for so many times the epochs; the last round has
    those of the case."""

    def rounds(self, epochs: int) -> list[int]:
        """Return the epochs of each round, for a case of so many."""
        found, next_one = list[int](), self.epochs
        while next_one < epochs:
            found.append(next_one)
            next_one *= self.factor
        return [*found, epochs]

    def going_on(self, points: int) -> int:
        return -(-points // self.factor)

    def trainings(self, points: int, epochs: int) -> int:
        """Return how many all rounds make, with one seed."""
        total = 0
        for _ in self.rounds(epochs):
            total += points
            points = self.going_on(points)
        return total


class Search(Strict):
    """Which settings are tried for a case; all of them keys of Training."""

    method: Literal["grid", "random", "sobol", "tpe", "list"] = "list"
    """`grid`: every combination of the values in `grid`; `random`: `samples` draws from `space`;
    `sobol`: as many that fill it evenly (a scrambled Sobol sequence); `tpe`: as many, each where
    the scores of the earlier ones promise most (Optuna's tree-structured Parzen estimator); `list`:
    the `points` as they stand. Of a single point, as in the default (the case's own training
    settings), no trial is made."""
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(default_factory=dict)
    """For `grid`: Training keys, each with its values."""
    grow: dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]] = Field(
        default_factory=dict
    )
    """For `grid`: Training keys of it with the smallest and the largest value they may come to. A
    case whose best point lies on the edge of such a key gets one value more beyond it, as far as
    the two values at that edge lie apart (the same ratio), with every combination of the others;
    and so on."""
    rounds: int = Field(default=2, ge=1, le=20)
    """For `grow`: how many values are added to a key at most."""
    space: dict[str, Dimension] = Field(default_factory=dict)
    """For `random`, `sobol` and `tpe`: Training keys, each with a Dimension."""
    samples: int | None = Field(default=None, ge=1)
    """For `random`, `sobol` and `tpe`: number of points drawn from `space`; null: as many as the
    study's `budget` has room for."""
    startup: int = Field(default=10, ge=2)
    """For `tpe`: the first points, which are those of `random`."""
    batch: int = Field(default=4, ge=1)
    """For `tpe`: how many points are asked for at a time, which an engine may train together."""
    points: list[dict[str, Any]] | None = Field(default=None, min_length=1)
    """For `list`: points, each a mapping of Training keys to values; null: one point that changes
    nothing."""
    pruner: Pruner | None = None
    """Not for `tpe`, nor with `grow`: gives points up that do badly at first, see Pruner. null:
    every point is trained for all its epochs."""
    seeds: int = Field(default=1, ge=1, le=1000)
    """Trainings of every point, each from its own random start."""

    @model_validator(mode="after")
    def _fits_method(self) -> Search:
        default = Search.model_construct()
        for key, methods in METHODS_OF_KEY.items():
            if self.method not in methods and getattr(self, key) != getattr(default, key):
                raise ValueError(
                    f"{key} belongs to method {' or '.join(methods)}, found it with method "
                    f"{self.method}"
                )
        needed = "space" if self.method in DRAWN else "grid"
        if self.method != "list" and not getattr(self, needed):
            raise ValueError(f"found no {needed}; method {self.method} needs it")
        if self.grow and self.pruner:
            raise ValueError("found pruner beside grow; allowed: one of them")
        for key, (low, high) in self.grow.items():
            values = self.grid.get(key, [])
            if len(set(values)) < 2 or not all(type(each) in (int, float) for each in values):
                raise ValueError(f"grow.{key}: allowed: keys of grid with two numbers or more")
            if not low <= min(values) < max(values) <= high:
                raise ValueError(
                    f"grow.{key}: found {low} to {high}; allowed: limits around those of the grid, "
                    f"{min(values)} to {max(values)}"
                )
        return self

    @property
    def follows(self) -> bool:
        """Whether later trials follow from the scores of earlier ones."""
        return self.adds or self.pruner is not None

    @property
    def adds(self) -> bool:
        """Whether later points do."""
        return self.method == "tpe" or bool(self.grow)


class PointsError(Exception):
    """A search that has no usable points; says which key and why."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key, self.problem = key, problem


def expand(search: Search, study_seed: int) -> list[dict[str, Any]]:
    """Return the points of a search that need no scores: the varied settings, nothing else.

    A grid runs through its combinations with the last key fastest. More samples leave the points
    that were there.
    """
    match search.method:
        case "grid":
            return _grid(search.grid)
        case "list":
            return [dict(point) for point in search.points or [{}]]
        case method:
            wanted = search.samples or 0
            if wanted > MOST_POINTS:
                raise PointsError("samples", f"found {wanted}; allowed: at most {MOST_POINTS}")
            if method == "tpe":
                if search.startup >= wanted:
                    problem = f"found {wanted}; allowed: more than startup, {search.startup}"
                    raise PointsError("samples", f"{problem}, the random points of tpe")
                wanted = search.startup
            points = list(islice(draws(search, study_seed), wanted))
            if len(points) < wanted:
                key = "startup" if method == "tpe" else "samples"
                raise PointsError(
                    key,
                    f"found {wanted}; allowed: at most {len(points)}, all that space holds",
                )
            return points


def draws(search: Search, study_seed: int) -> Iterator[dict[str, Any]]:
    """Yield points of a space, each once, as long as new ones are found.

    The i-th random value of a key has a seed of its own, (study seed, "search/points/<key>", i):
    another key leaves the values that were there. Sobol points are a scrambled sequence (Owen 1998,
    "Scrambling Sobol' and Niederreiter-Xing points") of as many dimensions as there are keys.
    """
    found: set[str] = set()
    every = (_sobol if search.method == "sobol" else _random)(search.space, study_seed)
    for tried, point in enumerate(every):
        if repr(point) not in found:
            found.add(repr(point))
            yield point
        if tried > 100 + 20 * len(found):
            return


def _grid(grid: dict[str, list[Any]]) -> list[dict[str, Any]]:
    count = math.prod(len(values) for values in grid.values())
    if count > MOST_POINTS:
        raise PointsError("grid", f"found {count} points; allowed: at most {MOST_POINTS}")
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def _random(space: dict[str, Dimension], study_seed: int) -> Iterator[dict[str, Any]]:
    for draw in count():
        yield {
            key: _value(dimension, derive_seed(study_seed, f"search/points/{key}", draw))
            for key, dimension in space.items()
        }


def _sobol(space: dict[str, Dimension], study_seed: int) -> Iterator[dict[str, Any]]:
    from scipy.stats.qmc import Sobol  # takes a second, and few studies have it

    seed = generator(derive_seed(study_seed, "search/points/sobol", 0))
    sequence = Sobol(len(space), rng=seed)
    while True:
        (shares,) = sequence.random(1)
        yield {
            key: _at(dimension, float(share))
            for (key, dimension), share in zip(space.items(), shares, strict=True)
        }


def _value(dimension: Dimension, seed: int) -> Any:
    random = generator(seed)
    if dimension.choices is not None:
        return dimension.choices[int(random.integers(len(dimension.choices)))]
    if dimension.scale == "integer":
        low, high = dimension.range
        return int(random.integers(int(low), int(high) + 1))
    return _at(dimension, random.random())


def _at(dimension: Dimension, share: float) -> Any:
    """Return the value at a share of the way, from 0 to below 1."""
    if dimension.choices is not None:
        return dimension.choices[int(share * len(dimension.choices))]
    low, high = dimension.range
    if dimension.scale == "integer":
        return int(low + share * (high + 1 - low))
    if dimension.scale == "log":
        value = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    else:
        value = low + share * (high - low)
    return rounded(value, low, high)


def rounded(value: float, low: float, high: float) -> float:
    """Return four digits, so that a report's reader can type the value; inside the range."""
    return float(np.clip(float(f"{value:.4g}"), low, high))
