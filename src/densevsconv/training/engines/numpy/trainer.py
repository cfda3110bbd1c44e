"""One architecture made ready to train on one data set, in NumPy."""

from __future__ import annotations

import copy
from dataclasses import fields
from typing import Any, NamedTuple, cast

import numpy as np

from densevsconv.training.augmentation import columns
from densevsconv.training.dropout import layer_seed, random_bits
from densevsconv.training.engine import Group, Predictor, Weights
from densevsconv.training.engines.numpy.augment import mixed
from densevsconv.training.engines.numpy.build import network
from densevsconv.training.loop import Epochs
from densevsconv.training.pixels import changed
from densevsconv.training.settings import Training
from numpynet.network import Network, count_correct
from numpynet.optimizers import OPTIMIZERS, Optimizer


class State(NamedTuple):
    """Everything that training changes, as copies: an old state stays as it was."""

    network: Network  # built for the run's penalty; its arrays are scratch, the copies below count
    weights: Weights
    moving: Weights
    optimizer: Optimizer
    dropout: DropoutBits


class NumpyTrainer:
    """See :class:`densevsconv.training.loop.Trainer`, whose methods these are.

    ``dtype`` is that of all arithmetic on scaled images; "float64" for checks.
    """

    execution = "numpy"
    device = "CPU"
    compile_seconds = 0.0
    epochs_a_call = 1

    def __init__(self, group: Group, dtype: str = "float32") -> None:
        self._group = group
        self._data = group.data
        self._dtype = dtype
        self._images = self._scaled(group.data.train_images)
        self._validation_images = self._scaled(group.data.validation_images)

    def start(self, weights: Weights, training: Training, dropout_seed: int) -> State:
        made = network(self._group.architecture, training, self._dtype)
        moving = made.state()
        dropouts = [x for x in self._group.architecture.walk() if x.kind == "dropout"]
        return State(
            made,
            {name: value for name, value in weights.items() if name not in moving},
            {name: weights[name] for name in moving},
            _optimizer(training),
            DropoutBits([layer_seed(dropout_seed, x.index, x.within) for x in dropouts]),
        )

    def epochs(
        self, state: State, training: Training, epochs: Epochs, *, validating: bool
    ) -> tuple[State, np.ndarray]:
        curves = []
        for epoch in zip(*epochs, strict=True):
            state, *train = self._epoch(state, training, *epoch)
            curves.append([*train, *(self.validate(state) if validating else (0.0, 0.0))])
        return state, np.array(curves)

    def _epoch(
        self,
        state: State,
        training: Training,
        order: np.ndarray,
        rates: np.ndarray,
        changes: np.ndarray,
    ) -> tuple[State, float, float]:
        made = self._loaded(state)
        optimizer, dropout = copy.deepcopy((state.optimizer, state.dropout))
        loss, correct = 0.0, 0
        # a diverging run overflows before it is noticed at the end of the epoch
        with np.errstate(over="ignore", invalid="ignore"):
            for batch, rate, drawn in zip(order, rates, changes, strict=True):
                inputs, targets = self._read(batch, drawn, training)
                optimizer.learning_rate = float(rate)
                dropout.start_step()
                # all that numpynet asks of a generator is DropoutBits.random
                generator = cast(np.random.Generator, dropout)
                value, outputs = made.step(inputs, targets, optimizer, generator)
                loss += value
                correct += count_correct(outputs, targets)
        new = State(made, made.parameters(), made.state(), optimizer, dropout)
        return new, loss / order.size, correct / order.size

    def _read(
        self, batch: np.ndarray, drawn: np.ndarray, training: Training
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs and targets: labels, or under mixup the classes' probabilities."""
        kinds = training.augmentation.kinds if training.augmentation else ()
        labels = self._data.train_labels[batch]
        if not kinds:
            return self._images[batch], labels
        # as 64 bits: a large data set has more pixels than 32 can count
        images, rows = self._data.train_images, batch.astype(np.int64)
        inputs = self._scaled(changed(np, images, rows, drawn, kinds, self._data.info["max_value"]))
        if "mixup" not in kinds:
            return inputs, labels
        drawn = drawn[:, columns(kinds, inputs.shape[-1])["mixup"]]
        classes = np.eye(self._group.architecture.classes, dtype=self._dtype)
        return mixed(inputs, drawn), mixed(classes[labels], drawn)

    def _scaled(self, images: np.ndarray) -> np.ndarray:
        return self._group.scaling.apply(images).astype(self._dtype, copy=False)

    def validate(self, state: State) -> tuple[float, float]:
        with np.errstate(over="ignore", invalid="ignore"):
            made = self._loaded(state)
            outputs = made.predict_outputs(self._validation_images)
            labels = self._data.validation_labels
            loss, _ = made.loss.value_and_error(outputs.copy(), labels)
        count = len(outputs)
        return float(loss) / count, count_correct(outputs, labels) / count

    def weights(self, state: State) -> Weights:
        return {**state.weights, **state.moving}

    def predictor(self, weights: Weights) -> Predictor:
        made = self._loaded(self.start(weights, Training(), 0))
        return lambda images: made.predict_proba(self._scaled(images))

    @staticmethod
    def _loaded(state: State) -> Network:
        state.network.set_parameters(state.weights)
        state.network.set_state(state.moving)
        return state.network


class DropoutBits:
    """The study's dropout bits in the place of numpynet's generator.

    A dropout layer asks for uniform numbers and keeps an element where the number is at least the
    rate; layers ask in their order. :mod:`densevsconv.training.dropout` has the bits.
    """

    def __init__(self, seeds: list[int]) -> None:
        self._seeds = seeds
        self._step = -1
        self._layer = 0

    def start_step(self) -> None:
        self._step += 1
        self._layer = 0

    def random(self, dtype: Any, out: np.ndarray) -> None:
        """Fill ``out`` with uniform numbers in [0, 1)."""
        bits = random_bits(self._seeds[self._layer], self._step, out.size)
        np.multiply(bits.reshape(out.shape), 2.0**-32, out=out, casting="unsafe")
        self._layer += 1


def _optimizer(training: Training) -> Optimizer:
    rule, decay = OPTIMIZERS[training.optimizer], training.second_moment_decay
    settings = {
        "learning_rate": training.learning_rate,
        "momentum": training.momentum,
        "beta_1": training.momentum,
        "rho": decay,
        "beta_2": decay,
        "epsilon": training.epsilon,
        "weight_decay": training.weight_decay,
    }
    return rule(**{each.name: settings[each.name] for each in fields(rule) if each.init})
