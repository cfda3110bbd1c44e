"""What MLflow is to hold of each run, made from the study's files; knows nothing of MLflow."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from densevsconv.results.study import Study
from densevsconv.results.trials import CURVES, JournalEntry
from densevsconv.store.identity import digest
from densevsconv.training.settings import Training


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


def finished(study: Study[Any], shards: int) -> list[tuple[str, JournalEntry]]:
    """Return every trial ("trial") and every refitted seed ("seed") of a finished study."""
    trials = [entry for shard in range(shards) for entry in study.trainings(shard)]
    trials.sort(key=lambda entry: (entry.case, entry.point, entry.repetition))
    found = [("trial", entry) for entry in trials]
    for case in study.plan.cases:
        history = study.history(case)
        training = Training.model_validate(study.selection(case).training).model_dump()
        own = {"case": case, "point": 0, "settings": {}, "training": training}
        for run in study.runs(case):
            rows = history[history["repetition"] == run.repetition]
            curves = {curve: rows[curve].tolist() for curve in CURVES}
            entry = JournalEntry.model_validate(run.model_dump() | own | {"history": curves})
            found.append(("seed", entry))
    return found


def training_runs(
    study: Study[Any], trainings: Iterable[tuple[str, JournalEntry]], *, partial: bool
) -> Iterator[RunRecord]:
    """Yield what MLflow is to hold of each training.

    With ``partial`` the study may still be running: seeds stay incomplete, since their test scores
    come last.
    """
    scores = {} if partial else {
        row.trial: row.model_dump(include={"test_accuracy", "test_log_loss"})
        for row in study.run_rows
    }  # fmt: skip
    for kind, entry in trainings:
        test = scores.get(entry.trial, {}) if kind == "seed" else {}
        yield _training_run(kind, entry, test, complete=not partial or kind == "trial")


def _training_run(
    kind: str, entry: JournalEntry, test: Mapping[str, Any], *, complete: bool
) -> RunRecord:
    total, epochs = round(1000 * entry.seconds), max(entry.epochs_run, 1)
    curves = [
        Measurement(name, value, epoch, total * epoch // epochs)
        for name in CURVES
        for epoch, value in enumerate(entry.history[name], start=1)
    ]
    best = {f"best_{name}": getattr(entry, name) for name in CURVES}
    length = entry.model_dump(include={"epochs_run", "best_epoch", "seconds"})
    varied = " ".join(f"{key}={value}" for key, value in _flat(entry.settings).items())
    labels = {"trial", "repetition", "status", "execution", "device", "node", "threads"}
    return RunRecord(
        key=f"{kind}/{entry.case}/{entry.trial}",
        kind=kind,
        name=f"{varied or entry.case} #{entry.repetition}",
        case=entry.case,
        started=round(1000 * entry.ended) - total,
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
