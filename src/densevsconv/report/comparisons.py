"""What becomes of a network in another form of the images, or on another engine.

Reads difficulty.csv and engines.csv; where one has no rows there is nothing to say.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from densevsconv.report.parts import Part, Text, case, name, span
from densevsconv.report.study import Reported
from densevsconv.results.tables import EngineRow
from densevsconv.results.traced import Traced

FALLS: dict[str, Any] = {"difference_high": ("<", 0)}
RISES: dict[str, Any] = {"difference_low": (">", 0)}
HOLDS_ZERO: dict[str, Any] = {"difference_low": ("<=", 0), "difference_high": (">=", 0)}
IS_ZERO: dict[str, Any] = {"difference_low": (">=", 0), "difference_high": ("<=", 0)}
FASTER: dict[str, Any] = {"time_ratio": ("<", 1)}


# -- forms of the same images


def references(study: Reported) -> list[str]:
    compared = {row.dataset_b for row in study.results.difficulty}
    return [each for each in study.datasets if each in compared]


def changed_forms(study: Reported, reference: str) -> list[str]:
    compared = {row.dataset_a for row in study.results.difficulty if row.dataset_b == reference}
    return [each for each in study.datasets if each in compared]


def references_of(study: Reported) -> dict[str, str]:
    return {form: each for each in references(study) for form in changed_forms(study, each)}


def rows(study: Reported, reference: str, form: str, kind: str) -> list[Any]:
    """Return the rows of one change, in the report's order of cases; kind: "network", "lead"."""
    order = study.cases(reference)
    found = [
        row
        for row in study.results.difficulty
        if (row.dataset_a, row.dataset_b, row.kind) == (form, reference, kind)
    ]
    found.sort(key=lambda row: order.index(row.case_b))
    return [study.difficulty_row(row) for row in found]


def told(study: Reported, reference: str, form: str) -> list[Any]:
    """Return the networks worth a sentence: the best of each family on the changed form.

    All of them where there is no lead and they are few.
    """
    networks = rows(study, reference, form, "network")
    if leads := rows(study, reference, form, "lead"):
        best = [each for lead in leads for each in (lead.minus_a, lead.case_a)]
        return [row for each in best for row in networks if row.case_a == each]
    return networks if len(networks) < 3 else []


class Share(NamedTuple):
    """How many networks of a family something holds for."""

    family: str
    found: Traced
    of: Traced


def shares(study: Reported, reference: str, form: str, **which: Any) -> list[Share]:
    families = {row.family for row in rows(study, reference, form, "network")}
    alike = {"dataset_a": form, "dataset_b": reference, "kind": "network"}
    return [
        Share(
            family,
            study.count("difficulty", **alike, family=family, **which),
            study.count("difficulty", **alike, family=family),
        )
        for family in ("dense", "convolutional")
        if family in families
    ]


def leads(study: Reported, row: Any) -> list[Traced]:
    """Return the best convolutional minus the best dense network, on the reference and changed."""
    return [
        study.comparison(row.case_b, row.minus_b).difference_mean,
        study.comparison(row.case_a, row.minus_a).difference_mean,
    ]


# -- engines


class EnginePair:
    """The networks of a data set that two engines train alike, and what differs all the same.

    Attributes
    ----------
    a, b
        The engines' names for people.
    rows
        Traced rows of engines.csv, in the report's order of cases.
    """

    def __init__(self, study: Reported, dataset: str, engines: tuple[str, str]) -> None:
        self.study, self.dataset, self.engines = study, dataset, engines
        order = study.cases(dataset)
        found = [row for row in _of(study, dataset) if (row.engine_a, row.engine_b) == engines]
        found.sort(key=lambda row: order.index(row.case_a))
        self.rows = [study.engine_row(row) for row in found]

    @property
    def a(self) -> Part:
        return self.study.engine_title(self.engines[0])

    @property
    def b(self) -> Part:
        return self.study.engine_title(self.engines[1])

    @property
    def widest(self) -> Any:
        return max(self.rows, key=lambda row: abs(row.difference_mean.value))

    @property
    def ratios(self) -> Text:
        return span([row.time_ratio for row in self.rows], "significant")

    def count(self, **conditions: Any) -> Traced:
        a, b = self.engines
        of = {"dataset": self.dataset, "engine_a": a, "engine_b": b}
        return self.study.count("engines", **of, **conditions)

    def compared(self) -> list[Any]:
        """Return the comparisons of families on one of both engines, by size of difference."""
        pairs = [
            pair
            for pair in self.study.results.pairs(self.dataset)
            if {self.study.case(each).engine for each in pair} <= set(self.engines)
        ]
        found = [self.study.comparison(*pair) for pair in pairs]
        return sorted(found, key=lambda row: abs(row.difference_mean.value))


def _of(study: Reported, dataset: str) -> list[EngineRow]:
    return [row for row in study.results.engine_pairs if row.dataset == dataset]


def engine_pairs(study: Reported, dataset: str) -> list[EnginePair]:
    pairs = sorted({(row.engine_a, row.engine_b) for row in _of(study, dataset)})
    return [EnginePair(study, dataset, pair) for pair in pairs]


def network(study: Reported, row: Any) -> Text:
    """Return what to call the network of a row; the architecture, where the cases' names differ."""
    names = {(each.network, each.version) for each in map(study.case, (row.case_a, row.case_b))}
    if len(names) > 1:
        return Text(case(row.architecture))
    own, version = names.pop()
    return Text(case(own), *((" (", name(version), ")") if version else ()))
