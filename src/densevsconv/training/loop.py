"""A training loop over epochs, for engines that train the trials of a group in turn.

Early stopping, divergence and history are here; batches, learning rates and random changes are
numbers made beforehand. An engine that trains a group in one program need not use it.
"""

import math
import time
from abc import abstractmethod
from collections.abc import Iterator, Sequence
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
        indices = range(len(group.trials))
        try:
            with self.able():
                trainer = self.ready(group, clocked)
        except UnableError as error:  # nor for the next trial
            self.release()
            yield from (FinishedTrial.failed(index, str(error)) for index in indices)
            return
        yield from self.each(trainer, group, indices, clocked)

    def ready(self, group: Group, clocked: bool) -> Trainer:
        """Return the group's trainer, told how to run."""
        return self.trainer(group)

    def each(
        self, trainer: Any, group: Group, indices: Sequence[int], clocked: bool
    ) -> Iterator[FinishedTrial]:
        """Train the trials of these indices."""
        for index in indices:
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


class Course:
    """One trial of a group on its way: what comes next, how it went, and when it is over."""

    def __init__(self, group: Group, index: int) -> None:
        self.index = index
        self.training, self.seeds = group.trials[index].training, group.trials[index].seeds
        images, self._batch_size = len(group.data.train_images), self.training.batch_size
        self._steps = steps_per_epoch(images, self._batch_size)
        self._rates = self.training.learning_rates(self._steps)
        self._orders = batch_orders(
            self.seeds["batch_order"], images, self._batch_size, self.training.batches
        )
        self._changes = Changes(self.training.augmentation, self.seeds["augmentation"], group.data)
        self._history: dict[str, list[float]] = {curve: [] for curve in CURVES}
        self._best, self._lowest = 0, math.inf
        self._status: Literal["finished", "diverged"] = "finished"
        self.epoch = 0
        self.over = False

    def start(self, group: Group) -> Weights:
        return initial_weights(
            group.architecture, self.seeds["initialisation"], self.training.initializer
        )

    @property
    def left(self) -> int:
        """Epochs that are still to come, if nothing ends it before."""
        return self.training.epochs - self.epoch

    def coming(self, count: int) -> Epochs:
        """Return what the next epochs are made of; asked for once each."""
        numbers, shape = range(self.epoch, self.epoch + count), (self._steps, self._batch_size)
        return Epochs(
            np.stack([next(self._orders) for _ in numbers]),
            self._rates[numbers.start : numbers.stop],
            np.stack([self._changes.epoch(number, shape) for number in numbers]),
        )

    def add(self, curves: np.ndarray) -> bool:
        """Take the curves of the epochs of a call; return whether the weights after it are kept.

        Curves that are not finite end the trial before them.
        """
        finite = np.isfinite(curves).all(axis=1)
        if not finite.all():
            self._status, self.over = "diverged", True
            curves = curves[: int(np.argmin(finite))]
        self.epoch += len(curves)
        for curve, values in zip(CURVES, curves.T, strict=True):
            self._history[curve] += values.tolist()
        if self.over:
            return False
        self.over = not self.left
        loss, stopping = self._history["validation_loss"][-1], self.training.early_stopping
        if stopping is None or loss < self._lowest - stopping.min_delta:
            self._best, self._lowest = self.epoch, loss
            return True
        self.over |= self.epoch - self._best >= stopping.patience
        return False

    def finished(self, trainer: Trainer, weights: Weights, **measured: Any) -> FinishedTrial:
        """Return the trial with the weights that were kept last, or those of the start."""
        return FinishedTrial(
            index=self.index,
            status=self._status,
            epochs_run=self.epoch,
            best_epoch=self._best,
            history=self._history,
            weights=weights,
            execution=trainer.execution,
            device=trainer.device,
            compile_seconds=trainer.compile_seconds,
            **measured,
        )


def fit(trainer: Trainer, group: Group, index: int = 0, *, clocked: bool = False) -> FinishedTrial:
    """Train one trial of a group.

    ``clocked`` times each epoch by itself, validation outside the clock; otherwise a trainer may
    run several epochs in a call. A diverged run has the weights of the last call that stayed finite
    (the start, if there was none).
    """
    begin = time.perf_counter()
    course = Course(group, index)
    training = course.training
    state = kept = trainer.start(course.start(group), training, course.seeds["dropout"])
    epoch_seconds: list[float] = []
    # early stopping needs the weights of every epoch
    at_once = 1 if clocked or training.early_stopping else trainer.epochs_a_call
    while not course.over:
        epochs = course.coming(min(at_once, course.left))
        clock = time.perf_counter()
        state, curves = trainer.epochs(state, training, epochs, validating=at_once > 1)
        if at_once == 1:
            epoch_seconds.append(time.perf_counter() - clock)
            curves[:, 2:] = trainer.validate(state)
        if course.add(curves):
            kept = state
    return course.finished(
        trainer,
        trainer.weights(kept),
        seconds=time.perf_counter() - begin,
        epoch_seconds=epoch_seconds,
    )
