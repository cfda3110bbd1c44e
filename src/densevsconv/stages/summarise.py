"""Summarise: the tables of a study, one row a case, a refitted seed, a pair of cases."""

from __future__ import annotations

from pydantic import Field

from densevsconv.results.plan import StudyPlan
from densevsconv.results.study import Study
from densevsconv.results.tables import (
    ComparisonRow,
    DifficultyRow,
    EngineRow,
    FamilyRow,
    RunRow,
    SummaryRow,
)
from densevsconv.results.tabulate import Tables
from densevsconv.stages.plan import Files, Plan
from densevsconv.store.layout import Layout


class SummarisePlan(StudyPlan, Plan):
    """plan/summarise.json."""

    target_accuracy: float = Field(description="On validation images: the time to it is wanted.")


def inputs(plan: SummarisePlan, at: Layout) -> Files:
    return {
        "trials": at.trials,
        "info": [at.data_info(name) for name in sorted({c.dataset for c in plan.cases.values()})],
        "selections": [at.selection(case) for case in plan.cases],
        "runs": [at.runs(case) for case in plan.cases],
        "histories": [at.history(case) for case in plan.cases],
        "evaluations": [at.evaluation(case) for case in plan.cases],
        "timings": [at.timing(case) for case in plan.cases],
    }


def outputs(plan: SummarisePlan, at: Layout) -> Files:
    return {
        "summary": at.summary,
        "runs": at.run_table,
        "comparisons": at.comparisons,
        "difficulty": at.difficulty,
        "engines": at.engine_comparisons,
        "families": at.families,
    }


def run(plan: SummarisePlan, at: Layout) -> None:
    tables = Tables(Study(plan, at), plan.target_accuracy)
    RunRow.write_table(at.run_table, tables.runs())
    ComparisonRow.write_table(at.comparisons, tables.comparisons())
    DifficultyRow.write_table(at.difficulty, tables.difficulty())
    EngineRow.write_table(at.engine_comparisons, tables.engines())
    FamilyRow.write_table(at.families, tables.families())
    SummaryRow.write_table(at.summary, tables.summary())
