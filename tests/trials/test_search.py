"""Expansion of searches into points."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densevsconv.trials.search import Dimension, PointsError, Search, expand

GRIDS = st.dictionaries(
    st.text("abcdef", min_size=1),
    st.lists(st.integers(), min_size=1, max_size=4, unique=True),
    min_size=1,
    max_size=4,
)


@given(GRIDS)
def test_a_grid_has_every_combination_once_in_order(grid: dict[str, list[int]]) -> None:
    points = expand(Search(method="grid", grid=grid), 0)
    assert [tuple(point.values()) for point in points] == list(product(*grid.values()))
    assert all(list(point) == list(grid) for point in points)
    assert len({tuple(point.items()) for point in points}) == len(points)


def test_a_list_stays_as_it_is_and_no_list_is_one_point_without_changes() -> None:
    points = [{"l2": 0.1}, {}, {"epochs": 3, "l2": 0.2}]
    assert expand(Search(method="list", points=points), 0) == points
    assert expand(Search(), 0) == [{}]


def space(**dimensions: Dimension) -> Search:
    return Search(method="random", space=dimensions, samples=40)


RATE = Dimension(low=1e-4, high=1e-1, scale="log")


def test_random_points_follow_the_seed_and_their_key() -> None:
    first, again, other = (expand(space(l2=RATE, learning_rate=RATE), seed) for seed in (1, 1, 2))
    assert first == again != other
    assert all(point["l2"] != point["learning_rate"] for point in first)


def test_more_samples_or_another_key_leave_the_values_that_were_there() -> None:
    few = expand(space(learning_rate=RATE).model_copy(update={"samples": 5}), 3)
    many = expand(space(learning_rate=RATE), 3)
    both = expand(space(l2=Dimension(low=0, high=1), learning_rate=RATE), 3)
    assert many[:5] == few
    assert [point["learning_rate"] for point in both] == [p["learning_rate"] for p in many]


@settings(max_examples=30)
@given(
    st.floats(1e-6, 1e3), st.floats(1, 1e3), st.sampled_from(["linear", "log"]), st.integers(0, 9)
)
def test_random_values_stay_inside_their_range(
    low: float, factor: float, scale: str, seed: int
) -> None:
    high = low * factor
    dimension = Dimension.model_validate({"low": low, "high": high, "scale": scale})
    search = Search(method="random", space={"x": dimension}, samples=1)
    (point,) = expand(search, seed)
    assert low <= point["x"] <= high


def test_a_log_range_has_as_many_values_in_each_decade() -> None:
    search = space(learning_rate=RATE).model_copy(update={"samples": 3000})
    values = [point["learning_rate"] for point in expand(search, 0)]
    for decade in (1e-4, 1e-3, 1e-2):
        share = sum(decade <= value < 10 * decade for value in values) / len(values)
        assert share == pytest.approx(1 / 3, abs=0.04)


def test_whole_numbers_reach_both_ends_and_points_differ() -> None:
    dimension = Dimension(low=1, high=40, scale="integer")
    values = [point["epochs"] for point in expand(space(epochs=dimension), 0)]
    assert sorted(values) == list(range(1, 41))
    assert all(type(value) is int for value in values)


def test_more_samples_than_points_is_refused() -> None:
    with pytest.raises(PointsError, match="at most 3"):
        expand(space(epochs=Dimension(choices=[1, 2, 3])), 0)
