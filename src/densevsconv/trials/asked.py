"""What follows from the scores of earlier trials: a grid that grows, TPE, and a pruner.

Each is a function of what has been tried, so a search that was killed goes on with the same points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from densevsconv.store.identity import canonical
from densevsconv.store.seeds import derive_seed
from densevsconv.trials.search import Dimension, Pruner, Search, draws, rounded

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

Point = dict[str, Any]

RETRIES = 20
"""Times that a point which was tried already is asked for anew."""


def next_points(
    search: Search, study_seed: int, tried: Sequence[Point], scores: Sequence[float], best: int
) -> list[Point]:
    """Return what to try after all of ``tried``, whose best is given; [] where the search is done.

    ``scores``, the higher the better, belong to ``tried``. More samples leave the points as they
    are, and so does a key that grows further.
    """
    if search.method == "tpe":
        return _asked(search, study_seed, tried, scores)
    return _grown(search, tried, tried[best])


def next_round(
    pruner: Pruner, epochs: int, trained: Sequence[int], scores: Sequence[float]
) -> tuple[int, list[int]]:
    """Return for how many epochs to train next, and which points; none where the search is done.

    ``epochs`` are those of the case. ``trained`` has for each point the epochs of its last round,
    ``scores`` what it came to there, the higher the better; of equals the earlier goes on.
    """
    last = max(trained)
    if last == epochs:
        return epochs, []
    rounds = pruner.rounds(epochs)
    found = [point for point, spent in enumerate(trained) if spent == last]
    found.sort(key=lambda point: -scores[point])
    return rounds[rounds.index(last) + 1], sorted(found[: pruner.going_on(len(found))])


def edges(point: Point, tried: Sequence[Point]) -> dict[str, int]:
    """Return the keys whose number is the smallest (-1) or the largest (1) of those tried.

    Nothing lies below 0, which is no edge.
    """
    found = {}
    for key, value in point.items():
        values = [other[key] for other in tried if key in other]
        if all(type(each) in (int, float) for each in values) and len(set(values)) > 1:
            if value == max(values):
                found[key] = 1
            elif value == min(values) > 0:
                found[key] = -1
    return found


def _grown(search: Search, tried: Sequence[Point], best: Point) -> list[Point]:
    levels = {key: sorted({point[key] for point in tried}) for key in search.grow}
    for key, side in edges(best, tried).items():
        if key not in levels or len(levels[key]) == len(set(search.grid[key])) + search.rounds:
            continue
        last, before = levels[key][:2] if side < 0 else levels[key][:-3:-1]
        ratio = last / before if before else 0
        value = float(f"{last * ratio if ratio else 2 * last - before:.4g}")
        low, high = search.grow[key]
        if low <= value <= high:
            levels[key].append(round(value) if type(last) is int else value)
    grid = {key: levels.get(key, values) for key, values in search.grid.items()}
    known = {canonical(point) for point in tried}
    every = (dict(zip(grid, values, strict=True)) for values in product(*grid.values()))
    return [point for point in every if canonical(point) not in known]


def _asked(
    search: Search, study_seed: int, tried: Sequence[Point], scores: Sequence[float]
) -> list[Point]:
    """Return one batch (Bergstra and others 2011, "Algorithms for hyper-parameter optimization").

    Points of the batch count as bad while they have no score. A point has seeds of its own, by its
    number; where all that they give was tried, it is a random draw.
    """
    wanted = range(len(tried), min(len(tried) + search.batch, search.samples or 0))
    if not wanted:
        return []
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = {key: _distribution(each) for key, each in search.space.items()}
    study = optuna.create_study(direction="maximize")
    for point, score in zip(tried, scores, strict=True):
        told = {key: _told(search.space[key], value) for key, value in point.items()}
        study.add_trial(
            optuna.trial.create_trial(params=told, distributions=distributions, value=score)
        )

    def ask(number: int) -> Iterator[Point]:
        for retry in range(RETRIES):
            seed = derive_seed(study_seed, f"search/tpe/{retry}", number) % 2**32
            study.sampler = optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=0, constant_liar=True
            )
            params = study.ask(distributions).params
            yield {key: _meant(search.space[key], value) for key, value in params.items()}
        yield from draws(search, study_seed)

    known, found = {canonical(point) for point in tried}, list[Point]()
    for number in wanted:
        for point in ask(number):
            if canonical(point) not in known:
                known.add(canonical(point))
                found.append(point)
                break
    return found


def _distribution(dimension: Dimension) -> BaseDistribution:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if dimension.choices is not None:
        return CategoricalDistribution(range(len(dimension.choices)))
    low, high = dimension.range
    if dimension.scale == "integer":
        return IntDistribution(int(low), int(high))
    return FloatDistribution(low, high, log=dimension.scale == "log")


def _told(dimension: Dimension, value: Any) -> Any:
    """Return a value as Optuna has it: a choice by its number, which any value has."""
    return value if dimension.choices is None else dimension.choices.index(value)


def _meant(dimension: Dimension, value: Any) -> Any:
    if dimension.choices is not None:
        return dimension.choices[value]
    return value if dimension.scale == "integer" else rounded(value, *dimension.range)
