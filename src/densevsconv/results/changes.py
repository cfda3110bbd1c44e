"""Two finished studies: which results of one are others in the other by more than noise.

A published folder has tables and no predictions: there the intervals themselves are compared.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from densevsconv.results.claims import ClaimTestRecord, Judged
from densevsconv.results.data import FetchedFiles
from densevsconv.results.record import Record
from densevsconv.results.study import Study
from densevsconv.results.tables import ComparisonRow, Difference
from densevsconv.statistics.crossed import Estimate, between_intervals, change
from densevsconv.statistics.hypotheses import holm
from densevsconv.statistics.runs import BY_RUN, CROSSED, Ends, difference_or_runs

Verdict = Literal[
    "the same", "changed", "within noise", "cannot be told", "not tested", "not compared",
    "beyond its spread", "within its spread",
]  # fmt: skip
Images = Literal["the same", "others", "unknown", "other data"]
ONE_RUN = ("trial", "seconds")
"""What may differ between runs whose results are the same to the last digit."""


class ChangeRow(Record):
    """changes.csv: what `densevsconv compare A B --csv changes.csv` finds, one row a number."""

    quantity: str = Field(
        description="`accuracy`: of a case, on the test images; `lead`: of a convolutional case "
        "over a dense one; `seconds`: *measured*, of one training."
    )
    dataset: str = Field(description="Its name in the studies.")
    case: str = Field(description="The case; of a lead the convolutional one.")
    minus: str | None = Field(default=None, description="Of a lead the dense case.")
    a: float = Field(description="In study A.")
    b: float = Field(description="In study B.")
    change: float = Field(description="B minus A; of seconds B over A.")
    low: float | None = Field(default=None, description="Lower end of its interval.")
    high: float | None = Field(default=None, description="Upper end.")
    test_images: Images = Field(
        description="Whether both have the same: image by image, or as independent. `unknown`: of "
        "a published folder, whose intervals are compared; `other data`: under the same name."
    )
    interval: str | None = Field(
        default=None,
        description="What it is over: `seeds and images`; with fewer than five seeds `every run by "
        "its images`, at a level corrected for the number of cases; `both intervals`; `quartiles`.",
    )
    p_value: float | None = Field(default=None, description="Of this number alone, two-sided.")
    p_adjusted: float | None = Field(
        default=None, description="Corrected for the number of accuracies, or of leads (Holm)."
    )
    verdict: Verdict = Field(
        description="`the same`: every run to the last digit; `changed`: by more than noise, which "
        "is by `p_adjusted`; of seconds whether any timings of A and B overlap."
    )
    note: str | None = Field(default=None, description="What else there is to know; or empty.")


@dataclass(frozen=True)
class VerdictChange:
    """A verdict that A and B do not share, and which number moved."""

    what: str
    a: str
    b: str
    reason: str


class Changes:
    """What became of the numbers of ``a`` in ``b``. The plan of a published folder has no cases."""

    def __init__(self, a: Study, b: Study) -> None:
        self.a, self.b = self.both = a, b
        self.confidence = max(study.plan.confidence for study in self.both)
        self.cases = [case for case in a.summaries if case in b.summaries]
        self.images = {case: self._images(case) for case in self.cases}
        others = b.comparisons
        self.leads = {pair: (a.comparisons[pair], others[pair]) for pair in a.comparisons
                      if pair in others}  # fmt: skip

    @cached_property
    def published(self) -> bool:
        return not all(study.plan.cases for study in self.both)

    def rows(self) -> Iterator[ChangeRow]:
        yield from self._judged("accuracy", [(case,) for case in self.cases])
        yield from self._judged("lead", [pair for pair in self.leads if self._comparable(*pair)])
        yield from map(self._seconds, self.cases)

    # -- what can be compared

    def _images(self, case: str) -> Images:
        names = [study.summary(case).dataset for study in self.both]
        if self.published:
            return "unknown" if names[0] == names[1] else "other data"
        infos = [study.data_info(name) for study, name in zip(self.both, names, strict=True)]
        if infos[0].test_hash == infos[1].test_hash:
            return "the same"
        sources, draws = [], []
        for study, name, info in zip(self.both, names, infos, strict=True):
            plan = study.plan.datasets[name]
            fetched = study.at.fetched(plan.dataset)
            files = FetchedFiles.read(fetched).files if fetched.exists() else {}
            sums = {file: found.sha256 for file, found in files.items()}
            sources.append([plan.dataset, plan.source, plan.knobs, info.class_names, sums])
            draws.append([info.split, info.transform])
        # other images of the same source, divided and changed alike, are other data
        return "others" if sources[0] == sources[1] and draws[0] != draws[1] else "other data"

    def _comparable(self, *cases: str) -> bool:
        return all(self.images.get(case, "other data") != "other data" for case in cases)

    @cached_property
    def same(self) -> set[str]:
        """The cases of which all runs gave the same to the last digit."""
        runs: list[dict[str, list[Any]]] = [{}, {}]
        for study, own in zip(self.both, runs, strict=True):
            for row in study.run_rows:
                own.setdefault(row.case, []).append(row.model_dump(exclude={*ONE_RUN}))
        return {case for case in self.cases if runs[0].get(case) == runs[1].get(case)}

    # -- accuracies and leads

    def _judged(self, quantity: str, groups: Sequence[tuple[str, ...]]) -> Iterator[ChangeRow]:
        rows = [self._row(quantity, cases) for cases in groups]
        told = [row for row in rows if row["p_value"] is not None and not row["verdict"]]
        for row, adjusted in zip(told, holm([row["p_value"] for row in told]), strict=True):
            row["p_adjusted"] = adjusted
            row["verdict"] = "changed" if adjusted < 1 - self.confidence else "within noise"
        yield from map(ChangeRow.model_validate, rows)

    def _row(self, quantity: str, cases: tuple[str, ...]) -> dict[str, Any]:
        case, *minus = cases
        a, b = (self._value(study, *cases) for study in self.both)
        row: dict[str, Any] = {
            "quantity": quantity,
            "dataset": self.b.summary(case).dataset,
            "case": case,
            "minus": minus[0] if minus else None,
            "a": a.mean,
            "b": b.mean,
            "change": b.mean - a.mean,
            "test_images": self.images[case],
            "verdict": "",
            "p_value": None,
        }
        reasons = [
            f"{each} in {letter}: {reason}"
            for letter, study in zip("AB", self.both, strict=True)
            for each in cases
            if (reason := study.summary(each).not_tested)
        ]
        if not self._comparable(*cases):
            return row | {"verdict": "not compared", "note": "other data under the same name"}
        if self.same.issuperset(cases):
            return row | {"verdict": "the same", "low": 0.0, "high": 0.0}
        found, (low, high), over = self._estimate(cases, a, b)
        row |= {"low": low, "high": high, "interval": over, "p_value": found.p_value()}
        if reasons:
            return row | {"verdict": "not tested", "note": "; ".join(reasons)}
        if row["p_value"] is None:
            apart = low is not None and high is not None and not low <= 0 <= high
            row["verdict"] = "changed" if apart else "cannot be told"
        return row

    def _value(self, study: Study, case: str, minus: str | None = None) -> Estimate:
        if minus:
            return _of_lead(study.comparison(case, minus))
        row = study.summary(case)
        return Estimate(
            row.test_accuracy_mean, low=row.test_accuracy_low, high=row.test_accuracy_high
        )

    def _estimate(
        self, cases: tuple[str, ...], a: Estimate, b: Estimate
    ) -> tuple[Estimate, Ends, str]:
        if self.published:
            found = between_intervals(a, b, self.confidence)
            return found, (found.low, found.high), "both intervals"
        paired = self.images[cases[0]] == "the same"
        old, new = ([study.right(case) for case in cases] for study in self.both)
        if len(cases) > 1:
            found = change(old, new, [1, -1], self.confidence, paired=paired)
            return found, (found.low, found.high), CROSSED
        found, ends, over = difference_or_runs(new[0], old[0], self.confidence, paired=paired)
        if over == BY_RUN:  # no p value that could be corrected
            level = 1 - (1 - self.confidence) / len(self.cases)
            _, ends, _ = difference_or_runs(new[0], old[0], level, paired=paired)
        return found, ends, over

    # -- seconds

    def _seconds(self, case: str) -> ChangeRow:
        a, b = (study.summary(case).train_seconds_median for study in self.both)
        row: dict[str, Any] = {
            "quantity": "seconds",
            "dataset": self.b.summary(case).dataset,
            "case": case,
            "a": a,
            "b": b,
            "change": b / a,
            "test_images": self.images[case],
            "verdict": "cannot be told",
        }
        if self.published:
            return ChangeRow(**row, note="one median of each, of machines that are not named")
        timings = [study.timing(case) for study in self.both]
        spreads = of_a, of_b = [timing.train_seconds for timing in timings]
        places = [(timing.machine, timing.device, timing.threads) for timing in timings]
        row |= {"low": of_b.low / of_a.high, "high": of_b.high / of_a.low, "interval": "quartiles"}
        if min(len(spread.all) for spread in spreads) > 1:
            apart = min(of_b.all) > max(of_a.all) or max(of_b.all) < min(of_a.all)
            row["verdict"] = "beyond its spread" if apart else "within its spread"
        return ChangeRow(**row, note=None if places[0] == places[1] else "another machine")

    # -- verdicts

    def verdicts(self) -> Iterator[VerdictChange]:
        for (a, b), rows in self.leads.items():
            old, new = (_ahead(row) for row in rows)
            if old != new and self._comparable(a, b):
                why = reason(_of_lead(rows[0]), _of_lead(rows[1]), [0.0])
                untold = [row.not_tested for row in rows if row.not_tested]
                yield VerdictChange(f"{a} against {b}", old, new, *untold[:1] or [why])
        claims = [study.claims.claims for study in self.both]
        for name in filter(claims[1].__contains__, claims[0]):
            of_a, of_b = (each[name] for each in claims)
            if of_a.verdict != of_b.verdict:
                why = "; ".join(_reasons([of_a, *of_a.twins], [of_b, *of_b.twins]))
                why = why or "the tests of the claim are others"
                yield VerdictChange(f"claim {name}", of_a.verdict, of_b.verdict, why)


def _ahead(row: ComparisonRow) -> str:
    words = {"a": f"{row.case_a} ahead", "b": f"{row.case_b} ahead"}
    return words.get(row.ahead, row.ahead)


def _of_lead(row: Difference) -> Estimate:
    return Estimate(row.difference_mean, low=row.difference_low, high=row.difference_high)


def _reasons(old: Iterable[Judged], new: Iterable[Judged]) -> Iterator[str]:
    """Yield why tests of a claim have other verdicts, as far as they are the same tests."""
    for was, now in zip(old, new, strict=False):
        for a, b in zip(was.tests, now.tests, strict=False):
            if a.verdict == b.verdict or a.kind != b.kind:
                continue
            if a.not_tested or b.not_tested:
                yield b.not_tested or f"tested now; before: {a.not_tested}"
            elif (a.above, a.below, a.published) != (b.above, b.below, b.published):
                yield "the rule: what is claimed is another"
            else:
                bounds = [x for x in (b.above, b.below, b.published) if x is not None]
                yield f"{b.quantity}: {reason(_of_test(a), _of_test(b), bounds)}"


def _of_test(test: ClaimTestRecord) -> Estimate:
    value = math.nan if test.estimate is None else test.estimate
    return Estimate(value, low=test.low, high=test.high)


def reason(old: Estimate, new: Estimate, bounds: Sequence[float]) -> str:
    """Return which number moved, where intervals decide by on which side of bounds they lie."""
    told = " -> ".join(map(_told, (old, new)))
    if old.ends is None or new.ends is None:
        return f"there is no interval to go by, {told}"
    (low, high), (lower, higher), moved = old.ends, new.ends, new.mean - old.mean

    def sides(start: float, end: float) -> list[int]:
        return [(start > bound) - (end < bound) for bound in bounds]

    to = sides(lower, higher)
    if sides(low, high) == to:
        return f"the rule, as the interval lies as before, {told}"
    if sides(low + moved, high + moved) == to:
        return f"the estimate moved, {told}"
    wider = "wider" if higher - lower > high - low else "narrower"
    if sides(lower - moved, higher - moved) == to:
        return f"the interval is {wider}, {told}"
    return f"the estimate moved and the interval is {wider}, {told}"


def _told(found: Estimate) -> str:
    ends = "no interval" if found.ends is None else "{:.3g} to {:.3g}".format(*found.ends)
    return f"{found.mean:.3g} ({ends})"
