"""What a study cannot test is said, with the reason; so is what depends on the engine."""

from typing import Any

import pytest

from tests.support.known import (
    DEPENDS,
    FAILS,
    HOLDS,
    IMAGES,
    SEEDS,
    UNTESTED,
    UNTOLD,
    WOBBLE,
    Known,
)

ABOVE = {"difference": {"a": "a", "b": "b"}}
DEAD = {"accuracy": [1 / 3] * SEEDS}  # of three classes of as many images
NEVER = "b: no start trained to more than naming the commonest class gives"


@pytest.mark.parametrize(
    ("case", "test", "verdict", "reason"),
    [
        ({"accuracy": 0.5 + WOBBLE}, ABOVE, HOLDS, ""),
        (DEAD, ABOVE, UNTESTED, NEVER),
        (DEAD, {"near": {"case": "b", "value": 0.9}}, UNTESTED, NEVER),
        (DEAD, {"hardest_class": {"cases": ["b"], "classes": ["one"]}}, UNTESTED, NEVER),
        # that it does not train may be what is claimed, and its training takes its time
        (DEAD, {"accuracy": {"cases": ["b"], "at_most": 0.5}}, HOLDS, ""),
        (DEAD, {"time_ratio": {"a": "a", "b": "b", "value": 9, "factor": 2}}, FAILS, ""),
        ({"eligible": False}, ABOVE, UNTESTED, "b: every point of its search has a seed that"),
        ({"diverged": tuple(range(SEEDS))}, ABOVE, UNTESTED, NEVER),
        ({"other_data": "a sample"}, ABOVE, UNTESTED, "other data: a sample"),
        ({"other_data": "a sample", **DEAD}, ABOVE, UNTESTED, "other data: a sample"),
        # each of IMAGES training images was shown twice
        ({"images_shown": 2 * IMAGES}, ABOVE, HOLDS, ""),
        ({"images_shown": 3 * IMAGES}, ABOVE, UNTESTED, "b was shown 400 images while training"),
    ],
)
def test_what_is_not_tested(
    known: Known, case: dict[str, Any], test: dict[str, Any], verdict: str, reason: str
) -> None:
    known.case("a", accuracy=0.9 + WOBBLE).case("b", **case)
    (found,) = known.records(test)
    assert (found.verdict, bool(found.not_tested)) == (verdict, bool(reason))
    assert found.not_tested.startswith(reason)


@pytest.mark.parametrize(
    ("twin", "verdict"),
    [
        (0.6 + WOBBLE, HOLDS),
        (0.95 + WOBBLE, DEPENDS),  # there b is ahead
        (0.9 + WOBBLE, HOLDS),  # what cannot be told there contradicts nothing
        (DEAD["accuracy"], HOLDS),
    ],
)
def test_a_claim_that_an_engine_turns_round(known: Known, twin: Any, verdict: str) -> None:
    known.case("a", accuracy=0.9 + WOBBLE).case("b-n", accuracy=twin)
    known.case("b", accuracy=0.5 + WOBBLE, twins={"numpy": "b-n"})
    found = known.claim(ABOVE)
    (other,) = found.twins
    assert (found.verdict, found.tests[0].verdict, other.engine) == (verdict, HOLDS, "numpy")
    assert other.tests[0].cases == ["a", "b-n"]
    several = known.claim({"accuracy": {"cases": ["a", "b"], "at_most": 0.99}})
    assert [test.cases for test in several.twins[0].tests] == [["a"], ["b-n"]]


def test_overfitting_of_few_seeds_cannot_be_told(known: Known) -> None:
    known.case("a", accuracy=[0.9] * 4, losses=[[1.0, 0.5]] * 4)
    assert known.verdict("overfits", others=["a"], margin=0.1) == UNTOLD
