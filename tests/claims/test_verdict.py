"""The one rule by which an interval becomes a verdict, and tests become a claim's."""

import pytest

from densevsconv.claims.kind import quoted, verdict, verdict_of_all


@pytest.mark.parametrize(
    ("low", "high", "above", "below", "expected"),
    [
        (0.1, 0.3, 0.0, None, "holds"),
        (-0.3, -0.1, 0.0, None, "fails"),
        (-0.1, 0.1, 0.0, None, "cannot be told"),
        (0.1, 0.2, None, 0.3, "holds"),
        (0.4, 0.5, None, 0.3, "fails"),
        (0.2, 0.4, None, 0.3, "cannot be told"),
        (0.80, 0.84, 0.79, 0.85, "holds"),
        (0.86, 0.90, 0.79, 0.85, "fails"),
        (0.70, 0.78, 0.79, 0.85, "fails"),
        (0.80, 0.86, 0.79, 0.85, "cannot be told"),
        (0.70, 0.90, 0.79, 0.85, "cannot be told"),  # wider than what is claimed
        (None, None, 0.0, None, "cannot be told"),
        (0.0, 0.2, 0.0, None, "cannot be told"),  # touches
        (-0.2, 0.0, 0.0, None, "cannot be told"),
        (0.0, 0.0, 0.0, None, "cannot be told"),  # all seeds equal, both cases equal
        (0.1, 0.1, 0.0, None, "holds"),
        (0.3 + 4e-17, 0.3 + 4e-17, 0.3 - 4e-17, None, "cannot be told"),  # rounding decides nothing
    ],
)
def test_the_interval_decides(
    low: float, high: float, above: float, below: float, expected: str
) -> None:
    assert verdict(low, high, above, below) == expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["holds", "holds"], "holds"),
        (["holds", "cannot be told"], "cannot be told"),
        (["holds", "cannot be told", "fails"], "fails"),
        (["cannot be told"], "cannot be told"),
        (["holds", "not tested here", "cannot be told"], "not tested here"),
        (["holds", "not tested here", "fails"], "fails"),
    ],
)
def test_a_claim_holds_if_all_hold_and_fails_if_any_fails(
    verdicts: list[str], expected: str
) -> None:
    assert verdict_of_all(verdicts) == expected


def test_names_stand_between_backquotes() -> None:
    assert quoted(["a"]) == "`a`"
    assert quoted(["a", "b", "c"], "or") == "`a`, `b` or `c`"
    assert quoted(["it`s"]) == "`it``s`"
