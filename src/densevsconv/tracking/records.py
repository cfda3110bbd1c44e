"""What MLflow is to hold of one run, made from the study's files; knows nothing of MLflow."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from densevsconv.store.identity import digest

CURVES = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


@dataclass(frozen=True)
class Measurement:
    """One value of a metric; ``after`` is in milliseconds from the start of the run."""

    name: str
    value: float
    step: int = 0
    after: int = 0


@dataclass(frozen=True)
class RunRecord:
    """One MLflow run.

    Attributes
    ----------
    key
        What makes it this run and no other, within its study: ``trial/<case>/<trial id>``.
    kind
        "case" (a parent), "trial" (of the search) or "seed" (of the refit).
    name
        Shown in MLflow's lists.
    case
        The case it belongs to.
    started
        Milliseconds since 1970.
    seconds
        How long it took.
    tags, params, metrics
        As MLflow has them.
    complete
        Whether all of the run's results are there; False while the study is still running.
    """

    key: str
    kind: str
    name: str
    case: str
    started: int
    seconds: float = 0.0
    tags: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    metrics: list[Measurement] = field(default_factory=list)
    complete: bool = True

    @property
    def content(self) -> str:
        """Digest of the results; times of import, machine and commit are not part of it."""
        metrics = [[m.name, m.value, m.step] for m in self.metrics]
        return digest({"params": self.params, "metrics": metrics})

    @property
    def ended(self) -> int:
        """Milliseconds since 1970."""
        return self.started + round(1000 * self.seconds)


def flat(settings: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Return settings as MLflow's parameters: nested keys joined by dots, values as text."""
    found: dict[str, str] = {}
    for key, value in settings.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value if isinstance(value, str) else json.dumps(value)
    return found


def measurements(values: dict[str, Any], after: int = 0) -> list[Measurement]:
    """Return the numbers among ``values`` as metrics without epochs."""
    return [
        Measurement(name, float(value), after=after)
        for name, value in values.items()
        if isinstance(value, int | float)
    ]


def training_run(
    record: dict[str, Any],
    *,
    kind: str,
    case: str,
    written: float,
    test: dict[str, Any] | None = None,
    complete: bool = True,
) -> RunRecord:
    """Return the run of one training.

    Parameters
    ----------
    record
        The journal's record.
    kind
        "trial" or "seed".
    case
        The case, which the record does not decide: two cases may share a trial.
    written
        When the record was written, in seconds since 1970: the end of the training.
    test
        Test scores of a seed, by metric name.
    complete
        Whether nothing is missing.
    """
    seconds = record["seconds"]
    total = round(1000 * seconds)
    epochs = max(record["epochs_run"], 1)
    curves = [
        Measurement(name, float(value), epoch, total * epoch // epochs)
        for name in CURVES
        for epoch, value in enumerate(record["history"][name], start=1)
        if value is not None
    ]
    best = {f"best_{name}": record[name] for name in CURVES}
    length = {key: record[key] for key in ("epochs_run", "best_epoch", "seconds")}
    varied = " ".join(f"{key}={value}" for key, value in flat(record["settings"]).items())
    tags = {key: str(record[key]) for key in ("trial", "repetition", "status", "execution",
                                              "device", "threads")}  # fmt: skip
    return RunRecord(
        key=f"{kind}/{case}/{record['trial']}",
        kind=kind,
        name=f"{varied or case} #{record['repetition']}",
        case=case,
        started=round(1000 * written) - total,
        seconds=seconds,
        tags=tags,
        params=flat(record["training"]) | flat(record["seeds"], "seed."),
        metrics=curves + measurements(best | length | (test or {}), after=total),
        complete=complete,
    )
