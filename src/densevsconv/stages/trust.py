"""Trust: what a referee asks before believing results, answered from the files of the study."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from densevsconv.results.study import Study
from densevsconv.results.trust import Asked, TrustRow, trust
from densevsconv.stages.evaluate import EvaluatedCase
from densevsconv.stages.plan import STAGES, Files, Plan, job, of_each, paths, stage
from densevsconv.store.layout import Layout

CHOOSE = ("search", "select")


class TrustPlan(Asked, Plan):
    """plan/trust.json."""

    cases: dict[str, EvaluatedCase] = Field(description="All of the study, by name.")


def inputs(plan: TrustPlan, at: Layout) -> Files:
    datasets = sorted({case.dataset for case in plan.cases.values()})
    return {
        "tables": [at.budgets, at.comparisons, at.difficulty, at.engine_comparisons],
        "trainings": [at.trainings(shard) for shard in range(plan.shards)],
        "rerun": at.rerun,
        **of_each(plan.cases, runs=at.runs, evaluations=at.evaluation, timings=at.timing),
        **of_each(datasets, info=at.data_info, measures=at.measures),
    }


def outputs(plan: TrustPlan, at: Layout) -> Files:
    return {"trust": at.trust}


def run(plan: TrustPlan, at: Layout) -> None:
    TrustRow.write_table(at.trust, trust(Study(plan, at)))


def readers_of_tests(plans: Mapping[str, Plan], at: Layout) -> tuple[list[str], list[str]]:
    """Return the stages that read test images, and the jobs of a choice that depend on them.

    From the files that each job declares: what is made of test images is followed.
    """
    images = {at.test_data(dataset) for dataset in plans["prepare"].parts or []}
    made: set[Path] = set(images)
    readers, choices = [], []
    # each stage after those that it reads of
    for name in (each for each in STAGES if each in plans):
        for part in plans[name].jobs:
            read = set(paths(stage(name).inputs(plans[name], at, *part)))
            if read & images:
                readers.append(name)
            if read & made:
                made |= set(paths(stage(name).outputs(plans[name], at, *part)))
                choices += [job(name, *part)] if name in CHOOSE else []
    return list(dict.fromkeys(readers)), choices
