"""What becomes of a network in another form of the images, or on another engine.

Reads difficulty.csv and engines.csv; where one has no rows there is nothing to say.
"""

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


def _of(study: Reported, dataset: str) -> list[EngineRow]:
    return [row for row in study.results.engine_pairs if row.dataset == dataset]


def engine_pairs(study: Reported, dataset: str) -> list[EnginePair]:
    pairs = sorted({(row.engine_a, row.engine_b) for row in _of(study, dataset)})
    made = [EnginePair(study, dataset, pair) for pair in pairs]
    return [pair for pair in made if pair.tested]


def network(study: Reported, row: Any) -> Text:
    own, version = study.results.shared_name(row)
    return Text(case(own), *((" (", name(version), ")") if version else ()))
