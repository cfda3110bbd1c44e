"""A finished study as texts and tables see it: numbers with their places, and who stands in front.

What is read here is recorded by the stages; nothing about a result is decided a second time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from densevsconv.report import front
from densevsconv.report.figures.fonts import Fonts, fonts_for
from densevsconv.report.parts import Part, Text, case, name, printed, span
from densevsconv.results.follow import followed
from densevsconv.results.plan import ReportPlan
from densevsconv.results.record import Record
from densevsconv.results.series import CrossingRow
from densevsconv.results.study import Study
from densevsconv.results.tables import ComparisonRow, DifficultyRow, EngineRow, RunRow, SummaryRow
from densevsconv.results.traced import Traced, count_rows, in_file, in_row
from densevsconv.results.trials import TrialRow
from densevsconv.results.trust import TrustRow
from densevsconv.training.engines.registry import ENGINES, engine_title

_PAIR = ("case_a", "case_b")
_TABLES: dict[str, tuple[type[Record], str, tuple[str, ...]]] = {
    "trials": (TrialRow, "trials", ("trial",)),
    "summary": (SummaryRow, "summary", ("case",)),
    "runs": (RunRow, "run_table", ("case", "repetition")),
    "comparisons": (ComparisonRow, "comparisons", _PAIR),
    "engines": (EngineRow, "engine_comparisons", _PAIR),
    "crossings": (CrossingRow, "crossings", ("series", "images", "network_a", "network_b")),
    "trust": (TrustRow, "trust", ("item",)),
    "difficulty": (DifficultyRow, "difficulty", ("dataset_a", "dataset_b", "kind", *_PAIR)),
}
"""Of a table: its rows, what Layout calls its file, and the columns that tell rows apart."""

MOST_LOST = 20
"""Names listed of those that fonts lack characters of."""


def _of_one(file: str) -> Callable[[Reported, str], Any]:
    """Return a method that reads the file of one case or data set, as Study and Layout call it."""

    def read(self: Reported, name: str) -> Any:
        record, path = getattr(self.results, file)(name), getattr(self.at, file)(name)
        return in_file(record, path, self.at.root)

    return read


class Reported:
    """The results of a study, traced.

    What ``results`` returns is for decisions; what this class returns may be printed.
    """

    def __init__(self, results: Study[ReportPlan]) -> None:
        self.results = results
        self.at = results.at
        # what is in the plan, to decide by
        self.datasets = front.datasets(results)
        self.several = len(self.datasets) > 1
        self.case, self.cases = results.case, results.cases
        self.every_case = sorted(results.plan.cases)
        searched = [case.searched for case in results.plan.cases.values()]
        self.searches, self.configured = any(searched), not all(searched)

    @cached_property
    def plan(self) -> Any:
        return in_file(self.results.plan, self.at.plan("report"), self.at.root)

    @cached_property
    def level(self) -> Text:
        return Text(printed(self.plan.confidence, "percent_whole"))

    evaluation = _of_one("evaluation")
    selection = _of_one("selection")
    timing = _of_one("timing")
    data = _of_one("data_info")
    measures = _of_one("measures")

    def versions(self) -> dict[str, Any]:
        """Return, by what it describes, a machine of a timing that has it: engines need their own.

        A case's timing names the libraries of its engine.
        """
        machines = [self.timing(case).machine for case in reversed(self.every_case)]
        return {key: machine for machine in machines for key in machine}

    @cached_property
    def fonts(self) -> Fonts:
        return fonts_for(
            each.model_dump_json() for each in (self.results.plan, self.results.claims)
        )

    @property
    def lost(self) -> list[Part]:
        """Return titles and names of classes with characters that no font has."""
        plan = self.results.plan
        named = [plan.title, *(case.title for case in plan.cases.values())]
        for each in map(plan.datasets.__getitem__, self.datasets):
            named += [each.title, *each.class_names]
        lost = [each for each in dict.fromkeys(named) if self.fonts.missing.intersection(each)]
        return [*map(name, lost[:MOST_LOST]), *([name("others")] if len(lost) > MOST_LOST else [])]

    def row(self, table: str, row: Record) -> Any:
        _, file, key = _TABLES[table]
        return in_row(row, getattr(self.at, file), self.at.root, *key)

    def summary(self, case: str) -> Any:
        return self.row("summary", self.results.summary(case))

    @cached_property
    def claims(self) -> Any:
        return in_file(self.results.claims, self.at.claims, self.at.root)

    @cached_property
    def gradients(self) -> Any:
        return in_file(self.results.gradients, self.at.gradients, self.at.root)

    @cached_property
    def trust(self) -> dict[str, Any]:
        """What may be asked of the study, by what is asked: the rows of trust.csv."""
        rows = self.results.once(self.at.trust, TrustRow.read_table)
        return {row.item: self.row("trust", row) for row in rows}

    def runs(self, case: str) -> list[Any]:
        return [self.row("runs", row) for row in self.results.run_rows if row.case == case]

    def comparison(self, convolutional: str, dense: str) -> Any:
        """Return the row of a pair in comparisons.csv: convolutional minus dense."""
        return self.row("comparisons", self.results.comparison(convolutional, dense))

    def crossings(self) -> list[Any]:
        """Return where convolution overtakes dense networks; nothing in a study without series."""
        if not followed(self.results.plan):
            return []
        family = {case.network: case.family for case in self.results.plan.cases.values()}
        return [
            self.row("crossings", row)
            for row in self.results.once(self.at.crossings, CrossingRow.read_table)
            if (family[row.network_a], family[row.network_b]) == ("convolutional", "dense")
        ]

    def several_images(self, series: str) -> bool:
        return len({row.images for row in self.crossings() if row.series == series}) > 1

    def count(self, table: str, **conditions: Any) -> Traced:
        """Return how many rows of a table fulfil conditions (:func:`count_rows`)."""
        kind, file, _ = _TABLES[table]
        path = getattr(self.at, file)
        return count_rows(
            self.results.once(path, kind.read_table), path, self.at.root, **conditions
        )

    # -- cases

    def called(self, of: str) -> Part:
        """Return a case's name for people; with its id where two of a data set have the same."""
        title = self.case(of).title
        same = [x for x in self.cases(self.case(of).dataset) if self.case(x).title == title]
        return name(title if len(same) == 1 else f"{title} ({of})")

    def marked(self, of: str, *, by_title: bool = False) -> Text:
        marks = Part("family", self.case(of).family), Part("row", of)
        return Text(*marks, self.called(of) if by_title else case(of))

    def batch_sizes(self, dataset: str) -> list[str]:
        return sorted(self.results.timing(self.cases(dataset)[0]).inference, key=int)

    def engines(self, dataset: str | None = None) -> list[str]:
        names = self.every_case if dataset is None else self.cases(dataset)
        return sorted({self.case(name).engine for name in names})

    def engine_title(self, engine: str) -> Part:
        return name(engine_title(engine))

    def engine_words(self, engine: str) -> Text:
        """Return how an engine runs the networks, to go on "Networks ...", with what it cites."""
        pieces: list[Any] = re.split(r"{(\w+)}", ENGINES[engine].says(self.results.plan.execution))
        pieces[1::2] = [Part("cite", piece) for piece in pieces[1::2]]
        return Text(*pieces)

    def searched(self, dataset: str) -> list[str]:
        return [case for case in self.cases(dataset) if self.case(case).searched]

    @property
    def seeds(self) -> Text:
        """From how many seeds a case is refitted: a number, or "a to b" over cases."""
        return span([self.plan.cases[case].seeds for case in self.every_case], "integer")

    @property
    def repeats(self) -> Text:
        return span([self.timing(case).repeats for case in self.every_case], "integer")

    # -- who stands in front

    def best(self, dataset: str, family: str) -> str | None:
        return front.best(self.results, dataset, family)

    def in_front(self) -> dict[str, list[str]]:
        """Return the cases in front of every data set."""
        return {dataset: front.cases(self.results, dataset) for dataset in self.datasets}

    def pairs(self, dataset: str) -> list[tuple[str, str]]:
        """Return the pairs to compare, and those in front: they may cross engines."""
        own = [pair[:2] for pair in front.pairs(self.results, dataset)]
        return list(dict.fromkeys([*own, *self.results.pairs(dataset)]))

    # -- data sets

    def title(self, dataset: str) -> Part:
        """Return a data set's name for people; with its id where two are called the same."""
        titles = {each: self.results.plan.datasets[each].title for each in self.datasets}
        same = list(titles.values()).count(titles[dataset]) > 1
        return name(titles[dataset] + (f" ({dataset})" if same else ""))

    def is_first_form(self, dataset: str) -> bool:
        """Tell whether a data set is the first of those made from the same source."""
        bases = {each: self.results.plan.datasets[each].dataset for each in self.datasets}
        return dataset == next(each for each in bases if bases[each] == bases[dataset])

    def on(self, dataset: str) -> Text:
        """Return " on <data set>" where the study has several, else nothing."""
        return Text(" on ", self.title(dataset)) if self.several else Text()
