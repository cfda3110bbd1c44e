"""How far rounding may take two trainings of the same trial apart, on any processor.

A float32 sum of n terms is the exact sum of terms each changed by at most n roundings, and with
random signs by about sqrt(n) (Higham 2002, section 4.2). So an engine's result is compared with
the NumPy engine's in float64, and may differ by what such changes of the starting weights do to
that: the condition of the problem, measured where it is posed. No number here is of a machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from densevsconv.training.engine import FinishedTrial, Group, Predictor, Weights
from densevsconv.training.engines.numpy.trainer import NumpyTrainer, State
from densevsconv.training.loop import fit
from densevsconv.training.settings import Training

EPSILON = float(np.finfo(np.float32).eps)
DIRECTIONS = 4
FACTOR = 10
"""The worst of a few random directions is so much below the worst of all, and to spare."""


class _Exact(NumpyTrainer):
    """The NumPy trainer in float64, its start moved by so many roundings; 0: not at all."""

    def __init__(self, group: Group, direction: int = 0) -> None:
        super().__init__(group, "float64")
        self._direction = direction

    def moved(self, weights: Weights) -> Weights:
        if not self._direction:
            return weights
        random = np.random.default_rng(self._direction)
        longest = max(prod(shape[:-1]) for shape in (w.shape for w in weights.values()))
        size = EPSILON * longest**0.5
        return {
            name: value + size * random.choice([-1, 1], value.shape) * (abs(value) + 0.1)
            for name, value in weights.items()
        }

    def start(self, weights: Weights, training: Training, dropout_seed: int) -> State:
        return super().start(self.moved(weights), training, dropout_seed)

    def predictor(self, weights: Weights) -> Predictor:
        return super().predictor(self.moved(weights))


@dataclass(frozen=True)
class Exact:
    """Arrays as they are in float64, and how far rounding may take each from that."""

    values: Weights
    bounds: dict[str, float]

    def distance(self, found: Weights) -> float:
        """Return the largest difference in units of what is allowed."""
        assert found.keys() == self.values.keys()
        return max(
            float(np.abs(found[name] - value).max()) / self.bounds[name]
            for name, value in self.values.items()
        )


def _exact(group: Group, of: Callable[[_Exact], Weights]) -> Exact:
    values, *moved = (of(_Exact(group, direction)) for direction in range(DIRECTIONS + 1))
    bounds = {
        name: FACTOR * max(float(np.abs(other[name] - value).max()) for other in moved)
        + EPSILON * float(np.abs(value).max())
        for name, value in values.items()
    }
    return Exact(values, bounds)


def exact_training(group: Group) -> Exact:
    """Return the weights after the group's first trial."""
    return _exact(group, lambda trainer: fit(trainer, group).weights)


def exact_prediction(group: Group, weights: Weights) -> Exact:
    """Return the probabilities of the training images, by the name "probabilities"."""
    images = group.data.train_images
    return _exact(group, lambda trainer: {"probabilities": trainer.predictor(weights)(images)})


def same_bits(first: FinishedTrial, second: FinishedTrial) -> bool:
    """Tell whether two trainings have the same curves and the same weights, to the last bit."""
    return first.history == second.history and all(
        np.array_equal(value, second.weights[name]) for name, value in first.weights.items()
    )
