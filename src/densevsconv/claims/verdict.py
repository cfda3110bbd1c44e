"""The one rule by which an interval becomes a verdict, and tests become a claim's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from densevsconv.results.claims import Verdict
from densevsconv.statistics.one_image import TOUCHING

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
HOLDS, FAILS, UNTOLD = VERDICTS


def verdict(
    low: float | None, high: float | None, above: float | None, below: float | None
) -> Verdict:
    """Return whether an interval lies inside what is claimed, outside, or across a bound of it.

    Inside and outside are strict: an interval that touches a bound tells nothing, nor does a
    missing one. An estimate without an interval never decides.
    """
    if low is None or high is None:
        return UNTOLD
    floor = float("-inf") if above is None else above
    ceiling = float("inf") if below is None else below
    if low > floor + TOUCHING and high < ceiling - TOUCHING:
        return HOLDS
    if high < floor - TOUCHING or low > ceiling + TOUCHING:
        return FAILS
    return UNTOLD


def verdict_of_all(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of a claim: it fails if any test fails, and holds if all hold."""
    found = set(verdicts)
    if FAILS in found:
        return FAILS
    return HOLDS if found == {HOLDS} else UNTOLD
