"""What MLflow is to hold of each run, made from the study's files; knows nothing of MLflow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from densevsconv.errors import DataError
from densevsconv.results.study import Study
from densevsconv.results.trials import CURVES, JournalEntry
from densevsconv.store.identity import digest
from densevsconv.store.journal import Journal

STAGES = {"trial": "search", "seed": "refit"}
"""Whose journal holds the runs of a kind."""


class Measurement(NamedTuple):
    """One value of a metric; ``after`` is in milliseconds from the start of the run."""

    name: str
    value: float
    step: int = 0
    after: int = 0


@dataclass(frozen=True)
class RunRecord:
    """One MLflow run."""

    key: str  # what makes it this run and no other, within its study: trial/<case>/<trial id>
    kind: str  # "case" (a parent), "trial" (of the search) or "seed" (of the refit)
    name: str
    case: str
    started: int  # milliseconds since 1970
    seconds: float = 0.0
    tags: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    metrics: list[Measurement] = field(default_factory=list)
    complete: bool = True  # False while the study is still running

    @property
    def content(self) -> str:
        """Digest of the results; times of import, machine and commit are not part of it."""
        metrics = [[m.name, m.value, m.step] for m in self.metrics]
        return digest({"params": self.params, "metrics": metrics})


@dataclass(frozen=True)
class Training:
    """One training of the study, whose record is in a journal."""

    kind: Literal["trial", "seed"]
    case: str
    trial: str
    repetition: int
    settings: dict[str, Any]


def finished(study: Study[Any]) -> list[Training]:
    trials = [
        Training("trial", row.case, row.trial, row.repetition, json.loads(row.settings))
        for row in study.trials
    ]
    return trials + [
        Training("seed", row.case, row.trial, row.repetition, {}) for row in study.run_rows
    ]


def training_runs(
    study: Study[Any], trainings: Iterable[Training], *, partial: bool
) -> Iterator[RunRecord]:
    """Yield what MLflow is to hold of each training.

    With ``partial`` the study may still be running: trainings without a record are left out, and
    seeds stay incomplete, since their test scores come last.
    """
    scores = {} if partial else {
        row.trial: row.model_dump(include={"test_accuracy", "test_log_loss"})
        for row in study.run_rows
    }  # fmt: skip
    for training in trainings:
        journal = Journal(study.at.journal(STAGES[training.kind]))
        record = journal.get(training.trial)
        if record is None:
            if partial:
                continue
            raise DataError(
                f"{journal.folder}: trial {training.trial} of {training.case} is missing; delete "
                f"{study.at.root / STAGES[training.kind]} and run the study again"
            )
        # a trial that two cases share has the record of the one that came first
        own = {"repetition": training.repetition, "settings": training.settings}
        yield _training_run(
            training,
            JournalEntry.model_validate(record | own),
            written=journal.written(training.trial),
            test=scores.get(training.trial, {}),
            complete=not partial or training.kind == "trial",
        )


def _training_run(
    training: Training,
    entry: JournalEntry,
    *,
    written: float,
    test: Mapping[str, Any],
    complete: bool,
) -> RunRecord:
    """Return the run of one training, which ended when its record was ``written`` (Unix time)."""
    total, epochs = round(1000 * entry.seconds), max(entry.epochs_run, 1)
    curves = [
        Measurement(name, value, epoch, total * epoch // epochs)
        for name in CURVES
        for epoch, value in enumerate(entry.history[name], start=1)
    ]
    best = {f"best_{name}": getattr(entry, name) for name in CURVES}
    length = entry.model_dump(include={"epochs_run", "best_epoch", "seconds"})
    varied = " ".join(f"{key}={value}" for key, value in _flat(entry.settings).items())
    labels = {"trial", "repetition", "status", "execution", "device", "threads"}
    return RunRecord(
        key=f"{training.kind}/{training.case}/{entry.trial}",
        kind=training.kind,
        name=f"{varied or training.case} #{entry.repetition}",
        case=training.case,
        started=round(1000 * written) - total,
        seconds=entry.seconds,
        tags={key: str(value) for key, value in entry.model_dump(include=labels).items()},
        params=_flat(entry.training) | _flat(entry.seeds, "seed."),
        metrics=curves + _measurements(best | length | dict(test), after=total),
        complete=complete,
    )


def case_run(study: Study[Any], case: str, *, partial: bool) -> RunRecord:
    """Return the parent run of a case; without results while the study is still running."""
    start = study.at.data_info(study.case(case).dataset).stat().st_mtime
    record = RunRecord(f"case/{case}", "case", case, case, round(1000 * start), complete=False)
    if partial:
        return record
    selection, row = study.selection(case), study.summary(case).model_dump()
    chosen = {
        "chosen": json.dumps(selection.settings, sort_keys=True),
        "winner": study.runs(case)[0].trial,
    }
    return replace(
        record,
        seconds=max(study.at.summary.stat().st_mtime - start, 0),
        params=_flat(selection.training) | chosen,
        # settings are parameters
        metrics=_measurements({k: v for k, v in row.items() if k not in selection.training}),
        complete=True,
    )


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return settings as MLflow's parameters: nested keys joined by dots, values as text."""
    found: dict[str, str] = {}
    for key, value in settings.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value if isinstance(value, str) else json.dumps(value)
    return found


def _measurements(values: Mapping[str, Any], after: int = 0) -> list[Measurement]:
    """Return the numbers among ``values`` as metrics without epochs."""
    return [
        Measurement(name, float(value), after=after)
        for name, value in values.items()
        if isinstance(value, int | float)
    ]
