"""Rerun: the shortest run of a study is trained again, and its bits are compared.

It is the first seed of the case whose training is estimated to be the shortest, trained as refit
trained it: with the same mode, threads, and number of networks in one program.
"""

from pydantic import Field

from densevsconv.results.timing import Rerun
from densevsconv.results.trials import Runs
from densevsconv.stages.plan import Files
from densevsconv.stages.refit import RefittedCase, planned_runs
from densevsconv.stages.trained import TrainingPlan, image_files
from densevsconv.store.files import read_npz
from densevsconv.store.layout import Layout
from densevsconv.store.process import node
from densevsconv.trials.groups import GroupTrainer


class RerunPlan(TrainingPlan):
    """plan/rerun.json."""

    case: str = Field(description="Whose first seed is trained again.")
    cases: dict[str, RefittedCase] = Field(description="Those that were refitted beside it.")


def inputs(plan: RerunPlan, at: Layout) -> Files:
    return {
        "selections": [at.selection(case) for case in plan.cases],
        **image_files(at, plan.cases.values()),
        "runs": at.runs(plan.case),
        "weights": at.weights(plan.case),
    }


def outputs(plan: RerunPlan, at: Layout) -> Files:
    return {"rerun": at.rerun}


def run(plan: RerunPlan, at: Layout, *, threads: int | None = None) -> None:
    runs = planned_runs(plan, plan.cases, at, threads)
    trial = next(each for each in runs if each.case == plan.case)
    before = Runs.read(at.runs(plan.case)).runs[0]
    ((_, after),) = GroupTrainer(at).train([trial], planned=runs)
    kept, own = read_npz(at.weights(plan.case)), f"{before.repetition}/"
    pairs = [
        (array.ravel().view("u4"), after.weights[name.removeprefix(own)].ravel().view("u4"))
        for name, array in kept.items()
        if name.startswith(own)
    ]
    elsewhere = ""
    for what, was, found in (
        ("machine", before.node, node()),
        ("device", before.device, after.device),
        ("mode", before.execution, after.execution),
        ("code", before.trial, trial.id),
    ):
        if was != found:
            elsewhere = elsewhere or f"on another {what} ({found}, before {was})"
    Rerun(
        case=plan.case,
        trial=trial.id,
        values=sum(len(was) for was, _ in pairs),
        differ=sum(int((was != found).sum()) for was, found in pairs),
        elsewhere=elsewhere or (after.reason or ""),
    ).write(at.rerun)
