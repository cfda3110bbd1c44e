"""Points that follow from scores: a grid that grows, and TPE."""

from itertools import islice
from typing import Any

import pytest

from densevsconv.trials.asked import edges, next_points
from densevsconv.trials.search import Dimension, Search, draws, expand

SPACE = {
    "learning_rate": Dimension(low=1e-4, high=1e-1, scale="log"),
    "batch_size": Dimension(low=8, high=64, scale="integer"),
    "augmentation": Dimension(choices=[None, {"shift": 0.1}]),
}
TPE = Search(method="tpe", space=SPACE, samples=14, startup=4, batch=3)


def score(point: dict[str, Any]) -> float:
    """Be best at a learning rate of 0.01 with augmentation."""
    return -abs(point["learning_rate"] - 0.01) - 0.1 * (point["augmentation"] is None)


def searched(search: Search, tried: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    tried = tried or expand(search, 3)
    while True:
        scores = [score(point) for point in tried]
        best = scores.index(max(scores))
        new = next_points(search, 3, tried, scores, best)
        if not new:
            return tried
        tried = tried + new


def test_tpe_starts_as_random_search_and_goes_where_scores_are_high() -> None:
    points = searched(TPE)
    assert points[:4] == expand(TPE.model_copy(update={"method": "random", "samples": 4}), 3)
    assert len(points) == 14
    assert len({repr(point) for point in points}) == 14
    for point in points:
        assert 1e-4 <= point["learning_rate"] <= 1e-1
        assert point["learning_rate"] == float(f"{point['learning_rate']:.4g}")
        assert type(point["batch_size"]) is int
    # of as many random draws a third of the last ten has either, and few both
    assert sum(score(point) > -0.02 for point in points[4:]) >= 5


def test_tpe_goes_on_with_the_same_points_and_more_samples_leave_them() -> None:
    points = searched(TPE)
    for batches in (0, 1, 2):
        assert searched(TPE, points[: 4 + 3 * batches]) == points
    for samples in (5, 9):
        assert searched(TPE.model_copy(update={"samples": samples})) == points[:samples]
    other = next_points(TPE, 3, points[:4], [-score(point) for point in points[:4]], 0)
    assert other != points[4:7], "scores must matter"


def test_a_space_of_few_points_ends_the_search() -> None:
    few = {
        "learning_rate": Dimension(choices=[0.1, 0.01, 0.001]),
        "augmentation": SPACE["augmentation"],
    }
    search = Search(method="tpe", space=few, samples=10, startup=2, batch=4)
    assert len(searched(search)) == 6


@pytest.mark.parametrize(
    ("grid", "limits", "rounds", "levels"),
    [
        ([0.1, 0.2, 0.4], [0.001, 0.4], 2, [0.1, 0.2, 0.4, 0.05, 0.025]),
        ([0.1, 0.2, 0.4], [0.001, 0.4], 1, [0.1, 0.2, 0.4, 0.05]),
        ([0.1, 0.2, 0.4], [0.03, 0.4], 2, [0.1, 0.2, 0.4, 0.05]),  # within the limits
        ([0.005, 0.01, 0.02], [0.0001, 1], 2, [0.005, 0.01, 0.02]),  # inside already
        ([0.001, 0.003], [0.0001, 1], 2, [0.001, 0.003, 0.009, 0.027]),  # until it is inside
        ([0.001, 0.003], [0.0001, 0.01], 2, [0.001, 0.003, 0.009]),
        ([0.001, 0.003], [0.0001, 1], 9, [0.001, 0.003, 0.009, 0.027]),
    ],
)
def test_a_grid_grows_until_the_best_point_is_inside(
    grid: list[float], limits: list[float], rounds: int, levels: list[float]
) -> None:
    search = Search(
        method="grid",
        grid={"learning_rate": grid, "augmentation": [None, {"shift": 0.1}]},
        grow={"learning_rate": limits},
        rounds=rounds,
    )
    points = searched(search)
    assert list(dict.fromkeys(point["learning_rate"] for point in points)) == levels
    assert len(points) == 2 * len(levels), "every combination"


@pytest.mark.parametrize(
    ("value", "tried", "side"),
    [(1, [1, 2], -1), (2, [1, 2], 1), (2, [1, 2, 3], None), (0, [0, 1], None), (1, [1, 1], None),
     ("adam", ["adam", "sgd"], None)],
)  # fmt: skip
def test_which_value_is_on_an_edge(value: Any, tried: list[Any], side: int | None) -> None:
    found = edges({"l2": value}, [{"l2": other} for other in tried])
    assert found == ({} if side is None else {"l2": side})


def test_sobol_points_fill_the_space_and_more_samples_leave_them() -> None:
    space = {key: Dimension(low=0, high=1) for key in ("l2", "momentum")}
    search = Search(method="sobol", space=space, samples=64)
    points = expand(search, 3)
    assert expand(search.model_copy(update={"samples": 5}), 3) == points[:5]
    assert expand(search, 4) != points
    # 64 points of the sequence: 4 in each of 16 squares, where random ones leave some with 0 or 1
    squares = [(int(4 * point["l2"]), int(4 * point["momentum"])) for point in points]
    assert {squares.count(square) for square in set(squares)} == {4}
    mixed = Search(method="sobol", space=SPACE, samples=8)
    assert {type(point["batch_size"]) for point in islice(draws(mixed, 3), 8)} == {int}
