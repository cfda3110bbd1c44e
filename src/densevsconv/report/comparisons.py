"""What becomes of a network in another form of the images, or on another engine.

Reads difficulty.csv and engines.csv; where one has no rows there is nothing to say.
"""

from typing import Any

from densevsconv.report.parts import Text, case, name, span
from densevsconv.report.study import Reported
from densevsconv.results.tables import EngineRow
from densevsconv.results.traced import Traced

TESTED: dict[str, Any] = {"ahead": ("!=", "not tested")}
FALLS: dict[str, Any] = {"ahead": "b"}
RISES: dict[str, Any] = {"ahead": "a"}
HOLDS_ZERO: dict[str, Any] = {"ahead": "neither"}
IS_ZERO: dict[str, Any] = {"answers_differ": ("<=", 0)}
FASTER: dict[str, Any] = {"time_ratio": ("<", 1)}


# -- forms of the same images


def references(study: Reported) -> dict[str, str]:
    """Return the reference of every changed form that a network was trained on too."""
    order = study.datasets.index
    compared = {(row.dataset_b, row.dataset_a) for row in study.results.difficulty}
    return {
        form: reference
        for reference, form in sorted(compared, key=lambda pair: (order(pair[0]), order(pair[1])))
    }


def rows(study: Reported, reference: str, form: str, kind: str) -> list[Any]:
    """Return the rows of one change, in the report's order of cases; kind: "network", "lead"."""
    order = study.cases(reference)
    found = [
        row
        for row in study.results.difficulty
        if (row.dataset_a, row.dataset_b, row.kind) == (form, reference, kind)
    ]
    return [
        study.row("difficulty", row)
        for row in sorted(found, key=lambda row: order.index(row.case_b))
    ]


def told(study: Reported, reference: str, form: str) -> list[Any]:
    """Return the networks worth a sentence: the best of each family on the changed form.

    All of them where there is no lead and they are few.
    """
    networks = rows(study, reference, form, "network")
    if leads := rows(study, reference, form, "lead"):
        best = [each for lead in leads for each in (lead.minus_a, lead.case_a)]
        return [row for each in best for row in networks if row.case_a == each]
    return networks if len(networks) < 3 else []


def shares(
    study: Reported, reference: str, form: str, **which: Any
) -> list[tuple[str, Traced, Traced]]:
    """Return, for each family, how many networks fulfil conditions, of how many."""
    counted = []
    for family in ("dense", "convolutional"):
        of = {"dataset_a": form, "dataset_b": reference, "kind": "network", "family": family}
        if (every := study.count("difficulty", **of, **TESTED)).value:
            counted.append((family, study.count("difficulty", **of, **which), every))
    return counted


def leads(study: Reported, row: Any) -> list[Traced]:
    """Return the best convolutional minus the best dense network, on the reference and changed."""
    return [
        study.comparison(row.case_b, row.minus_b).difference_mean,
        study.comparison(row.case_a, row.minus_a).difference_mean,
    ]


# -- engines


class EnginePair:
    """The networks of a data set that two engines train alike, and what differs all the same.

    ``a`` and ``b`` are the engines' names for people, ``rows`` traced rows of engines.csv, in the
    report's order of cases, and ``tested`` those of networks that trained.
    """

    def __init__(self, study: Reported, dataset: str, engines: tuple[str, str]) -> None:
        self.study, self.dataset, self.engines = study, dataset, engines
        self.a, self.b = map(study.engine_title, engines)
        order = study.cases(dataset)
        found = [row for row in _of(study, dataset) if (row.engine_a, row.engine_b) == engines]
        self.rows = [
            study.row("engines", x) for x in sorted(found, key=lambda x: order.index(x.case_a))
        ]

        self.tested = [row for row in self.rows if row.ahead != "not tested"]

    @property
    def widest(self) -> Any:
        return max(self.tested, key=lambda row: abs(row.difference_mean.value))

    @property
    def ratios(self) -> Text:
        return span([row.time_ratio for row in self.tested], "significant")

    def count(self, **conditions: Any) -> Traced:
        a, b = self.engines
        of = {"dataset": self.dataset, "engine_a": a, "engine_b": b}
        return self.study.count("engines", **of, **({**TESTED, **conditions}))

    def compared(self) -> list[Any]:
        """Return the comparisons of families on one of both engines, by size of difference."""
        pairs = [
            pair
            for pair in self.study.results.pairs(self.dataset)
            if {self.study.case(each).engine for each in pair} <= set(self.engines)
        ]
        found = [self.study.comparison(*pair) for pair in pairs]
        tested = [row for row in found if row.ahead != "not tested"]
        return sorted(tested, key=lambda row: abs(row.difference_mean.value))


def _of(study: Reported, dataset: str) -> list[EngineRow]:
    return [row for row in study.results.engine_pairs if row.dataset == dataset]


def engine_pairs(study: Reported, dataset: str) -> list[EnginePair]:
    pairs = sorted({(row.engine_a, row.engine_b) for row in _of(study, dataset)})
    made = [EnginePair(study, dataset, pair) for pair in pairs]
    return [pair for pair in made if pair.tested]


def network(study: Reported, row: Any) -> Text:
    own, version = study.results.shared_name(row)
    return Text(case(own), *((" (", name(version), ")") if version else ()))
