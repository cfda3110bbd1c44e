"""What a study with series answers, in sentences: every number of them is read from its tables."""

from collections.abc import Iterator
from itertools import groupby
from statistics import median
from typing import Any

from densevsconv.results import series as rows
from densevsconv.results.follow import SHARING, TABLES, followed, sharing
from densevsconv.results.plan import CasePlan, StudyPlan
from densevsconv.results.tables import SummaryRow
from densevsconv.stages.summarise import SummarisePlan
from densevsconv.store.layout import Layout

CONTROL = "permuted"
"""The series whose images lose their neighbourhoods: no place for convolution to win."""
WORDS = {
    ("shared", "dense"): "when convolution wins",
    ("local", "dense"): "when locality by itself does",
    ("shared", "local"): "when shared weights do",
}
SAME = {"parameters": "parameters", "macs": "multiply-accumulates"}
"""What a matched partner has as many of."""
EXPECTED = {"shift": 1, "training_images": -1}
"""Whether the lead of convolution is said to grow or to shrink along a series."""


def answers(at: Layout) -> list[str]:
    """Return sentences on the series of a finished study; none where it has no series."""
    if not at.plan("summarise").exists() or not at.crossings.exists():
        return []
    plan = SummarisePlan.read(at.plan("summarise"))
    if not followed(plan):
        return []
    tables = {name: kind.read_table(getattr(at, name)) for name, kind in TABLES.items()}
    summary = SummaryRow.read_table(at.summary)
    seconds = {row.case: row.train_seconds_median for row in summary}
    return list(Answers(plan, tables, seconds).lines())


