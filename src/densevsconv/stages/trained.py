"""What the stages that train have in common: plans, images, the trials of a shard, each done once.

A finished trial goes to the stage's journal at once: a killed stage goes on where it stopped.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from densevsconv.errors import UnableError
from densevsconv.results.plan import TrainedCase
from densevsconv.results.trials import CURVES, JournalEntry
from densevsconv.stages.plan import Files, Plan, of_each
from densevsconv.store.cards import place
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.store.process import node
from densevsconv.store.progress import Progress
from densevsconv.training.engine import Engine, FinishedTrial
from densevsconv.training.engines.registry import ENGINES
from densevsconv.trials.groups import GroupTrainer
from densevsconv.trials.planned import PlannedTrial

Arrays = dict[str, np.ndarray]


class TrainingPlan(Plan):
    """What a stage that trains is asked to do."""

    card: ClassVar = place
    shared: ClassVar = True
    """Whether programs that another job has compiled may be used."""

    seed: int = Field(description="The study's.")
    execution: str = Field(description="A mode of the engines, or auto.")
    threads: int = Field(description="Of each process.")
    deterministic: bool = Field(default=True, description="Whether a GPU sums in a fixed order.")
    tf32: bool = Field(default=False, description="Whether a GPU multiplies in TF32.")

    def engines(self, at: Layout, threads: int | None) -> dict[str, Engine]:
        """Return one engine of each name; they share the process's threads."""
        return {
            name: engine(
                threads or self.threads,
                self.execution,
                at.execution,
                deterministic=self.deterministic,
                tf32=self.tf32,
                shared=self.shared,
            )
            for name, engine in ENGINES.items()
        }


def image_files(at: Layout, cases: Iterable[TrainedCase | str]) -> Files:
    """Return the files of the training and validation images of cases, or of data sets."""
    datasets = sorted({case if isinstance(case, str) else case.dataset for case in cases})
    return of_each(datasets, train=at.train_data, info=at.data_info)


def finish(
    at: Layout,
    stage: str,
    shard: int,
    trials: Sequence[PlannedTrial],
    kept: Callable[[PlannedTrial, FinishedTrial, GroupTrainer], Arrays] | None = None,
    trainer: GroupTrainer | None = None,
) -> list[JournalEntry]:
    """Train the trials that are not in the stage's journal; return what it says of all of them.

    Each is written when it finishes, with the arrays that ``kept`` makes of it. One that failed is
    tried again: others may have had the memory. A ``trainer`` that is given keeps its program for
    what comes next.
    """
    journal = Journal(at.journal(stage))
    wanted = {trial.id: trial for trial in trials}  # two cases may share one
    done = {
        each: found
        for each in wanted
        if (found := journal.get(each)) and found["status"] != "failed"
    }
    waiting = [trial for each, trial in wanted.items() if each not in done]
    cost = sum(trial.cost for trial in waiting)
    progress = Progress(f"{stage} {shard}", len(wanted), len(done), cost=cost)
    trains = trainer or GroupTrainer(at)
    for trial, finished in trains.train(waiting, planned=wanted.values()):
        arrays = None
        try:
            with trial.engine.able():
                if kept and not finished.reason:
                    arrays = kept(trial, finished, trains)
        except UnableError as error:
            finished = FinishedTrial.failed(finished.index, str(error))
        done[trial.id] = _record(trial, finished)
        journal.put(trial.id, done[trial.id], arrays)
        varied = "".join(f" {key}={value}" for key, value in trial.settings.items())
        why = f": {finished.reason}" if finished.reason else ""
        progress.advance(f"{trial.case}{varied}{why}", trial.cost)
    if trains is not trainer:
        trains.release()
    return [entry(trial, done[trial.id]) for trial in trials]


def entry(trial: PlannedTrial, record: dict[str, Any]) -> JournalEntry:
    """Return the journal's record of a trial, which may have been written for another case."""
    return JournalEntry.model_validate(record | _labels(trial))


def _labels(trial: PlannedTrial) -> dict[str, Any]:
    return {key: getattr(trial, key) for key in ("case", "point", "repetition", "settings")}


def _record(trial: PlannedTrial, finished: FinishedTrial) -> dict[str, Any]:
    scores: dict[str, Any] = {curve: finished.at_best(curve) for curve in CURVES}
    return JournalEntry(
        **_labels(trial),
        **scores,
        trial=trial.id,
        training=trial.training.model_dump(),
        seeds=trial.seeds,
        status=finished.status,
        reason=finished.reason,
        epochs_run=finished.epochs_run,
        best_epoch=finished.best_epoch,
        seconds=finished.seconds,
        ended=time.time(),
        execution=finished.execution,
        threads=trial.engine.threads,
        device=finished.device,
        node=node(),
        history={curve: finished.history.get(curve, []) for curve in CURVES},
    ).model_dump(mode="json")
