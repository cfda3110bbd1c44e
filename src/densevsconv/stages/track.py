"""Track: import the study into MLflow. Importing twice changes nothing.

in      plan/track.json, the tables and case files of every stage, journal/search and refit;
        the figures, where they have been drawn
out     track.json; the database and the artefacts, which all studies of a results folder share

One experiment a study, a parent run a case, nested runs for its search trials and its refitted
seeds. With ``partial`` it imports what a running study has finished so far; the import at the end
completes those runs in place.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

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


def run(layout: Layout, *, partial: bool = False, threads: int | None = None) -> None:
    """Import the study, or with ``partial`` what there is of it.

    Raises :class:`UserError` where another import is writing, where results are missing
    (``partial``: plans or prepared data), or where the database cannot be used.
    """
    plan = read_json(layout.plan("track"))
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
            write_json(layout.root / "track.json", _summary(layout, plan, runs))


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
