"""The plan of every stage, made of a resolved study; cut so that an edit reaches no other stage."""

from collections.abc import Mapping
from typing import Any

from densevsconv.planning.resolved import ResolvedCase, ResolvedDataset, ResolvedStudy
from densevsconv.planning.series import inner
from densevsconv.results.plan import (
    CasePlan,
    DatasetPlan,
    Split,
    StudyPlan,
    TrainedCase,
)
from densevsconv.stages.evaluate import EvaluatedCase, EvaluatePlan
from densevsconv.stages.fetch import FetchedDataset, FetchPlan
from densevsconv.stages.figures import FiguresPlan
from densevsconv.stages.gradients import GradientsPlan
from densevsconv.stages.judge import JudgedCase, JudgePlan
from densevsconv.stages.measure import MeasurePlan
from densevsconv.stages.plan import STAGES, Plan, lists
from densevsconv.stages.prepare import PreparedDataset, PreparePlan
from densevsconv.stages.refit import RefitPlan, RefittedCase
from densevsconv.stages.report import ReportPlan, unpublished
from densevsconv.stages.rerun import RerunPlan
from densevsconv.stages.search import SearchedCase, SearchPlan
from densevsconv.stages.select import SelectedCase, SelectPlan
from densevsconv.stages.summarise import SummarisePlan
from densevsconv.stages.timing import TimePlan
from densevsconv.stages.track import TrackPlan
from densevsconv.stages.trust import TrustPlan, readers_of_tests
from densevsconv.store.files import write_json_if_changed
from densevsconv.store.layout import Layout
from densevsconv.tracking.server import server
from densevsconv.trials.cost import COMPILE_SECONDS, estimated_seconds

SAID = {"title", "question", "description", "notes", "publication", "execution"}
"""What the report says of a study as its file has it."""


def write_plans(study: ResolvedStudy, at: Layout) -> list[str]:
    """Write the plan files whose content changed; return the stages they belong to.

    What jobs recorded that are no more in the plans is removed.
    """
    plans = make_plans(study, at)
    there = set(at.digests("").parent.glob("[!.]*.json"))
    for file in there - set(lists(plans, at).values()):
        file.unlink()
    return [
        stage
        for stage, plan in plans.items()
        if write_json_if_changed(at.plan(stage), plan.model_dump(mode="json"))
    ]


def make_plans(study: ResolvedStudy, at: Layout) -> dict[str, Plan]:
    settings, cases, datasets = study.study, study.cases, study.datasets
    shown = study_plan(study)
    checked = [name for name in cases if name in settings.gradients.cases]
    trials = sum(case.trials for case in cases.values())
    tracking = server(study.config.mlflow.tracking_uri)
    shards = min(settings.shards, trials)  # none where nothing is searched
    seeded: dict[str, Any] = {
        "seed": settings.seed,
        "execution": settings.execution,
        "threads": settings.threads,
        "deterministic": settings.deterministic,
        "tf32": settings.tf32,
    }
    refits = shard_cases(study)
    shortest = min(cases, key=lambda name: (case_cost(study, cases[name]), name))
    report = ReportPlan(
        **dict(shown),
        **settings.model_dump(include=SAID),
        highlights=settings.report.highlights,
        target_accuracy=settings.time.target_accuracy,
        timed_seconds=settings.time.seconds,
        automatic=study.automatic,
        command=study.command,
    )
    plans: dict[str, Plan] = {
        "fetch": FetchPlan(
            datasets={
                dataset.base: FetchedDataset(
                    folder=dataset.folder.as_posix(), files=dataset.entry.files
                )
                for dataset in datasets.values()
                if dataset.entry.files
            }
        ),
        "prepare": PreparePlan(
            datasets={name: _prepared(study, dataset) for name, dataset in datasets.items()}
        ),
        "measure": MeasurePlan(seed=settings.seed, datasets=list(datasets)),
        "gradients": GradientsPlan(
            seed=settings.seed,
            cases={name: TrainedCase(**_trained(cases[name])) for name in checked},
        ),
        "search": SearchPlan(
            **seeded,
            seeds=next(iter(cases.values())).search.seeds,
            shards=shards,
            cases={
                name: SearchedCase(
                    **_trained(case),
                    points=case.points,
                    search=case.further,
                    inner=inner(case.dataset, datasets[case.dataset].used),
                )
                for name, case in cases.items()
                if case.searched
            },
        ),
        "select": SelectPlan(
            shards=shards,
            cases={
                name: SelectedCase(
                    training=case.training.model_dump(),
                    points=case.points,
                    method=case.search.method,
                    search=case.further,
                    validation_images=datasets[case.dataset].sizes.validation
                    * (datasets[case.dataset].used.inner_folds or 1),
                )
                for name, case in cases.items()
            },
        ),
        "refit": RefitPlan(
            **seeded,
            shards=[
                {name: _refitted(cases[name], cases[name].refit_seeds) for name in shard}
                for shard in refits
            ],
        ),
        "rerun": RerunPlan(
            **seeded,
            case=shortest,
            cases={
                name: _refitted(cases[name], cases[name].refit_seeds)
                for shard in refits
                for name in shard
                if shortest in shard
            },
        ),
        "evaluate": EvaluatePlan(
            confidence=settings.evaluate.confidence,
            calibration_bins=settings.evaluate.calibration_bins,
            cases={name: EvaluatedCase(dataset=case.dataset) for name, case in cases.items()},
        ),
        "time": TimePlan(
            **{**seeded, "threads": settings.time.threads or settings.threads},
            seconds=settings.time.seconds,
            batch_sizes=settings.time.batch_sizes,
            cases={name: _refitted(case, case.time_repeats) for name, case in cases.items()},
        ),
        "judge": JudgePlan(
            confidence=shown.confidence,
            claims=settings.claims,
            # without claims nothing about the cases matters
            cases={
                name: JudgedCase(
                    dataset=case.dataset,
                    other_data=datasets[case.dataset].used.other_data,
                    images_shown=case.published.images_shown if case.published else None,
                    twins=_twins(case, shown.cases),
                )
                for name, case in shown.cases.items()
                if settings.claims
            },
        ),
        "summarise": SummarisePlan(
            **dict(shown),
            target_accuracy=settings.time.target_accuracy,
            seed=settings.seed,
            budget=settings.budget,
        ),
        "figures": FiguresPlan(**dict(shown), highlights=settings.report.highlights),
        "report": report,
        "track": TrackPlan(
            **dict(shown),
            question=settings.question,
            database=at.database.as_posix(),
            artifacts=at.artifacts.as_posix(),
            server=tracking.address if tracking else None,
            shards=shards,
        ),
    }
    readers, before_choice = readers_of_tests(plans, at)
    known = {name: datasets[name].entry.label_errors for name in shown.used}
    plans["trust"] = TrustPlan(
        shards=shards,
        cases={name: EvaluatedCase(dataset=case.dataset) for name, case in cases.items()},
        readers=readers,
        before_choice=before_choice,
        unpublished=unpublished(report, at),
        label_errors={name: share for name, share in known.items() if share is not None},
    )
    return {name: plans[name] for name in STAGES}


