"""A finished study as texts and tables see it: numbers with their places, and who stands in front.

What is read here is recorded by the stages; nothing about a result is decided a second time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from densevsconv.report.parts import Part, Text, case, name, printed, span
from densevsconv.report.plan import ReportPlan
from densevsconv.results.study import Study
from densevsconv.results.tables import (
    DifficultyRow,
    EngineRow,
)
from densevsconv.results.traced import Traced, count_rows, in_file, in_row
from densevsconv.training.engines.registry import ENGINES, engine_title


def _of_one(file: str) -> Callable[[Reported, str], Any]:
    """Return a method that reads the file of one case or data set, as Study and Layout call it."""

    def read(self: Reported, name: str) -> Any:
        record, path = getattr(self.results, file)(name), getattr(self.at, file)(name)
        return in_file(record, path, self.at.root)

    return read


class Reported:
    """The results of a study, traced.

    Parameters
    ----------
    results
        Reads the files. What it returns is for decisions; what this class returns may be printed.
    """

    def __init__(self, results: Study[ReportPlan]) -> None:
        self.results = results
        self.at = results.at
        # what is in the plan, to decide by
        self.datasets = results.datasets
        self.case, self.cases = results.case, results.cases

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

    def summary(self, case: str) -> Any:
        return in_row(self.results.summary(case), self.at.summary, self.at.root, "case")

    @cached_property
    def claims(self) -> Any:
        return in_file(self.results.claims, self.at.claims, self.at.root)

    @cached_property
    def gradients(self) -> Any:
        return in_file(self.results.gradients, self.at.gradients, self.at.root)

    def runs(self, case: str) -> list[Any]:
        return [
            in_row(row, self.at.run_table, self.at.root, "case", "repetition")
            for row in self.results.run_rows
            if row.case == case
        ]

    def comparison(self, convolutional: str, dense: str) -> Any:
        """Return the row of a pair in comparisons.csv: convolutional minus dense."""
        row = self.results.comparison(convolutional, dense)
        return in_row(row, self.at.comparisons, self.at.root, "case_a", "case_b")

    def engine_row(self, row: EngineRow) -> Any:
        return in_row(row, self.at.engine_comparisons, self.at.root, "case_a", "case_b")

    def difficulty_row(self, row: DifficultyRow) -> Any:
        keys = ("dataset_a", "dataset_b", "kind", "case_a", "case_b")
        return in_row(row, self.at.difficulty, self.at.root, *keys)

    def count(self, table: str, **conditions: Any) -> Traced:
        results, at = self.results, self.at
        rows, path = {
            "trials": (lambda: results.trials, at.trials),
            "summary": (lambda: results.summaries.values(), at.summary),
            "runs": (lambda: results.run_rows, at.run_table),
            "engines": (lambda: results.engine_pairs, at.engine_comparisons),
            "difficulty": (lambda: results.difficulty, at.difficulty),
        }[table]
        return count_rows(rows(), path, at.root, **conditions)

    # -- cases

    def marked(self, name: str) -> Text:
        return Text(Part("family", self.case(name).family), case(name))

    def batch_sizes(self, dataset: str) -> list[str]:
        return sorted(self.results.timing(self.cases(dataset)[0]).inference, key=int)

    @property
    def every_case(self) -> list[str]:
        return sorted(self.results.plan.cases)

    def engines(self, dataset: str | None = None) -> list[str]:
        names = self.every_case if dataset is None else self.cases(dataset)
        return sorted({self.case(name).engine for name in names})

    def engine_title(self, engine: str) -> Part:
        return name(engine_title(engine))

    def engine_words(self, engine: str) -> Text:
        """Return how an engine runs the networks, to go on "Networks ...", with what it cites."""
        how = ENGINES[engine].says(self.results.plan.execution)
        pieces: list[Any] = re.split(r"{(\w+)}", how)
        return Text(*(Part("cite", piece) if place % 2 else piece
                      for place, piece in enumerate(pieces)))  # fmt: skip

    def searched(self, dataset: str) -> list[str]:
        return [case for case in self.cases(dataset) if self.case(case).searched]

    @property
    def searches(self) -> bool:
        return any(case.searched for case in self.results.plan.cases.values())

    @property
    def configured(self) -> bool:
        return not all(case.searched for case in self.results.plan.cases.values())

    @property
    def seeds(self) -> Text:
        """From how many seeds a case is refitted: a number, or "a to b" over cases."""
        return span([self.plan.cases[case].seeds for case in self.every_case], "integer")

    @property
    def repeats(self) -> Text:
        return span([self.timing(case).repeats for case in self.every_case], "integer")

    # -- who stands in front

    def best(self, dataset: str, family: str) -> str | None:
        """Return the case that stands for a family: a highlight, or the best by validation."""
        cases = self.cases(dataset, family)
        highlighted = [case for case in self.results.plan.highlights if case in cases]
        return highlighted[0] if highlighted else self.results.families.get((dataset, family))

    def put_in_front(self, dataset: str) -> bool:
        """Tell whether it is the study, and no score, that says who stands for both families."""
        both = (self.best(dataset, "dense"), self.best(dataset, "convolutional"))
        return all(case in self.results.plan.highlights for case in both)

    # -- data sets

    @property
    def several(self) -> bool:
        return len(self.datasets) > 1

    def title(self, dataset: str) -> Part:
        """Return a data set's name for people; with its id where two are called the same."""
        titles = {each: self.results.plan.datasets[each].title for each in self.datasets}
        same = list(titles.values()).count(titles[dataset]) > 1
        return name(titles[dataset] + (f" ({dataset})" if same else ""))

    def reshaped(self, dataset: str) -> bool:
        plan = self.results.plan.datasets[dataset]
        return plan.shape != plan.source_shape

    def is_first_form(self, dataset: str) -> bool:
        """Tell whether a data set is the first of those made from the same source."""
        bases = {each: self.results.plan.datasets[each].dataset for each in self.datasets}
        return dataset == next(each for each in bases if bases[each] == bases[dataset])

    def on(self, dataset: str) -> Text:
        """Return " on <data set>" where the study has several, else nothing."""
        return Text(" on ", self.title(dataset)) if self.several else Text()
