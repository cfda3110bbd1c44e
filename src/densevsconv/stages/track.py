"""Track: import the study into MLflow. Importing twice changes nothing.

One experiment a study, a parent run a case, nested runs for its search trials and its refitted
seeds. The database and the artefacts are shared by all studies of a results folder; a server
by whoever may write to it. With ``partial`` it imports what a running study has finished so far;
the import at the end completes those runs in place.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field

from densevsconv.report.contents import drawings
from densevsconv.results.code import git_commit
from densevsconv.results.plan import StudyPlan
from densevsconv.results.study import Study
from densevsconv.results.tracked import Tracked
from densevsconv.results.trials import JournalEntry
from densevsconv.stages.plan import Files, Plan, of_each
from densevsconv.stages.refit import RefitPlan, planned_runs
from densevsconv.stages.search import SearchPlan, planned_trials, searched
from densevsconv.stages.trained import entry
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.store.machine import describe_machine
from densevsconv.store.progress import Progress, say
from densevsconv.tracking.artifacts import attach_files, attach_model
from densevsconv.tracking.database import open_database
from densevsconv.tracking.importer import Importer, experiment
from densevsconv.tracking.runs import case_run, finished, training_runs
from densevsconv.tracking.server import open_server, origin, server
from densevsconv.trials.planned import PlannedTrial

STAGES = {"trial": "search", "seed": "refit"}
"""Whose journal holds the trainings of a kind."""

PREFIX = "densevsconv/"
"""Begins the names of experiments on a server."""


class TrackPlan(StudyPlan, Plan):
    """plan/track.json."""

    question: str = Field(description="Shown on the experiment's page.")
    database: str = Field(description="MLflow's, of all studies.")
    artifacts: str = Field(description="Folder of all artefacts.")
    server: str | None = Field(
        default=None, description="Address of the server that takes the place of both."
    )
    shards: int = Field(description="Of the search.")


def inputs(plan: TrackPlan, at: Layout) -> Files:
    return {
        "tables": [at.summary, at.run_table],
        "trainings": [at.trainings(shard) for shard in range(plan.shards)],
        **of_each(plan.cases, selections=at.selection, runs=at.runs, histories=at.history),
        **of_each(plan.cases, weights=at.weights),
        **of_each(plan.cases, evaluations=at.evaluation, timings=at.timing),
        "figures": [at.figure(drawing.stem, "png") for drawing in drawings(plan)],
        **of_each(plan.used, info=at.data_info),
    }


def outputs(plan: TrackPlan, at: Layout) -> Files:
    """Return what was imported; the database itself is no output, since studies share it."""
    return {"tracked": at.tracked}


def run(plan: TrackPlan, at: Layout, *, partial: bool = False) -> None:
    """Import the study, or with ``partial`` what its journals hold so far.

    Raises :class:`UserError` where results are missing (``partial``: plans or prepared data), or
    where the database or the server cannot be used.
    """
    database, artifacts, target = Path(plan.database), Path(plan.artifacts), server(plan.server)
    study = Study(plan, at)
    trainings = _so_far(at) if partial else finished(study, plan.shards)
    runs = list(training_runs(study, trainings, partial=partial))
    figures = {at.figure(each.stem, "png"): each.cases for each in drawings(plan)}
    if target:  # which others write to, and other projects have experiments on
        say("track", f"importing into {target.address}")
        name, location = f"{PREFIX}{plan.study}", None
        opened = open_server(target, database.parent)
    else:
        name, location = plan.study, (artifacts / plan.study).resolve().as_uri()
        opened = open_database(database, artifacts)
    with opened as client:
        found = experiment(client, name, location, plan.question)
        experiment_id = found.experiment_id
        importer = Importer(client, experiment_id, origin(at.origin) if target else None)
        progress = Progress("track", len(plan.cases) + len(runs))
        commit = git_commit()
        for case in sorted(plan.cases):
            importer.tags = {"study": plan.study, "git_commit": commit} | _tags(study, case)
            record = case_run(study, case, partial=partial)
            parent = importer.open(record)
            for child in (child for child in runs if child.case == case):
                importer.finish(importer.open(child, parent.info.run_id), child)
                progress.advance(case)
            if not partial:
                own = [path for path, cases in figures.items() if case in cases]
                attach_files(client, parent, study, case, own)
                attach_model(client, experiment_id, parent.info.run_id, study, case)
            importer.finish(parent, record)
            progress.advance(case)
        if not partial:
            importer.retire_others()
            keys = {k: {run.key for run in runs if run.kind == k} for k in ("trial", "seed")}
            Tracked(
                study=plan.study,
                experiment=name,
                database=target.address if target else os.path.relpath(database, at.root),
                artifacts=found.artifact_location
                if target
                else os.path.relpath(artifacts, at.root),
                runs={"case": len(plan.cases)} | {k: len(each) for k, each in keys.items()},
                models=sorted(plan.cases),
            ).write(at.tracked)


def _so_far(at: Layout) -> list[tuple[str, JournalEntry]]:
    """Return what the journals hold of the planned trainings."""
    journals = {kind: Journal(at.journal(name)) for kind, name in STAGES.items()}
    return [
        (kind, entry(trial, record))
        for kind, trial in _planned(at)
        if (record := journals[kind].get(trial.id))
    ]


def _planned(at: Layout) -> Iterator[tuple[str, PlannedTrial]]:
    """Yield every trial that is done, and the seeds of the cases that have been selected."""
    search, refit = SearchPlan.read(at.plan("search")), RefitPlan.read(at.plan("refit"))
    selected = {name: case for name, case in refit.cases.items() if at.selection(name).exists()}
    journal = Journal(at.journal("search"))

    def done(trials: Sequence[PlannedTrial]) -> list[JournalEntry | None]:
        return [
            entry(each, record) if (record := journal.get(each.id)) else None for each in trials
        ]

    yield from (("trial", each) for each, _ in searched(search, planned_trials(search, at), done))
    yield from (("seed", seed) for seed in planned_runs(refit, selected, at))


def _tags(study: Study[TrackPlan], case: str) -> dict[str, str]:
    plan, timing = study.case(case), study.at.timing(case)
    machine = study.timing(case).machine if timing.exists() else describe_machine()
    described = [str(machine.get("processor", "unknown"))]
    described += [f"{machine['cores']} cores"] if "cores" in machine else []
    return {
        "dataset": plan.dataset,
        "dataset_hash": study.data_info(plan.dataset).train_hash,
        "family": plan.family,
        "architecture": plan.architecture["name"],
        "engine": plan.engine,
        "machine": ", ".join(described),
    }