def study_plan(study: ResolvedStudy) -> StudyPlan:
    return StudyPlan(
        study=study.name,
        confidence=study.study.evaluate.confidence,
        datasets={
            name: DatasetPlan(
                title=dataset.title,
                dataset=dataset.base,
                source=dataset.entry.source.kind,
                source_shape=dataset.contents.shape,
                shape=dataset.shape,
                classes=dataset.contents.classes,
                class_names=dataset.contents.class_names,
                max_value=dataset.entry.max_value,
                split=_split(dataset),
                transform=dataset.used.model_dump()["transform"],
                knobs=dataset.used.source,
                series=dataset.used.series,
                growth=dataset.entry.source.growth(),
                seed=study.study.seed,
                other_data=dataset.used.other_data,
                **dataset.entry.model_dump(include={"citation", "licence", "homepage", "notes"}),
            )
            for name, dataset in study.datasets.items()
        },
        cases={
            name: CasePlan(
                **_trained(case),
                title=case.title,
                network=case.network,
                version=case.version,
                description=case.description,
                method=case.search.method,
                grid=case.search.grid or None,
                points=case.points,
                trials=case.trials,
                seeds=case.refit_seeds,
                published=case.published,
                matched=case.matched,
            )
            for name, case in study.cases.items()
        },
        counterparts=study.study.report.counterparts,
    )


def _twins(case: CasePlan, cases: Mapping[str, CasePlan]) -> dict[str, str]:
    """Return the same network, trained alike, of every other engine."""
    same = ("dataset", "network", "version", "architecture", "training", "points")
    return {
        other.engine: name
        for name, other in sorted(cases.items(), reverse=True)
        if other.engine != case.engine
        and all(getattr(other, key) == getattr(case, key) for key in same)
    }


def case_cost(study: ResolvedStudy, case: ResolvedCase) -> float:
    """Return the estimated seconds of training a case once."""
    return estimated_seconds(
        case.architecture,
        epochs=case.training.epochs,
        images=study.datasets[case.dataset].sizes.train,
        batch_size=case.training.batch_size,
    )


def shard_cases(study: ResolvedStudy) -> list[list[str]]:
    """Return the cases of each refit shard: the dearest first, each to the least loaded shard."""
    costs = {
        name: COMPILE_SECONDS + case.refit_seeds * case_cost(study, case)
        for name, case in study.cases.items()
    }
    shards: list[list[str]] = [[] for _ in range(min(study.study.shards, len(costs)))]
    loads = [0.0] * len(shards)
    for name in sorted(costs, key=lambda name: (-costs[name], name)):
        least = loads.index(min(loads))
        shards[least].append(name)
        loads[least] += costs[name]
    return shards


def _prepared(study: ResolvedStudy, dataset: ResolvedDataset) -> PreparedDataset:
    contents = dataset.contents
    return PreparedDataset(
        dataset=dataset.base,
        source=dataset.entry.source.model_dump(),
        folder=dataset.folder.as_posix(),
        files=dataset.entry.files,
        stamp=dataset.stamp,
        images=contents.images,
        test_images=contents.test_images,
        shape=contents.shape,
        classes=contents.classes,
        class_names=contents.class_names,
        source_names=contents.source_names,
        max_value=dataset.entry.max_value,
        split=_split(dataset),
        transform=dataset.used.model_dump()["transform"],
        seed=study.study.seed,
    )


def _split(dataset: ResolvedDataset) -> Split:
    return Split(**dataset.used.model_dump(include=set(Split.model_fields)))


def _trained(case: ResolvedCase) -> dict[str, Any]:
    return {
        "dataset": case.dataset,
        "engine": case.engine,
        "architecture": case.architecture.to_dict(),
        "training": case.training.model_dump(),
    }


def _refitted(case: ResolvedCase, seeds: int) -> RefittedCase:
    return RefittedCase(**_trained(case), seeds=seeds)
