"""A finished study as the text and the tables see it: which cases, and facts about them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from densevsconv.report import rich
from densevsconv.report.facts import Facts
from densevsconv.report.layout import ordered_cases
from densevsconv.report.pointers import ResultFiles, csv_pointer, json_pointer
from densevsconv.results.study import merit
from densevsconv.store.layout import Layout

PLAN = "plan/report.json"
CLAIMS = "claims.json"


class Study:
    """Reads facts by what they are about, so that texts and tables hold no file names.

    Parameters
    ----------
    layout
        Names of the result files.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.files = ResultFiles(layout.root)
        self.facts = Facts(self.files)

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The content of plan/report.json."""
        plan: dict[str, Any] = self.files.document(PLAN)
        return plan

    @cached_property
    def datasets(self) -> list[str]:
        """The data sets that cases use."""
        return sorted({case["dataset"] for case in self.plan["cases"].values()})

    def cases(self, dataset: str, family: str | None = None) -> list[str]:
        """Return the cases of a data set (and family) in the order of the report."""
        ordered = ordered_cases(self.plan["cases"], dataset)
        return [case for case in ordered if family in (None, self.family(case))]

    def family(self, case: str) -> str:
        """Return "dense" or "convolutional"."""
        family: str = self.plan["cases"][case]["family"]
        return family

    def engine(self, case: str) -> str:
        """Return the name of the engine that trains a case."""
        engine: str = self.plan["cases"][case]["engine"]
        return engine

    def engines(self, dataset: str) -> list[str]:
        """Return the engines that train a data set's cases, by name."""
        return sorted({self.engine(case) for case in self.cases(dataset)})

    def searched(self, dataset: str) -> list[str]:
        """Return the cases whose search had more than one point."""
        return [case for case in self.cases(dataset) if len(self.plan["cases"][case]["points"]) > 1]

    @cached_property
    def searches(self) -> bool:
        """Whether any case had settings to search."""
        return any(self.searched(dataset) for dataset in self.datasets)

    @cached_property
    def configured(self) -> bool:
        """Whether any case keeps the settings it is configured with."""
        return any(self.searched(dataset) != self.cases(dataset) for dataset in self.datasets)

    @cached_property
    def claims(self) -> dict[str, Any]:
        """The claims of a publication with their verdicts, by name; empty where there are none."""
        claims: dict[str, Any] = self.files.document(CLAIMS)["claims"]
        return claims

    # -- facts

    def planned(self, *keys: str | int, form: str = "integer") -> str:
        """Return a number of the plan."""
        return self.facts.number(PLAN, json_pointer(*keys), form)

    def seeds(self) -> str:
        """Return from how many seeds a case is refitted: a number, or "a to b" over cases."""
        cases = self.plan["cases"]
        order = sorted(cases, key=lambda case: (cases[case]["seeds"], case))
        least, most = (self.planned("cases", order[end], "seeds") for end in (0, -1))
        same = cases[order[0]]["seeds"] == cases[order[-1]]["seeds"]
        return most if same else f"{least} to {most}"

    def repeats(self) -> str:
        """Return how many timed trainings a case has: a number, or "a to b" over cases."""
        found = {
            case: self.document(case, "time")["repeats"] for case in sorted(self.plan["cases"])
        }
        ends = [end(found, key=found.__getitem__) for end in (min, max)]
        least, most = (self.timing(case, "repeats", form="integer") for case in ends)
        return most if found[ends[0]] == found[ends[1]] else f"{least} to {most}"

    def data(self, dataset: str, *keys: str | int, form: str = "integer") -> str:
        """Return a number of a data set's description."""
        source = self._relative(self.layout.data_info(dataset))
        return self.facts.number(source, json_pointer(*keys), form)

    def measure(self, dataset: str, *keys: str | int, form: str = "integer") -> str:
        """Return a number that was measured on a data set's images."""
        source = self._relative(self.layout.measures(dataset))
        return self.facts.number(source, json_pointer(*keys), form)

    def evaluation(self, case: str, *keys: str | int, form: str) -> str:
        """Return a number of a case's evaluation."""
        source = self._relative(self.layout.evaluation(case))
        return self.facts.number(source, json_pointer(*keys), form)

    def timing(self, case: str, *keys: str | int, form: str = "significant") -> str:
        """Return a number of a case's timings."""
        source = self._relative(self.layout.timing(case))
        return self.facts.number(source, json_pointer(*keys), form)

    def selection(self, case: str, *keys: str | int, form: str) -> str:
        """Return a number of a case's selection."""
        source = self._relative(self.layout.selection(case))
        return self.facts.number(source, json_pointer(*keys), form)

    def summary(self, case: str, column: str, form: str) -> str:
        """Return a number of a case's row of summary.csv."""
        return self.facts.number("summary.csv", csv_pointer(column, case=case), form)

    def count(self, table: str, **conditions: Any) -> str:
        """Return how many rows of a table fulfil the conditions (:func:`csv_pointer`)."""
        return self.facts.number(table, csv_pointer("#", **conditions), "integer")

    def comparison(self, convolutional: str, dense: str, column: str, form: str) -> str:
        """Return a number of a pair's row of comparisons.csv (convolutional minus dense)."""
        pointer = csv_pointer(column, case_a=convolutional, case_b=dense)
        return self.facts.number("comparisons.csv", pointer, form)

    def claim_number(self, claim: str, *keys: str | int, form: str) -> str:
        """Return a number of a claim's verdict."""
        return self.facts.number(CLAIMS, json_pointer("claims", claim, *keys), form)

    def claim_count(self, verdict: str) -> str:
        """Return how many claims have a verdict, "none" for none."""
        pointer = json_pointer("verdicts", verdict)
        if self.facts.value(CLAIMS, pointer) == 0:
            return "none"
        return self.facts.number(CLAIMS, pointer, "integer")

    def claim_total(self) -> str:
        """Return how many claims there are."""
        return self.facts.number(CLAIMS, json_pointer("claims", "#"), "integer")

    # -- values to decide by

    def summary_value(self, case: str, column: str) -> Any:
        """Return a value of summary.csv; not printed."""
        return self.facts.value("summary.csv", csv_pointer(column, case=case))

    def comparison_value(self, convolutional: str, dense: str, column: str) -> Any:
        """Return a value of comparisons.csv; not printed."""
        pointer = csv_pointer(column, case_a=convolutional, case_b=dense)
        return self.facts.value("comparisons.csv", pointer)

    def measured(self, dataset: str) -> Any:
        """Return what was measured on a data set's images; not printed."""
        return self.files.document(self._relative(self.layout.measures(dataset)))

    def document(self, case: str, stage: str) -> Any:
        """Return the content of "select", "evaluate" or "time" of a case; not printed."""
        path = {
            "select": self.layout.selection,
            "evaluate": self.layout.evaluation,
            "time": self.layout.timing,
        }[stage](case)
        return self.files.document(self._relative(path))

    def best(self, dataset: str, family: str) -> str | None:
        """Return the case that stands for a family in the abstract.

        The first of the plan's highlights, or the one whose refitted networks are best on the
        validation images: among equal accuracies the lowest loss. The test images choose nothing.
        Where there are several engines, both families' cases are of the best case's engine.
        """
        cases = self.cases(dataset, family)
        highlighted = [case for case in self.plan["highlights"] if case in cases]
        if highlighted or not cases:
            return highlighted[0] if highlighted else None
        engine = self.engine(max(self.cases(dataset), key=self._merit))
        alike = [case for case in cases if self.engine(case) == engine]
        return max(alike or cases, key=self._merit)

    def put_in_front(self, dataset: str) -> bool:
        """Tell whether it is the study, and no score, that says who stands for both families."""
        both = (self.best(dataset, "dense"), self.best(dataset, "convolutional"))
        return all(case in self.plan["highlights"] for case in both)

    def _merit(self, case: str) -> tuple[float, float]:
        columns = ("validation_accuracy_mean", "validation_loss_mean")
        return merit(*(self.summary_value(case, column) for column in columns))

    def pairs(self, dataset: str) -> list[tuple[str, str]]:
        """Return the pairs (convolutional, dense) to compare: on one engine, where there are such.

        A difference across engines would mix what the architecture does with what the
        implementation does.
        """
        pairs = [
            (convolutional, dense)
            for convolutional in self.cases(dataset, "convolutional")
            for dense in self.cases(dataset, "dense")
        ]
        return [pair for pair in pairs if len({*map(self.engine, pair)}) == 1] or pairs

    def title(self, dataset: str) -> str:
        """Return a data set's name for people; with its id where two are called the same."""
        titles = {name: self.plan["datasets"][name]["title"] for name in self.datasets}
        title = titles[dataset]
        if list(titles.values()).count(title) > 1:
            title += f" ({dataset})"
        return rich.name(title)

    def in_dataset(self, dataset: str) -> str:
        """Return " on <data set>" where the study has several, else nothing."""
        return f" on {self.title(dataset)}" if len(self.datasets) > 1 else ""

    def _relative(self, path: Any) -> str:
        return str(path.relative_to(self.layout.root))
