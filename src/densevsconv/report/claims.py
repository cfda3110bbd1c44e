"""A publication's claims as text and tables show them: which test decides, in what format.

Reads claims.json; where a study lists no claims there is nothing.
"""

import re
from dataclasses import dataclass
from math import inf
from typing import Any, get_args

from densevsconv.claims.kind import FAILS, HOLDS, verdict_of_all
from densevsconv.claims.registry import KINDS
from densevsconv.report.parts import Printed, Text, case, interval, name, printed
from densevsconv.report.study import Reported
from densevsconv.report.wording import MISSING
from densevsconv.results.claims import ClaimTestRecord, Judged, Verdict
from densevsconv.results.traced import traced

NEAR = {HOLDS: "yes", FAILS: "no"}


@dataclass(frozen=True)
class ClaimTest:
    """One test of a claim; ``record`` is traced."""

    study: Reported
    record: Any

    @property
    def unit(self) -> str:
        return KINDS[self.record.kind].words.unit

    def number(self, key: str) -> Printed:
        return printed(getattr(self.record, key), KINDS[self.record.kind].words.form)

    @property
    def interval(self) -> Text:
        return interval(self.record.low, self.record.high, KINDS[self.record.kind].words.form)

    @property
    def statement(self) -> Text:
        """Return the test in words; what stands between backquotes is a case or a class."""
        pieces: list[Any] = re.split("`((?:[^`]|``)+)`", self.record.statement)
        cases, names = self.study.results.plan.cases, [x.replace("``", "`") for x in pieces[1::2]]
        pieces[1::2] = [case(each) if each in cases else name(each) for each in names]
        found = self.record.found_class
        return Text(*pieces, *(("; found: ", name(found)) if isinstance(found, str) else ()))


def ordered(study: Reported) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {dataset: [] for dataset in study.datasets}
    for key, claim in sorted(study.results.claims.claims.items()):
        found[study.case(claim.tests[0].cases[0]).dataset].append(key)
    return [(dataset, names) for dataset, names in found.items() if names]


def by_verdict(study: Reported) -> list[tuple[str, list[Text]]]:
    """Return the publication's conclusions by their verdicts."""
    every = study.results.claims.claims
    keys = [key for _, own in ordered(study) for key in own if every[key].group == "conclusions"]
    return [
        (verdict.capitalize(), told)
        for verdict in get_args(Verdict)
        if (told := [Text(name(every[key].text)) for key in keys if every[key].verdict == verdict])
    ]


def tests(study: Reported, claim: Any) -> list[ClaimTest]:
    """Return the tests of a claim, or of a twin of it; ``claim`` is traced."""
    return [ClaimTest(study, record) for record in claim.tests]


def deciding(study: Reported, claim: Any) -> ClaimTest:
    return tests(study, claim)[decisive(traced(claim).value)]


def decisive(claim: Judged) -> int:
    """Return the place of the test that decides the verdict of these cases.

    Of those with that verdict: for "fails" the one furthest beyond its bound, for "holds" the one
    that comes nearest to it, else the first.
    """
    told = verdict_of_all(test.verdict for test in claim.tests)
    places = [place for place, test in enumerate(claim.tests) if test.verdict == told]
    if told not in (HOLDS, FAILS):
        return places[0]
    # how far the whole interval lies outside, or how far it comes towards a bound
    low, high = ("high", "low") if told == FAILS else ("low", "high")

    def reach(place: int) -> float:
        test = claim.tests[place]
        if test.above is None and test.below is None:  # a published number, in or out of a range
            published, low_end, high_end = (getattr(test, k) for k in ("published", "low", "high"))
            return float(max(published - high_end, low_end - published))
        return max(
            -inf if test.above is None else test.above - getattr(test, low),
            -inf if test.below is None else getattr(test, high) - test.below,
        )

    return max(places, key=reach)


def _all(study: Reported) -> list[ClaimTestRecord]:
    return [test for claim in study.results.claims.claims.values() for test in claim.tests]


def near(study: Reported, of: str) -> str:
    """Return whether a run of a case may have the published accuracy; a dash: nobody asked."""
    found = {test.verdict for test in _all(study) if (test.kind, test.cases) == ("near", [of])}
    if len(found) != 1:
        return MISSING
    (told,) = found
    return NEAR.get(told, told)
