"""What `where` says of a study with series, from its tables."""

import pytest

from densevsconv.commands.answers import Answers
from densevsconv.results.follow import TABLES
from densevsconv.results.plan import Matched
from tests.support.series import followed_study


@pytest.fixture(scope="module")
def said() -> str:
    follow = followed_study()
    match = Matched(case="conv", by="parameters", factor=2, wanted=100, found=101)
    cases = {
        name: case.model_copy(update={"matched": match if case.network == "dense" else None})
        for name, case in follow.plan.cases.items()
    }
    plan = follow.plan.model_copy(update={"cases": cases})
    tables = {name: list(getattr(follow, name)()) for name in TABLES}
    seconds = {name: 3.0 if case.network == "conv" else 2.0 for name, case in cases.items()}
    return "\n".join(Answers(plan, tables, seconds).lines())


SMALL = "patches (size 4, patches 4)"


@pytest.mark.parametrize(
    "words",
    [
        "conv is ahead of dense with equal parameters from a number of training images of ",
        f"{SMALL} of 100 (",
        "at every number of training images of patches (size 4, patches 8) that was measured",
        "number of training images of patches (size 4, patches 8): +20.00 (",
        "at equal parameters conv takes ",
        " and 1.5 times the training time (1.5 to 1.5) of dense.",
        "permuted: +10.00 (",
        "points at 1: it turns",
        '"the lead shrinks" is refuted, +',
        '"the lead shrinks" cannot be told',
        f"times the images of conv that dense needs ({SMALL}): 1 (",
        ", 10 (9 to outside) for 1,000, more than was measured for 10,000 and more.",
        f"images needed for 75% ({SMALL}): dense 3,162 (",
        "predicted as 64)",
        "conv: what is needed grows as what is predicted to the power of -1.42 (",
    ],
)
def test_where_says(said: str, words: str) -> None:
    assert words in said, said


def test_what_is_bound_alike_is_not_compared(said: str) -> None:
    assert "alone" not in said
    assert said.count(" is ahead of ") == 3
    assert said.count("at equal parameters") == 1
