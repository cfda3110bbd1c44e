"""What a test of a claim found, and the verdict that follows from its interval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

HOLDS, FAILS, UNTOLD = "holds", "fails", "cannot be told"
VERDICTS = (HOLDS, FAILS, UNTOLD)

TOUCHING = 1e-12
"""An end this close to a bound touches it: rounding alone moves means of accuracies by 1e-16."""


@dataclass(frozen=True)
class Record:
    """One estimate held against what is claimed of it; docs/files.md says what the fields mean.

    The claim is that the true value lies above ``above`` and below ``below`` (None: no such
    bound). ``low`` and ``high`` are None where the values are too few for an interval.
    """

    kind: str
    cases: list[str]
    statement: str
    quantity: str
    estimate: float | None
    low: float | None
    high: float | None
    seeds: int
    method: str
    above: float | None = None
    below: float | None = None
    published: float | None = None
    p_value: float | None = None
    left_out: int = 0
    classes: list[str] | None = None
    found_class: str | None = None

    @property
    def verdict(self) -> str:
        """Return :data:`HOLDS`, :data:`FAILS` or :data:`UNTOLD`: of the interval, see verdict."""
        return verdict(self.low, self.high, self.above, self.below)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as claims.json has it."""
        return asdict(self) | {"verdict": self.verdict}


def verdict(low: float | None, high: float | None, above: float | None, below: float | None) -> str:
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


def verdict_of_all(verdicts: Iterable[str]) -> str:
    """Return the verdict of a claim: it fails if any test fails, and holds if all hold."""
    found = set(verdicts)
    if FAILS in found:
        return FAILS
    return HOLDS if found == {HOLDS} else UNTOLD


def quoted(names: Iterable[str], word: str = "and") -> str:
    """Return names as a list in words, each between backquotes: digits in them are no results."""
    marked = [f"`{name.replace('`', chr(39))}`" for name in names]
    if len(marked) == 1:
        return marked[0]
    return f"{', '.join(marked[:-1])} {word} {marked[-1]}"
