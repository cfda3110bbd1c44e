"""A training loop over epochs, for engines that train the trials of a group in turn.

Early stopping, divergence and history are here; batches, learning rates and random changes are
numbers made beforehand. An engine that trains a group in one program need not use it.
"""

import math
import time
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np

from densevsconv.errors import UnableError
from densevsconv.images.prepared import TrainingData
from densevsconv.networks.initialise import initial_weights
from densevsconv.training.augmentation import Changes
from densevsconv.training.batches import batch_orders, steps_per_epoch
from densevsconv.training.engine import Engine, FinishedTrial, Group, Predictor, Weights
from densevsconv.training.settings import Training

CURVES = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


class Epochs(NamedTuple):
    """What some epochs are made of: all that is random or changes in their course."""

    orders: np.ndarray
    """Indices of the images, int32 (epochs, steps, batch size)."""
    rates: np.ndarray
    """Learning rates, float32 (epochs, steps)."""
    changes: np.ndarray
    """What :class:`Changes` drew for these images, float32 (epochs, steps, batch size, numbers)."""


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

    def epochs(
        self, state: Any, training: Training, epochs: Epochs, *, validating: bool
    ) -> tuple[Any, np.ndarray]:
        """Train for at most ``epochs_a_call`` epochs, and return the new state and the curves.

        They are float64 (epochs, 4), in the order of :data:`CURVES`: of the training batches, each
        as seen before its own step; of the validation images after the epoch, or anything unless
        ``validating``.
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
        try:
            with self.able():
                trainer = self.trainer(group)
        except UnableError as error:  # nor for the next trial
            self.release()
            for index in range(len(group.trials)):
                yield FinishedTrial.failed(index, str(error))
            return
        for index in range(len(group.trials)):
            try:
                with self.able():
                    finished = fit(trainer, group, index, clocked=clocked)
            except UnableError as error:
                finished = FinishedTrial.failed(index, str(error))
            yield finished

    def predictor(self, group: Group, weights: Weights) -> Predictor:
        return self.trainer(group).predictor(weights)

    def release(self) -> None:
        self._key = self._trainer = None


def fit(trainer: Trainer, group: Group, index: int = 0, *, clocked: bool = False) -> FinishedTrial:
    """Train one trial of a group.

    ``clocked`` times each epoch by itself, validation outside the clock; otherwise a trainer may
    run several epochs in a call. A diverged run has the weights of the last call that stayed finite
    (the start, if there was none).
    """
    begin = time.perf_counter()
    training, seeds = group.trials[index].training, group.trials[index].seeds
    images, batch_size = len(group.data.train_images), training.batch_size
    steps = steps_per_epoch(images, batch_size)
    rates = training.learning_rates(steps)
    orders = batch_orders(seeds["batch_order"], images, batch_size, training.batches)
    changes = Changes(training.augmentation, seeds["augmentation"], group.data)
    start = initial_weights(group.architecture, seeds["initialisation"], training.initializer)
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
        epochs = Epochs(
            np.stack([next(orders) for _ in coming]),
            rates[coming.start : coming.stop],
            np.stack([changes.epoch(number, (steps, batch_size)) for number in coming]),
        )
        clock = time.perf_counter()
        state, curves = trainer.epochs(state, training, epochs, validating=at_once > 1)
        if at_once == 1:
            epoch_seconds.append(time.perf_counter() - clock)
            curves[:, 2:] = trainer.validate(state)
        if not np.isfinite(curves).all():
            status = "diverged"
            curves = curves[: int(np.argmin(np.isfinite(curves).all(axis=1)))]
        epoch += len(curves)
        for curve, values in zip(CURVES, curves.T, strict=True):
            history[curve] += values.tolist()
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
        epochs_run=epoch,
        best_epoch=kept_epoch,
        history=history,
        weights=trainer.weights(kept),
        seconds=time.perf_counter() - begin,
        execution=trainer.execution,
        device=trainer.device,
        compile_seconds=trainer.compile_seconds,
        epoch_seconds=epoch_seconds,
    )
