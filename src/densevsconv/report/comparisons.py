"""What becomes of a network in another form of the images, or on another engine.

Reads difficulty.csv and engines.csv; where one has no rows there is nothing to say.
"""

from collections import defaultdict
from typing import Any

from densevsconv.report.parts import Text, case, name, span
from densevsconv.report.study import Reported
from densevsconv.results.tables import EngineRow
from densevsconv.results.traced import Traced

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

    def __init__(self, study: Reported, engines: tuple[str, str], rows: list[EngineRow]) -> None:
        self.a, self.b = map(study.engine_title, engines)
        self.rows = [study.row("engines", row) for row in rows]
        self.tested = [row for row in self.rows if row.ahead != "not tested"]
        self.ratios = span([row.time_ratio for row in self.tested], "significant")

    @property
    def widest(self) -> Any:
        return max(self.tested, key=lambda row: abs(row.difference_mean.value))


def engine_pairs(study: Reported, dataset: str) -> list[EnginePair]:
    order, found = study.cases(dataset).index, defaultdict(list)
    for row in study.results.engine_pairs:
        if row.dataset == dataset:
            found[row.engine_a, row.engine_b].append(row)
    return [
        EnginePair(study, engines, sorted(rows, key=lambda row: order(row.case_a)))
        for engines, rows in sorted(found.items())
        if any(row.ahead != "not tested" for row in rows)
    ]


def network(study: Reported, row: Any) -> Text:
    own, version = study.results.shared_name(row)
    return Text(case(own), *((" (", name(version), ")") if version else ()))
