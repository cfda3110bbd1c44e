"""The plan files: what each stage is asked to do, cut so that an edit reaches no other stage.

The Snakefile calls :func:`write_plans` each time it is read; a plan that says the same as before
is left alone, so nothing downstream is rerun.
"""

from __future__ import annotations

from typing import Any

from densevsconv.images.fetch import WantedFile
from densevsconv.planning.resolved import ResolvedCase, ResolvedDataset, ResolvedStudy
from densevsconv.planning.schema import Split
from densevsconv.report.contents import GRADIENTS
from densevsconv.store.files import write_json_if_changed
from densevsconv.store.layout import Layout
from densevsconv.trials.cost import COMPILE_SECONDS, estimated_seconds


def write_plans(study: ResolvedStudy, layout: Layout, *, replace: bool = True) -> list[str]:
    """Write the plan files whose content changed; return the stages they belong to.

    Without ``replace`` only those that are missing are written.
    """
    return [
        stage
        for stage, plan in plans(study, layout).items()
        if (replace or not layout.plan(stage).exists())
        and write_json_if_changed(layout.plan(stage), plan)
    ]


def plans(study: ResolvedStudy, layout: Layout) -> dict[str, dict[str, Any]]:
    """Return the content of every plan file, by stage."""
    settings = study.study
    name = {"study": study.name}
    trials = sum(case.trials for case in study.cases.values())
    shards = min(settings.shards, trials)  # none where nothing is searched
    seeded = {**name, "seed": settings.seed, "execution": settings.execution}
    trained = {name: _trained(case) for name, case in study.cases.items()}
    tried = {name: trained[name] | _tried(case) for name, case in study.cases.items()}
    shown = {
        name: tried[name] | {"title": case.title, "trials": case.trials}
        for name, case in study.cases.items()
    }
    confidence = {"confidence": settings.evaluate.confidence}
    datasets = _shown_datasets(study)
    report = settings.report.model_dump()
    results = layout.root.parent
    return {
        "fetch": {"datasets": _fetched(study)},
        "prepare": {"datasets": _prepared(study)},
        "measure": {"seed": settings.seed, "datasets": sorted(study.datasets)},
        "gradients": {"seed": settings.seed, "cases": _checked(study)},
        "search": seeded
        | {
            "shards": shards,
            "threads": settings.threads,
            "seeds": study.search_seeds,
            "cases": {name: tried[name] for name, case in study.cases.items() if case.searched},
        },
        "select": name | {"shards": shards, "cases": tried},
        "refit": seeded
        | {
            "shards": settings.shards,
            "threads": settings.threads,
            "cases": {
                name: trained[name] | {"seeds": case.refit_seeds}
                for name, case in study.cases.items()
            },
            "shard_cases": shard_cases(study),
        },
        "evaluate": name
        | settings.evaluate.model_dump()
        | {"cases": {name: {"dataset": case.dataset} for name, case in study.cases.items()}},
        "time": seeded
        | settings.time.model_dump(include={"seconds", "batch_sizes"})
        | {
            "cases": {
                name: trained[name] | {"repeats": case.time_repeats}
                for name, case in study.cases.items()
            }
        },
        "judge": name | confidence | _judged(study),
        "summarise": name
        | confidence
        | {
            "target_accuracy": settings.time.target_accuracy,
            "datasets": datasets,
            "cases": shown,
        },
        "figures": name
        | confidence
        | {
            **report,
            "datasets": datasets,
            "cases": shown,
        },
        "report": settings.model_dump(
            include={"title", "question", "description", "notes", "publication", "seed"}
        )
        | name
        | confidence
        | {
            **report,
            "execution": settings.execution,
            "calibration_bins": settings.evaluate.calibration_bins,
            "target_accuracy": settings.time.target_accuracy,
            "timed_seconds": settings.time.seconds,
            "datasets": datasets,
            "cases": {
                name: shown[name]
                | {
                    "description": case.description,
                    "seeds": case.refit_seeds,
                    "published": case.published.model_dump() if case.published else None,
                }
                for name, case in study.cases.items()
            },
        },
        "track": name
        | settings.model_dump(include={"title", "question", "description"})
        | {
            "database": (results / "mlflow" / "mlflow.db").as_posix(),
            "artifacts": (results / "mlflow" / "artifacts").as_posix(),
            "reports": study.config.reports,
            "counterparts": report["counterparts"],
            "datasets": datasets,
            "cases": shown,
        },
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
    shards: list[list[str]] = [[] for _ in range(study.study.shards)]
    loads = [0.0] * len(shards)
    for name in sorted(costs, key=lambda name: (-costs[name], name)):
        least = loads.index(min(loads))
        shards[least].append(name)
        loads[least] += costs[name]
    return shards


def _shown_datasets(study: ResolvedStudy) -> dict[str, Any]:
    """Return what the report and MLflow say of each data set."""
    return {
        name: {
            "title": dataset.title,
            "source": dataset.entry.source.kind,
            "shape": list(dataset.shape),
            "source_shape": list(dataset.contents.shape),
            **dataset.entry.model_dump(include={"citation", "licence", "homepage", "notes"}),
            **_identified(study, dataset),
        }
        for name, dataset in study.datasets.items()
    }


def _checked(study: ResolvedStudy) -> dict[str, Any]:
    """Return the cases whose gradients the report shows."""
    asked = [entry for entry in study.study.report.counterparts.values() if entry]
    names = {case for entry in asked if entry.table == GRADIENTS for case in entry.cases}
    return {
        name: {
            "dataset": case.dataset,
            "architecture": case.architecture.to_dict(),
            "training": case.training.model_dump(),
        }
        for name, case in study.cases.items()
        if name in names
    }


def _judged(study: ResolvedStudy) -> dict[str, Any]:
    claims = {name: claim.model_dump() for name, claim in study.study.claims.items()}
    # without claims nothing about the cases matters
    cases = {name: {"dataset": case.dataset} for name, case in study.cases.items() if claims}
    return {"claims": claims, "cases": cases}


def _identified(study: ResolvedStudy, dataset: ResolvedDataset) -> dict[str, Any]:
    """Return what a data set is made from, and how: the same for whoever asks."""
    return {
        "dataset": dataset.base,
        "classes": dataset.contents.classes,
        "class_names": dataset.contents.class_names,
        "max_value": dataset.entry.max_value,
        **_divided(dataset),
        "seed": study.study.seed,
    }


def _divided(dataset: ResolvedDataset) -> dict[str, Any]:
    used = dataset.used.model_dump()
    split = {key: used[key] for key in Split.model_fields}
    return {"split": split, "transform": used["transform"]}


def _prepared(study: ResolvedStudy) -> dict[str, Any]:
    """Return what decides the prepared files: addresses of downloads do not, checksums do.

    A checksum that the catalogue does not state is that of the copy that is there, which fetch
    writes into the plan where there was none before (None).
    """
    return {
        name: {
            "source": dataset.entry.source.model_dump(),
            "folder": dataset.folder.as_posix(),
            "checksums": {
                file: WantedFile(
                    dataset.base, dataset.folder / file, of.size, of.sha256
                ).known_sha256()
                for file, of in dataset.entry.files.items()
            },
            "stamp": dataset.stamp,
            "images": dataset.contents.images,
            "test_images": dataset.contents.test_images,
            "shape": list(dataset.contents.shape),
            **_identified(study, dataset),
        }
        for name, dataset in study.datasets.items()
    }


def _fetched(study: ResolvedStudy) -> dict[str, Any]:
    return {
        dataset.base: {
            "folder": dataset.folder.as_posix(),
            "files": {name: file.model_dump() for name, file in dataset.entry.files.items()},
        }
        for dataset in study.datasets.values()
        if dataset.entry.files
    }


def _trained(case: ResolvedCase) -> dict[str, Any]:
    return {
        "dataset": case.dataset,
        "family": case.architecture.family,
        "engine": case.engine,
        "architecture": case.architecture.to_dict(),
        "training": case.training.model_dump(),
    }


def _tried(case: ResolvedCase) -> dict[str, Any]:
    return {
        "method": case.search.method,
        "grid": case.search.grid or None,
        "points": case.points,
    }
