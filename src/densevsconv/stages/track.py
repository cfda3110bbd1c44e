"""Track: import the study into MLflow. Importing twice changes nothing.

One experiment a study, a parent run a case, nested runs for its search trials and its refitted
seeds. The database and the artefacts are shared by all studies of a results folder. With
``partial`` it imports what a running study has finished so far; the import at the end completes
those runs in place.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from densevsconv.report.contents import drawings
from densevsconv.report.layout import study_plan
from densevsconv.stages.plan import Files, LoosePlan
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from densevsconv.store.machine import describe_machine
from densevsconv.store.progress import Progress
from densevsconv.tracking.cases import attach_files, attach_model, case_record
from densevsconv.tracking.database import experiment, open_database
from densevsconv.tracking.importer import Importer
from densevsconv.tracking.provenance import git_commit, machine_text
from densevsconv.tracking.records import RunRecord
from densevsconv.tracking.sources import finished, planned, records, test_scores


class TrackPlan(LoosePlan):
    """plan/track.json."""


def inputs(plan: TrackPlan, at: Layout) -> Files:
    """Return tables, case files and figures; what a run was like by epoch is in the journal."""
    cases = plan.content["cases"]
    study = study_plan(plan.content)
    return {
        "tables": [at.trials, at.summary, at.run_table],
        "selections": [at.selection(case) for case in cases],
        "runs": [at.runs(case) for case in cases],
        "weights": [at.weights(case) for case in cases],
        "evaluations": [at.evaluation(case) for case in cases],
        "timings": [at.timing(case) for case in cases],
        "figures": [at.figure(drawing.stem, "png") for drawing in drawings(study)],
        "info": [at.data_info(dataset) for dataset in study.used],
    }


def outputs(plan: TrackPlan, at: Layout) -> Files:
    """Return what was imported; the database itself is no output, since studies share it."""
    return {"tracked": at.tracked}


def run(plan: TrackPlan, at: Layout, *, partial: bool = False) -> None:
    """Import the study, or with ``partial`` what there is of it.

    Raises :class:`UserError` where another import is writing, where results are missing
    (``partial``: plans or prepared data), or where the database cannot be used.
    """
    _import(plan.content, at, partial=partial)


def _import(plan: dict[str, Any], layout: Layout, *, partial: bool) -> None:
    sources = planned(layout) if partial else finished(layout)
    tests = {} if partial else test_scores(layout)
    runs = list(records(layout, sources, tests, partial=partial))
    database, artifacts = Path(plan["database"]), Path(plan["artifacts"])
    with open_database(database) as client:
        experiment_id = experiment(client, plan["study"], artifacts, plan.get("question", ""))
        tags = {"study": plan["study"], "git_commit": git_commit()}
        importer = Importer(client, experiment_id, tags)
        progress = Progress("track", len(plan["cases"]) + len(runs))
        for case in sorted(plan["cases"]):
            importer.tags = tags | _case_tags(layout, plan["cases"][case], case)
            record = case_record(layout, case, partial=partial)
            parent = importer.open(record)
            for child in (child for child in runs if child.case == case):
                importer.put(child, parent.info.run_id)
                progress.advance(case)
            if not partial:
                attach_files(client, parent.info.run_id, parent.data.tags, layout, case)
                if parent.info.status != "FINISHED":
                    attach_model(client, experiment_id, parent.info.run_id, layout, case)
            importer.finish(parent, record)
            progress.advance(case)
        if not partial:
            importer.retire_others()
            write_json(layout.tracked, _summary(layout, plan, runs))


def _case_tags(layout: Layout, plan: dict[str, Any], case: str) -> dict[str, str]:
    timing = layout.timing(case)
    machine = read_json(timing)["machine"] if timing.exists() else describe_machine()
    return {
        "dataset": plan["dataset"],
        "dataset_hash": read_json(layout.data_info(plan["dataset"]))["train_hash"],
        "family": plan["family"],
        "architecture": plan["architecture"]["name"],
        "engine": plan["engine"],
        "machine": machine_text(machine),
    }


def _summary(layout: Layout, plan: dict[str, Any], runs: list[RunRecord]) -> dict[str, Any]:
    """Return track.json: the same for the same results, wherever the project lies."""
    keys = {record.key for record in runs}
    return {
        "study": plan["study"],
        "experiment": plan["study"],
        # from the folder of track.json
        "database": os.path.relpath(plan["database"], layout.root),
        "artifacts": os.path.relpath(plan["artifacts"], layout.root),
        "runs": {
            "case": len(plan["cases"]),
            "trial": sum(key.startswith("trial/") for key in keys),
            "seed": sum(key.startswith("seed/") for key in keys),
        },
        "models": sorted(plan["cases"]),
    }
