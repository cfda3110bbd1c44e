"""Planned training runs: what search, refit and timing have in common.

A planned run knows its id before it is run, so that a stage can look it up in the journal and
MLflow can find it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from densevsconv.errors import DataError
from densevsconv.images.load import load_training_data
from densevsconv.images.prepared import TrainingData
from densevsconv.images.scaling import Scaling
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.store.identity import digest, trial_id
from densevsconv.store.layout import Layout
from densevsconv.store.seeds import training_seeds
from densevsconv.training.engines import ENGINES, Engine
from densevsconv.training.loop import Fit, Trainer, fit
from densevsconv.training.settings import Training
from densevsconv.trials.cost import estimated_seconds


@dataclass(frozen=True)
class PlannedTrial:
    """One training run to be done: a case, a point of its grid, a repetition."""

    case: str
    dataset: str
    family: str
    architecture: BoundArchitecture
    training: Training
    settings: dict[str, Any]
    point: int
    repetition: int
    seeds: dict[str, int]
    engine: Engine
    dataset_hash: str
    train_images: int

    @cached_property
    def id(self) -> str:
        """The trial's identity (wall 2)."""
        return trial_id(
            dataset=self.dataset_hash,
            architecture=self.architecture.identity_dict(),
            training=self.training.model_dump(),
            seeds=self.seeds,
            engine=self.engine.identity,
        )

    @property
    def compile_key(self) -> str:
        """What a compiled trainer is made for; runs with the same key share one."""
        return digest(
            [
                self.dataset_hash,
                self.architecture.identity_dict(),
                self.training.structure,
                self.training.scaling,
                self.engine.name,
            ]
        )

    @property
    def cost(self) -> float:
        """Estimated seconds of the run."""
        return estimated_seconds(
            self.architecture,
            epochs=self.training.epochs,
            images=self.train_images,
            batch_size=self.training.batch_size,
        )

    def with_training(self, training: Training) -> PlannedTrial:
        """Return the same run with other training settings."""
        return replace(self, training=training)

    def record(self, result: Fit, trainer: Trainer) -> dict[str, Any]:
        """Return the journal's record of the run."""
        return {
            "trial": self.id,
            "case": self.case,
            "point": self.point,
            "repetition": self.repetition,
            "settings": self.settings,
            "training": self.training.model_dump(),
            "seeds": self.seeds,
            "status": result.status,
            "epochs_run": result.epochs_run,
            "best_epoch": result.best_epoch,
            **{curve: result.at_best(curve) for curve in result.history},
            "seconds": result.seconds,
            "execution": trainer.execution,
            "threads": self.engine.threads,
            "device": trainer.device,
            "history": result.history,
        }


def planned(
    case: str,
    plan: dict[str, Any],
    *,
    settings: Iterable[dict[str, Any]],
    repetitions: int,
    study_seed: int,
    stage: str,
    engine: Engine,
    dataset_hash: str,
    train_images: int,
) -> Iterator[PlannedTrial]:
    """Yield the runs of one case: every point of ``settings`` with every repetition.

    Raises :class:`DataError` for a batch that is larger than the training part, which groups that
    stay together may leave smaller than the configuration could know.
    """
    architecture = BoundArchitecture.from_dict(plan["architecture"])
    for point, varied in enumerate(settings):
        training = Training.model_validate({**plan["training"], **varied})
        if training.batch_size > train_images:
            raise DataError(
                f"case {case}: found batch_size {training.batch_size}; allowed: at most "
                f"{train_images}, the training images of {plan['dataset']}"
            )
        for repetition in range(repetitions):
            yield PlannedTrial(
                case=case,
                dataset=plan["dataset"],
                family=plan["family"],
                architecture=architecture,
                training=training,
                settings=varied,
                point=point,
                repetition=repetition,
                seeds=training_seeds(study_seed, stage, repetition),
                engine=engine,
                dataset_hash=dataset_hash,
                train_images=train_images,
            )


def engines(threads: int) -> dict[str, Engine]:
    """Return one engine of each name, sharing a process's threads."""
    return {name: engine(threads) for name, engine in ENGINES.items()}


class Trainers:
    """Makes trainers as they are needed and keeps the last one.

    Only one is kept: a sweep over many shapes must not hold all of their compiled functions.
    """

    def __init__(self, layout: Layout, execution: str) -> None:
        self._layout = layout
        self._execution = execution
        self._data: dict[str, TrainingData] = {}
        self._key: str | None = None
        self._trainer: Trainer | None = None

    def data(self, dataset: str) -> TrainingData:
        """Return a data set's training and validation images."""
        if dataset not in self._data:
            self._data[dataset] = load_training_data(self._layout, dataset)
        return self._data[dataset]

    def trainer(self, trial: PlannedTrial) -> Trainer:
        """Return a trainer made ready for the trial."""
        if trial.compile_key != self._key or self._trainer is None:
            self._trainer = None  # let go of the old one before the new one takes its memory
            data = self.data(trial.dataset)
            self._trainer = trial.engine.trainer(
                trial.architecture,
                data,
                Scaling.for_training(trial.training.scaling, data.info),
                trial.training,
                execution=self._execution,
                execution_folder=Path(self._layout.execution),
            )
            self._key = trial.compile_key
        return self._trainer

    def release(self) -> None:
        """Let go of the last trainer and its memory."""
        self._key = self._trainer = None

    def run(self, trial: PlannedTrial, *, clocked: bool = False) -> tuple[Fit, Trainer]:
        """Train once; ``clocked`` as for :func:`densevsconv.training.loop.fit`."""
        trainer = self.trainer(trial)
        result = fit(
            trainer,
            trial.architecture,
            trial.training,
            trial.seeds,
            self.data(trial.dataset),
            clocked=clocked,
        )
        return result, trainer
