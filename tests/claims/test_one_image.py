"""Equal seeds: an interval of width 0 decides nothing that one image could turn."""

from typing import Any

import pytest
from scipy import stats

from tests.support.known import FAILS, HOLDS, IMAGES, SEEDS, UNTOLD, Known

N = 360


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("first_seed", [0, 9])  # paired, and not
def test_equal_counts_do_not_decide_a_difference(known: Known, seeds: int, first_seed: int) -> None:
    known.case("a", accuracy=[(300 + 1) / N] * seeds, images=N)
    known.case("b", accuracy=[300 / N] * seeds, images=N, first_seed=first_seed)
    found = known.record("difference", a="a", b="b")
    assert (found.verdict, found.p_value) == (UNTOLD, None)
    assert found.method.endswith(", seeds equal: widened to one image")
    assert known.record("difference", a="b", b="a").verdict == UNTOLD
    assert found.high - found.low >= 2 / N - 1e-12


def test_two_seeds_tell_less_than_five(known: Known) -> None:
    for case, right, seeds in (("a2", 303, 2), ("b2", 300, 2), ("a5", 303, 5), ("b5", 300, 5)):
        known.case(case, accuracy=[right / N] * seeds, images=N)
    assert known.record("difference", a="a2", b="b2").verdict == UNTOLD
    assert known.record("difference", a="a5", b="b5").verdict == HOLDS


@pytest.mark.parametrize("seeds", [2, 3])
def test_the_half_width_is_that_of_one_seed_one_image_off(known: Known, seeds: int) -> None:
    values = [300 / N] * seeds
    known.case("a", accuracy=values, images=N)
    found = known.record("accuracy", cases=["a"], at_least=0.5)
    off = [*values[1:], 301 / N]
    low, high = stats.t.interval(0.95, seeds - 1, loc=0, scale=stats.sem(off))
    assert (found.low, found.high) == pytest.approx((300 / N + low, 300 / N + high))
    assert found.estimate == pytest.approx(300 / N)


def test_with_many_seeds_it_is_one_image(known: Known) -> None:
    known.case("a", accuracy=[300 / N] * 8, images=N)
    found = known.record("near", case="a", value=0.8, within=0.1)
    assert (found.low, found.high) == pytest.approx((299 / N, 301 / N))


@pytest.mark.parametrize("seeds", [2, SEEDS])
@pytest.mark.parametrize(
    ("share", "kind", "test", "expected"),
    [
        (109 / N, "accuracy", {"at_least": 0.3}, UNTOLD),  # an image from the bound
        (109 / N, "accuracy", {"at_most": 0.3}, UNTOLD),
        (109 / N, "near", {"value": 0.2, "within": 109 / N - 0.2 + 0.001}, UNTOLD),
        (0.1, "accuracy", {"at_most": 0.3}, HOLDS),  # a network that collapsed
        (0.1, "accuracy", {"at_least": 0.3}, FAILS),
        (0.1, "near", {"value": 0.9, "within": 0.05}, FAILS),
        (1.0, "accuracy", {"at_least": 0.9}, HOLDS),
    ],
)
def test_verdicts_of_equal_seeds(
    known: Known, seeds: int, share: float, kind: str, test: dict[str, Any], expected: str
) -> None:
    known.case("a", accuracy=[share] * seeds, images=N)
    found = known.record(kind, **test, **({"case": "a"} if kind == "near" else {"cases": ["a"]}))
    assert (found.verdict, found.p_value) == (expected, None)
    assert found.high is not None
    assert found.high <= 1


def test_the_smaller_set_of_images_widens_a_difference(known: Known) -> None:
    known.case("a", accuracy=[0.9] * SEEDS, images=10_000)
    known.case("b", accuracy=[0.8] * SEEDS, images=100, dataset="other")
    found = known.record("difference", a="a", b="b")
    assert (found.low, found.high) == pytest.approx((0.09, 0.11))


def test_recalls_are_widened_by_an_image_of_their_class(known: Known) -> None:
    known.case("b", right=[[18, 18, 10]] * SEEDS)
    found = known.record("hardest_class", cases=["b"], classes=["two"])
    assert (found.verdict, found.low) == (HOLDS, pytest.approx((18 - 10 - 1) / IMAGES))
