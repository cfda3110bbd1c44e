"""Which runs a study has: from its tables when it is finished, from its plans while it runs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from densevsconv.errors import DataError
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.store.tables import read_csv
from densevsconv.tracking.records import RunRecord, training_run

STAGES = {"trial": "search", "seed": "refit"}
"""Whose journal holds the runs of a kind."""


@dataclass(frozen=True)
class Source:
    """One training run of the study and where its record is."""

    kind: str
    case: str
    trial: str
    repetition: int
    settings: dict[str, Any]


def finished(layout: Layout) -> list[Source]:
    """Return every trial and every refitted seed of a finished study."""
    trials = [
        Source(
            "trial", row["case"], row["trial"], int(row["repetition"]), json.loads(row["settings"])
        )
        for row in read_csv(layout.trials)
    ]
    seeds = [
        Source("seed", row["case"], row["trial"], int(row["repetition"]), {})
        for row in read_csv(layout.run_table)
    ]
    return trials + seeds


def planned(layout: Layout) -> list[Source]:
    """Return every trial that is planned, and the seeds of the cases that have been selected."""
    from densevsconv.stages.refit import RefitPlan, planned_runs
    from densevsconv.stages.search import SearchPlan, planned_trials

    search = SearchPlan.read(layout.plan("search"))
    refit = RefitPlan.read(layout.plan("refit"))
    selected = {n: case for n, case in refit.cases.items() if layout.selection(n).exists()}
    by_kind = {
        "trial": planned_trials(search, layout),
        "seed": planned_runs(selected, layout, seed=refit.seed, threads=refit.threads),
    }
    return [
        Source(kind, trial.case, trial.id, trial.repetition, trial.settings)
        for kind, trials in by_kind.items()
        for trial in trials
    ]


def records(
    layout: Layout, sources: Iterable[Source], tests: dict[str, dict[str, Any]], *, partial: bool
) -> Iterable[RunRecord]:
    """Yield what MLflow is to hold of each run.

    Parameters
    ----------
    layout
        The study.
    sources
        Its runs.
    tests
        Test scores of a seed, by trial id.
    partial
        Whether the study may still be running: runs without a record are then left out, and seeds
        stay incomplete, since their test scores come last.
    """
    for source in sources:
        journal = Journal(layout.journal(STAGES[source.kind]))
        record = journal.get(source.trial)
        if record is None:
            if partial:
                continue
            raise DataError(
                f"{journal.folder}: trial {source.trial} of {source.case} is missing; delete "
                f"{layout.root / STAGES[source.kind]} and run the study again"
            )
        # a trial that two cases share has the record of the one that came first
        own = {"repetition": source.repetition, "settings": source.settings}
        yield training_run(
            record | own,
            kind=source.kind,
            case=source.case,
            written=journal.written(source.trial),
            test=tests.get(source.trial),
            complete=not partial or source.kind == "trial",
        )


def test_scores(layout: Layout) -> dict[str, dict[str, Any]]:
    """Return the test scores of every refitted seed, by trial id."""
    columns = ("test_accuracy", "test_log_loss")
    return {
        row["trial"]: {column: float(row[column]) for column in columns if row[column]}
        for row in read_csv(layout.run_table)
    }
