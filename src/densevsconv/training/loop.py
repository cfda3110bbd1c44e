"""The training loop over epochs: history, early stopping, divergence. The same for every engine."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from densevsconv.images.prepared import TrainingData
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.initialise import initial_weights
from densevsconv.training.augmentation import Changes
from densevsconv.training.batches import batch_orders, steps_per_epoch
from densevsconv.training.schedule import learning_rates
from densevsconv.training.settings import Training

Weights = dict[str, np.ndarray]
"""Arrays by name, such as ``"0_conv/kernel"``."""

Predictor = Callable[[np.ndarray], np.ndarray]
"""Maps uint8 images (N, H, W, C) to class probabilities (N, classes), float32."""

CURVES = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")


class Trainer(Protocol):
    """An engine made ready for one architecture, data set, optimiser and batch size.

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


@dataclass
class Fit:
    """One finished training run. Epochs count from 1; ``best_epoch`` is the one whose weights
    are kept: the epoch of lowest validation loss under early stopping, else the last.
    """

    status: str
    epochs_run: int
    best_epoch: int
    history: dict[str, list[float]]
    weights: Weights
    seconds: float
    epoch_seconds: list[float] = field(default_factory=list)

    def at_best(self, curve: str) -> float | None:
        """Return the value of a curve at ``best_epoch``; None for a diverged run."""
        return self.history[curve][self.best_epoch - 1] if self.status == "finished" else None


def fit(
    trainer: Trainer,
    architecture: BoundArchitecture,
    training: Training,
    seeds: Mapping[str, int],
    data: TrainingData,
    *,
    clocked: bool = False,
) -> Fit:
    """Train once.

    Parameters
    ----------
    trainer
        The engine, made ready.
    architecture, training
        What is trained, and how.
    seeds
        The seed of each axis of :data:`densevsconv.store.seeds.AXES`.
    data
        The images that the trainer was made ready for.
    clocked
        Time each epoch by itself, validation outside the clock; otherwise a trainer may run
        several epochs in a call, and ``epoch_seconds`` stays empty.

    Returns
    -------
    Fit
        A run whose loss stops being finite ends there with status "diverged" and weights from
        before, those of the last call that stayed finite (the start, if there was none).
    """
    begin = time.perf_counter()
    images, batch_size = len(data.train_images), training.batch_size
    steps = steps_per_epoch(images, batch_size)
    rates = learning_rates(training, steps)
    orders = batch_orders(seeds["batch_order"], images, batch_size, training.batches)
    changes = Changes(training.augmentation, seeds["augmentation"], data)
    start = initial_weights(architecture, seeds["initialisation"], training.initializer)
    state = trainer.start(start, training, seeds["dropout"])
    kept, kept_epoch, lowest = state, 0, math.inf
    history: dict[str, list[float]] = {curve: [] for curve in CURVES}
    epoch_seconds: list[float] = []
    stopping = training.early_stopping
    status = "finished"
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
    return Fit(
        status=status,
        epochs_run=len(history["train_loss"]),
        best_epoch=kept_epoch,
        history=history,
        weights=trainer.weights(kept),
        seconds=time.perf_counter() - begin,
        epoch_seconds=epoch_seconds,
    )
