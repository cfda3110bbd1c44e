"""The file of judge: verdicts on the claims of a publication."""

from typing import Literal

from pydantic import Field

from densevsconv.results.record import Record

Verdict = Literal[
    "holds", "fails", "cannot be told", "depends on the implementation", "not tested here"
]
Group = Literal["conclusions", "scores", "reconstruction"]


class ClaimTestRecord(Record):
    """One estimate held against what is claimed of it.

    The claim is that the true value lies above ``above`` and below ``below`` (null: no such bound),
    or, of `near`, that ``published`` may come from one run: the interval is then that of one run.
    """

    kind: str = Field(description="Of test, such as `difference` or `near`.")
    cases: list[str] = Field(description="That it is about.")
    statement: str = Field(description="In words; names stand between backquotes.")
    quantity: str = Field(description="What the numbers are of.")
    estimate: float | None = Field(description="Null where not defined.")
    low: float | None = Field(description="Lower end of its interval.")
    high: float | None = Field(description="Upper end.")
    seeds: int = Field(description="How many seeds (or timings) it rests on.")
    method: str = Field(description="Of the interval.")
    above: float | None = Field(default=None, description="The true value lies above.")
    below: float | None = Field(default=None, description="The true value lies below.")
    published: float | None = Field(default=None, description="The published figure.")
    p_value: float | None = Field(default=None, description="Where the kind of test has one.")
    left_out: int = Field(default=0, description="Seeds that were left out.")
    classes: list[str] | None = Field(default=None, description="Those claimed.")
    found_class: str | None = Field(default=None, description="The one found.")
    runs_below: int | None = Field(
        default=None, description="How many of these seeds lie below the published figure."
    )
    not_tested: str = Field(default="", description="Why it is not tested here; empty: it is.")
    verdict: Verdict = Field(description="Of the interval.")


class Judged(Record):
    """Tests of a claim and their verdict.

    It fails if any test fails; else it is not tested where one is not, and holds if all hold.
    """

    verdict: Verdict = Field(description="Of all tests.")
    tests: list[ClaimTestRecord] = Field(description="In order.")


class TwinRecord(Judged):
    """The same tests of the same networks, on another engine."""

    engine: str = Field(description="It; a case that it has not trained stays as it is.")


class ClaimRecord(Judged):
    """A claim; its verdict depends on the implementation where it holds on one engine alone."""

    text: str = Field(description="The claim in words.")
    source: str = Field(description="Where it is made.")
    group: Group = Field(description="What kind of claim it is, with which it is counted.")
    twins: list[TwinRecord] = Field(description="On every other engine that trains its cases.")


class MultipleTesting(Record):
    """What many verdicts cost."""

    correction: str = Field(description="`none`.")
    tests: int = Field(description="Their number, without those that are not tested here.")
    wrong_verdicts_expected_at_most: float = Field(description="By the level of the intervals.")


class Claims(Record):
    """claims.json; `claims` is empty and the rest null where a study lists none."""

    claims: dict[str, ClaimRecord] = Field(description="By name.")
    confidence: float | None = Field(default=None, description="Of the intervals.")
    groups: dict[Group, dict[Verdict, int]] | None = Field(
        default=None, description="How many of each group have each verdict."
    )
    tested: int | None = Field(
        default=None, description="Claims, without those that are not tested here."
    )
    multiple_testing: MultipleTesting | None = Field(default=None, description="What it costs.")
