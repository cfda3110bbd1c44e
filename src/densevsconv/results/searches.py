"""What the searches of a study cost, what a larger one buys, and which settings mattered."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import Field

from densevsconv.results.record import Record
from densevsconv.results.study import Study
from densevsconv.results.trials import Candidate, CaseLabels, TrialRow
from densevsconv.statistics.budget import expected_best
from densevsconv.statistics.importance import FEWEST, importance
from densevsconv.trials.asked import Point
from densevsconv.trials.budget import Budget, Unit, spent
from densevsconv.trials.search import DRAWN


class BudgetRow(CaseLabels):
    """budgets.csv: one row a case, what its search cost; a case without a search cost nothing."""

    method: str = Field(description="How the points were made.")
    points: int = Field(description="Points that were tried.")
    trials: int = Field(description="Trainings: points times seeds, of every round of a pruner.")
    epochs: int = Field(description="Passes over the training part, in all trials together.")
    updates: int = Field(description="Steps of the optimiser.")
    macs: int = Field(
        description="Multiply-accumulates of forward passes of training images, and of backward "
        "ones, each counted as two forward."
    )
    seconds: float = Field(description="*measured*, with other jobs beside it.")
    macs_ratio: float | None = Field(
        description="`macs` over those of the search that cost most on the data set."
    )
    unit: str | None = Field(description="What the study's `budget` counts; empty: it has none.")
    budget: float | None = Field(description="How much of it each search may cost.")
    share: float | None = Field(description="How much of the budget this one cost.")


class SearchBudgetRow(CaseLabels):
    """search_budget.csv: the best validation accuracy to expect of a smaller search.

    One row a case and number of points.
    """

    method: str = Field(description="How the points were made.")
    points: int = Field(description="Points of the search.")
    trials: int = Field(description="Trainings of so many: times seeds.")
    macs: float = Field(description="Their multiply-accumulates on average, as in budgets.csv.")
    best_accuracy: float = Field(
        description="Expected highest mean validation accuracy of so many of the points, drawn at "
        "random (Dodge and others 2019); of `tpe`, and of a grid that grew, the highest of the "
        "first so many, since later points follow from earlier ones. Optimistic near the last: "
        "it is of those points, not of others. A search with a pruner has no rows: its points "
        "were not trained alike."
    )


class ImportanceRow(CaseLabels):
    """importance.csv: one row a searched setting of a case that searched several."""

    setting: str = Field(description="The setting.")
    importance: float | None = Field(
        description="Share of the variance of validation accuracy among the points that is due to "
        "it alone or with others (fANOVA, Hutter and others 2014); empty: too few points finished, "
        "or all scored the same."
    )
    points: int = Field(description="Points of which all seeds finished: few say little.")
    explained: float | None = Field(
        description="Of the variance of points left out of its fit, how much such a forest "
        "predicts (R2, leave-one-out). Where it is not well above 0 the importance means nothing."
    )


TABLES: dict[str, type[Record]] = {
    "budgets": BudgetRow,
    "search_budget": SearchBudgetRow,
    "importance": ImportanceRow,
}
"""The files' names in the layout, which are those of the functions of :class:`Searches`."""


class Searches:
    """The rows of these tables."""

    def __init__(self, study: Study, budget: Budget | None) -> None:
        self.study, self.budget = study, budget
        self.names = study.plan.sorted_cases
        self.trials: dict[str, list[TrialRow]] = {name: [] for name in self.names}
        for row in study.trials:
            self.trials[row.case].append(row)

    def budgets(self) -> Iterator[BudgetRow]:
        macs = {name: self._spent(name, "macs") for name in self.names}
        most: Counter[str] = Counter()
        for name in self.names:
            dataset = self.study.case(name).dataset
            most[dataset] = max(most[dataset], int(macs[name]))
        for name in self.names:
            case, unit = self.study.case(name), self.budget.unit if self.budget else None
            counted: dict[str, Any] = {each: self._spent(name, each) for each in get_args(Unit)}
            yield BudgetRow(
                **self.study.plan.labels(name),
                method=case.method,
                points=len({row.point for row in self.trials[name]}),
                **counted,
                macs_ratio=macs[name] / most[case.dataset] if macs[name] else None,
                unit=unit,
                budget=self.budget.amount if self.budget else None,
                share=counted[unit] / self.budget.amount if self.budget and unit else None,
            )

    def search_budget(self) -> Iterator[SearchBudgetRow]:
        for name, candidates in self._searched():
            if any(each.pruned for each in candidates):
                continue
            case, scores = self.study.case(name), [each.score for each in candidates]
            count = len(scores)
            if case.method == "tpe" or count > len(case.points):
                best = [max(scores[: n + 1]) for n in range(count)]
            else:
                best = expected_best(scores, range(1, count + 1))
            each = self._spent(name, "macs") / count
            for n, accuracy in enumerate(best, start=1):
                yield SearchBudgetRow(
                    **self.study.plan.labels(name),
                    method=case.method,
                    points=n,
                    trials=n * candidates[0].seeds,
                    macs=n * each,
                    best_accuracy=accuracy,
                )

    def importance(self) -> Iterator[ImportanceRow]:
        for name, candidates in self._searched():
            keys = self.study.case(name).searched_keys
            known = [each for each in candidates if each.eligible]
            if len(keys) < 2:
                continue
            points: list[Point] = [{key: each.settings.get(key) for key in keys} for each in known]
            drawn = self.study.case(name).method in DRAWN
            enough = len(known) >= FEWEST
            found = (
                importance(points, [each.score for each in known], drawn=drawn) if enough else None
            )
            for key in keys:
                yield ImportanceRow(
                    **self.study.plan.labels(name),
                    setting=key,
                    importance=found.shares[key] if found else None,
                    points=len(known),
                    explained=found.explained if found else None,
                )

    def _searched(self) -> Iterator[tuple[str, list[Candidate]]]:
        for name in self.names:
            if self.study.case(name).searched:
                yield name, self.study.selection(name).candidates

    def _spent(self, name: str, unit: Unit) -> float:
        """Return what the trials of a case cost, epochs that they did not come to left out."""
        rows, case = self.trials[name], self.study.case(name)
        if unit == "seconds":
            return sum(row.search_seconds for row in rows)
        images, bound = self.study.data_info(case.dataset).counts.train, case.bound
        return sum(
            # what failed or diverged at once cost a trial, and no epoch
            spent(unit, bound, epochs=row.epochs_run, images=images, batch_size=row.batch_size)
            for row in rows
        )