class Answers:
    """Sentences on pairs of networks, of which one is bound more than the other.

    ``tables`` are the rows of each of :data:`TABLES`, ``seconds`` the training time of each case.
    """

    def __init__(
        self, plan: StudyPlan, tables: dict[str, list[Any]], seconds: dict[str, float]
    ) -> None:
        self.tables, self.seconds = tables, seconds
        self.networks: dict[str, CasePlan] = {
            row.network: plan.cases[row.case] for row in self.tables["series"]
        }
        self.leads = {
            (row.series, row.images, row.network_a, row.network_b, row.value): row
            for row in self.tables["leads"]
        }

    def lines(self) -> Iterator[str]:
        pairs = {(row.network_a, row.network_b) for row in self.tables["crossings"]}
        for a, b in sorted(filter(self._told, pairs), key=self._order):
            found = [r for r in self.tables["crossings"] if (r.network_a, r.network_b) == (a, b)]
            varied = [row for row in found if row.series != CONTROL]
            matched = self.networks[b].matched
            by = SAME[matched.by] if matched and matched.case == a else ""
            if varied:
                pair = f"{a} is ahead of {b}{f' with equal {by}' if by else ''}"
                yield f"{WORDS[self._kinds(a, b)]}: {pair} {self._when(varied)}."
            if by:
                yield self._cost(a, b, by)
            yield from map(self._along, found)
            yield from self._equivalent(a, b)
        for _, several in groupby(self.tables["learning"], key=lambda row: row.images):
            yield self._learning(list(several))
        yield from self._needed()

    # -- which

    def _kinds(self, a: str, b: str) -> tuple[str, str]:
        return sharing(self.networks[a]), sharing(self.networks[b])

    def _told(self, pair: tuple[str, str]) -> bool:
        of_a, of_b = (self.networks[network].training["optimizer"] for network in pair)
        first, second = self._kinds(*pair)
        return first != second and of_a == of_b

    def _order(self, pair: tuple[str, str]) -> tuple[Any, ...]:
        """The most different first, among them partners of equal size."""
        first, second = (SHARING.index(kind) for kind in self._kinds(*pair))
        return second - first, self.networks[pair[1]].matched is None, pair

    def _of(self, row: rows.Series) -> str:
        several = len({(each.series, each.images) for each in self.tables["crossings"]
                       if each.series == row.series}) > 1  # fmt: skip
        return f" of {row.images}" if several else ""

    # -- sentences

    def _when(self, found: list[rows.CrossingRow]) -> str:
        """Return where a is ahead: the crossings first, then what it is ahead along or nowhere."""
        told = [self._crossing(row) for row in found if row.ahead == "crosses"]
        for ahead, word in (("a", "at every"), ("b", "at no")):
            if names := [self._what(row) for row in found if row.ahead == ahead]:
                told.append(f"{word} {_listed(names)} that was measured")
        return "; ".join(told)

    def _what(self, row: rows.CrossingRow) -> str:
        """Return what a series varies, in the singular."""
        name = row.series.replace("_", " ")
        return f"{'number of ' if name.endswith('s') else ''}{name}{self._of(row)}"

    def _crossing(self, row: rows.CrossingRow) -> str:
        side = "from" if row.lead_last > row.lead_first else "up to"
        return f"{side} a {self._what(row)} of {_number(row.at)} ({_ends(row)})"

    def _along(self, row: rows.CrossingRow) -> str:
        """Return the lead at both ends of a series, and whether it changes as is expected of it."""
        ends = " and ".join(self._lead(row, value) for value in (row.first, row.last))
        return f"  {self._what(row)}: {ends}{self._check(row)}"

    def _lead(self, row: rows.CrossingRow, value: float) -> str:
        """Return the lead in points at one place, with its interval."""
        lead = self.leads[row.series, row.images, row.network_a, row.network_b, value]
        return f"{_points(lead.lead, lead.low, lead.high)} at {_number(value)}"

    def _cost(self, a: str, b: str, by: str) -> str:
        """Return what a takes beside b on the same images, the median and the range over them."""
        there = {(row.dataset, row.network): row for row in self.tables["series"]}
        on = sorted({data for data, network in there if network == a and (data, b) in there})
        both = [(there[data, a], there[data, b]) for data in on]
        ratios = {
            "parameters": [of_a.parameters / of_b.parameters for of_a, of_b in both],
            "multiply-accumulates": [of_a.macs / of_b.macs for of_a, of_b in both],
            "training time": [
                self.seconds[of_a.case] / self.seconds[of_b.case] for of_a, of_b in both
            ],
        }
        told = [
            f"{median(of):.3g} times the {what} ({min(of):.3g} to {max(of):.3g})"
            for what, of in ratios.items()
            if what != by
        ]
        return f"  what it costs: at equal {by} {a} takes {' and '.join(told)} of {b}."

    def _check(self, row: rows.CrossingRow) -> str:
        lead = self.leads[row.series, row.images, row.network_a, row.network_b, row.last]
        if self._kinds(row.network_a, row.network_b) != ("shared", "dense"):
            return ""
        if row.change_low is None or row.change_high is None or lead.low is None:
            return "; too few seeds for an interval"
        if row.series == CONTROL:
            turned = "turns" if lead.high < 0 else "vanishes" if lead.low <= 0 else ""
            return f": it {turned or 'neither vanishes nor turns (refuted)'}"
        if row.series not in EXPECTED:
            return ""
        word = "grows" if EXPECTED[row.series] > 0 else "shrinks"
        low, high = sorted(EXPECTED[row.series] * end for end in (row.change_low, row.change_high))
        verdict = "holds" if low > 0 else "is refuted" if high < 0 else "cannot be told"
        change = _points(row.change, row.change_low, row.change_high)
        return f'; "the lead {word}" {verdict}, {change}'

    def _equivalent(self, a: str, b: str) -> Iterator[str]:
        found = [r for r in self.tables["equivalents"] if (r.network_a, r.network_b) == (a, b)]
        for images, several in groupby(found, key=lambda row: row.images):
            by_side: dict[str, list[rows.EquivalentRow]] = {"inside": [], "more": [], "fewer": []}
            for row in several:
                by_side[row.side].append(row)
            told = [
                f"{_factor(row)} for {_number(row.training_images)}" for row in by_side["inside"]
            ]
            if further := by_side["more"]:
                least = _number(further[0].training_images)
                told.append(f"more than was measured for {least} and more")
            if told:
                yield f"  times the images of {a} that {b} needs ({images}): {', '.join(told)}."

    def _learning(self, found: list[rows.LearningRow]) -> str:
        told = [
            f"{row.network} {row.exponent:.2f} ({_range(row.low, row.high, '.2f')})"
            for row in found
        ]
        return (
            f"errors fall as images to the power of minus ({found[0].images}): {', '.join(told)}."
        )

    def _needed(self) -> Iterator[str]:
        predicted = [row for row in self.tables["needed"] if row.predicted]
        for images, several in groupby(predicted, key=lambda row: row.images):
            told = [
                f"{row.network} {_number(row.needed)} ({_range(row.low, row.high, ',.0f')}; "
                f"predicted as {_number(row.predicted)})"
                for row in several
            ]
            yield f"images needed for {predicted[0].accuracy:.0%} ({images}): {', '.join(told)}."
        for row in self.tables["growth"]:
            ends = _range(row.low, row.high, ".2f")
            yield (
                f"{row.network}: what is needed grows as what is predicted to the power of "
                f"{row.exponent:.2f} ({ends}; over {row.sets} kinds of images)."
            )


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _number(value: float | None) -> str:
    if value is None:
        return "outside of what was measured"
    return f"{value:,.4g}" if value < 1000 else f"{value:,.0f}"


def _range(low: float | None, high: float | None, form: str) -> str:
    ends = ["outside" if end is None else format(end, form) for end in (low, high)]
    return " to ".join(ends)


def _ends(row: rows.CrossingRow) -> str:
    if row.inside is None:
        return "too few seeds for an interval"
    low = f"before {_number(row.first)}" if row.low is None else _number(row.low)
    high = f"beyond {_number(row.last)}" if row.high is None else _number(row.high)
    return f"{low} to {high}"


def _points(value: float, low: float | None, high: float | None) -> str:
    ends = "" if low is None or high is None else f" ({100 * low:+.2f} to {100 * high:+.2f})"
    return f"{100 * value:+.2f}{ends} points"


def _factor(row: rows.EquivalentRow) -> str:
    assert row.factor is not None
    form = ".2g" if row.factor < 10 else ".0f"
    return f"{row.factor:{form}} ({_range(row.low, row.high, form)})"
