"""What search and refit have in common: the trials of a shard, each done once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from densevsconv.results.trials import CURVES, JournalEntry
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.store.progress import Progress
from densevsconv.training.engine import FinishedTrial
from densevsconv.trials.groups import GroupTrainer
from densevsconv.trials.planned import PlannedTrial

Arrays = dict[str, np.ndarray]


def finish(
    layout: Layout,
    stage: str,
    shard: int,
    trials: Sequence[PlannedTrial],
    kept: Callable[[PlannedTrial, FinishedTrial, GroupTrainer], Arrays] | None = None,
) -> Journal:
    """Train the trials that are not in the stage's journal, and return it.

    Each is written when it finishes, with the arrays that ``kept`` makes of it: a killed stage goes
    on where it stopped.
    """
    journal = Journal(layout.journal(stage))
    waiting = [trial for trial in trials if trial.id not in journal]
    cost = sum(trial.cost for trial in waiting)
    progress = Progress(f"{stage} {shard}", len(trials), len(trials) - len(waiting), cost=cost)
    trainer = GroupTrainer(layout)
    for trial, finished in trainer.train(waiting):
        arrays = kept(trial, finished, trainer) if kept else None
        journal.put(trial.id, _entry(trial, finished).model_dump(mode="json"), arrays)
        varied = "".join(f" {key}={value}" for key, value in trial.settings.items())
        progress.advance(f"{trial.case}{varied}", trial.cost)
    return journal


def entry(journal: Journal, trial: PlannedTrial) -> JournalEntry:
    """Return a trial's entry of the journal."""
    found = journal.get(trial.id)
    if found is None:  # deleted or damaged since it was written
        raise RuntimeError(f"trial {trial.id} of {trial.case} has left the journal; run again")
    return JournalEntry.model_validate(found)


def _entry(trial: PlannedTrial, finished: FinishedTrial) -> JournalEntry:
    return JournalEntry(
        trial=trial.id,
        case=trial.case,
        point=trial.point,
        repetition=trial.repetition,
        settings=trial.settings,
        training=trial.training.model_dump(),
        seeds=trial.seeds,
        status=finished.status,
        epochs_run=finished.epochs_run,
        best_epoch=finished.best_epoch,
        **{curve: finished.at_best(curve) for curve in CURVES},
        seconds=finished.seconds,
        execution=finished.execution,
        threads=trial.engine.threads,
        device=finished.device,
        history=finished.history,
    )
