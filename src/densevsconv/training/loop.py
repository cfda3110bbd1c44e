"""A training loop over epochs, for engines that train the trials of a group in turn.

Early stopping, divergence and history are here; batches, learning rates and random changes are
numbers made beforehand. An engine that trains a group in one program need not use it.
"""

from __future__ import annotations

import math
import time
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, Literal, Protocol

import numpy as np

from densevsconv.images.prepared import TrainingData
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.initialise import initial_weights
from densevsconv.training.augmentation import Changes
from densevsconv.training.batches import batch_orders, steps_per_epoch
from densevsconv.training.engine import Engine, FinishedTrial, Group, Predictor, Trial, Weights
from densevsconv.training.settings import Training

CURVES = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


class Trainer(Protocol):
    """A group's program: one architecture and structure of training, one data set.

    ``state`` is the engine's own value for weights, moving statistics and optimiser slots. It is
    never changed in place: keeping a reference keeps the weights of that epoch.
    """

    execution: str
    device: str
    compile_seconds: float
    epochs_a_call: int

    def start(self, weights: Weights, training: Training, dropout_seed: int) -> Any:
        """Return the state before the first step."""

    def epoch(
        self,
        state: Any,
        training: Training,
        order: np.ndarray,
        rates: np.ndarray,
        changes: np.ndarray,
    ) -> tuple[Any, float, float]:
        """Train on the batches of ``order`` (steps, batch size) with ``rates`` (steps,).

        ``changes`` (steps, batch size, numbers) is what :class:`Changes` drew for these images.
        Returns the new state and the mean cross-entropy and accuracy of the training batches, each
        as seen before its own step.
        """

    def epochs(
        self,
        state: Any,
        training: Training,
        orders: np.ndarray,
        rates: np.ndarray,
        changes: np.ndarray,
    ) -> tuple[Any, np.ndarray]:
        """Train for at most ``epochs_a_call`` epochs, validating after each.

        Returns the new state and one row an epoch in the order of :data:`CURVES`. Asked only of
        trainers whose ``epochs_a_call`` is above 1.
        """

    def validate(self, state: Any) -> tuple[float, float]:
        """Return mean cross-entropy and accuracy on the validation images."""

    def weights(self, state: Any) -> Weights:
        """Return all weights and moving statistics, float32."""

    def predictor(self, weights: Weights) -> Predictor:
        """Return the function from uint8 images to class probabilities."""


class LoopEngine(Engine):
    """An engine that trains the trials of a group one after the other, with one trainer."""

    _trainer: Trainer | None = None
    _key: tuple[TrainingData, Any] | None = None

    @abstractmethod
    def _made(self, group: Group) -> Trainer:
        """Return a trainer for the group."""

    def trainer(self, group: Group) -> Trainer:
        """Return the group's trainer; only the last is kept, since many would fill the memory."""
        scaling = group.scaling.offset.tolist(), group.scaling.scale.tolist()
        program = group.architecture.identity_dict(), group.structure, scaling
        kept = self._key is not None and self._key[0] is group.data and self._key[1] == program
        if self._trainer is None or not kept:
            self.release()
            self._trainer = self._made(group)
            self._key = group.data, program
        return self._trainer

    def train(self, group: Group, *, clocked: bool = False) -> Iterator[FinishedTrial]:
        """Train the trials in their order."""
        trainer = self.trainer(group)
        for index, trial in enumerate(group.trials):
            yield fit(trainer, group.architecture, group.data, trial, index, clocked=clocked)

    def predictor(self, group: Group, weights: Weights) -> Predictor:
        """Return what the group's network predicts with the weights of a run."""
        return self.trainer(group).predictor(weights)

    def release(self) -> None:
        """Let go of the last trainer and its memory."""
        self._key = self._trainer = None


def fit(
    trainer: Trainer,
    architecture: BoundArchitecture,
    data: TrainingData,
    trial: Trial,
    index: int = 0,
    *,
    clocked: bool = False,
) -> FinishedTrial:
    """Train once.

    Parameters
    ----------
    trainer
        Made for the architecture and the data.
    architecture, data, trial
        What is trained, on what, and how.
    index
        The trial's place in its group.
    clocked
        Time each epoch by itself, validation outside the clock; otherwise a trainer may run
        several epochs in a call, and ``epoch_seconds`` stays empty.

    Returns
    -------
    FinishedTrial
        A diverged run has weights from before, those of the last call that stayed finite (the
        start, if there was none).
    """
    begin = time.perf_counter()
    training, seeds = trial.training, trial.seeds
    images, batch_size = len(data.train_images), training.batch_size
    steps = steps_per_epoch(images, batch_size)
    rates = training.learning_rates(steps)
    orders = batch_orders(seeds["batch_order"], images, batch_size, training.batches)
    changes = Changes(training.augmentation, seeds["augmentation"], data)
    start = initial_weights(architecture, seeds["initialisation"], training.initializer)
    state = trainer.start(start, training, seeds["dropout"])
    kept, kept_epoch, lowest = state, 0, math.inf
    history: dict[str, list[float]] = {curve: [] for curve in CURVES}
    epoch_seconds: list[float] = []
    stopping = training.early_stopping
    status: Literal["finished", "diverged"] = "finished"
    # early stopping needs the weights of every epoch
    at_once = 1 if clocked or stopping else trainer.epochs_a_call
    epoch = 0
    while epoch < training.epochs:
        coming = range(epoch, min(epoch + at_once, training.epochs))
        order = np.stack([next(orders) for _ in coming])
        drawn = np.stack([changes.epoch(number, (steps, batch_size)) for number in coming])
        rate = rates[coming.start : coming.stop]
        if at_once > 1:
            state, curves = trainer.epochs(state, training, order, rate, drawn)
        else:
            clock = time.perf_counter()
            state, *train = trainer.epoch(state, training, order[0], rate[0], drawn[0])
            epoch_seconds.append(time.perf_counter() - clock)
            curves = np.array([[*train, *trainer.validate(state)]])
        if not np.isfinite(curves).all():
            status = "diverged"
            curves = curves[: int(np.argmin(np.isfinite(curves).all(axis=1)))]
        for values in curves:
            epoch += 1
            for curve, value in zip(CURVES, values, strict=True):
                history[curve].append(float(value))
        if status == "diverged":
            break
        loss = history["validation_loss"][-1]
        if stopping is None or loss < lowest - stopping.min_delta:
            kept, kept_epoch, lowest = state, epoch, loss
        elif epoch - kept_epoch >= stopping.patience:
            break
    return FinishedTrial(
        index=index,
        status=status,
        epochs_run=len(history["train_loss"]),
        best_epoch=kept_epoch,
        history=history,
        weights=trainer.weights(kept),
        seconds=time.perf_counter() - begin,
        execution=trainer.execution,
        device=trainer.device,
        compile_seconds=trainer.compile_seconds,
        epoch_seconds=epoch_seconds,
    )
