"""Summarise: the tables of a study, one row a case, a refitted seed, a pair of cases."""

from pydantic import Field

from densevsconv.results import tables as rows
from densevsconv.results.follow import TABLES, Follow, followed
from densevsconv.results.plan import StudyPlan
from densevsconv.results.searches import TABLES as SEARCHES
from densevsconv.results.searches import Searches
from densevsconv.results.splits import SplitRow, divided, split_rows
from densevsconv.results.study import Study
from densevsconv.results.tabulate import Tables
from densevsconv.stages.plan import Files, Plan, of_each
from densevsconv.store.layout import Layout
from densevsconv.trials.budget import Budget


class SummarisePlan(StudyPlan, Plan):
    """plan/summarise.json."""

    target_accuracy: float = Field(description="On validation images: the time to it is wanted.")
    seed: int = Field(default=0, description="The study's.")
    budget: Budget | None = Field(default=None, description="Of the search of each case.")


def inputs(plan: SummarisePlan, at: Layout) -> Files:
    return {
        "trials": at.trials,
        **of_each(plan.used, info=at.data_info),
        **of_each(plan.cases, selections=at.selection, runs=at.runs, history=at.history),
        **of_each(plan.cases, predictions=at.predictions),
        **of_each(plan.cases, evaluations=at.evaluation, timings=at.timing),
    }


def outputs(plan: SummarisePlan, at: Layout) -> Files:
    return {
        "summary": at.summary,
        "runs": at.run_table,
        "comparisons": at.comparisons,
        "difficulty": at.difficulty,
        "engines": at.engine_comparisons,
        "families": at.families,
        **{name: getattr(at, name) for name in SEARCHES},
        **({"splits": at.splits} if divided(plan) else {}),
        **({name: getattr(at, name) for name in TABLES} if followed(plan) else {}),
    }


def run(plan: SummarisePlan, at: Layout) -> None:
    study = Study(plan, at)
    tables = Tables(study, plan.target_accuracy)
    rows.RunRow.write_table(at.run_table, tables.runs())
    rows.ComparisonRow.write_table(at.comparisons, tables.comparisons())
    rows.DifficultyRow.write_table(at.difficulty, tables.difficulty())
    rows.EngineRow.write_table(at.engine_comparisons, tables.engines())
    rows.FamilyRow.write_table(at.families, tables.families())
    rows.SummaryRow.write_table(at.summary, tables.summary())
    searches = Searches(study, plan.budget)
    for name, row in SEARCHES.items():
        row.write_table(getattr(at, name), getattr(searches, name)())
    if divided(plan):
        SplitRow.write_table(at.splits, split_rows(study))
    follow = Follow(plan, study.right, seed=plan.seed, target_accuracy=plan.target_accuracy)
    for name, row in TABLES.items() if followed(plan) else ():
        row.write_table(getattr(at, name), getattr(follow, name)())
