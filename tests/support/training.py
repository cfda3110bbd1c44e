"""Small trainings for tests of engines: images, networks and groups."""

from typing import Any

import numpy as np

from densevsconv.images.prepared import Scaling, TrainingData
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.store.seeds import training_seeds
from densevsconv.training.engine import Engine, Group, Trial
from densevsconv.training.engines.registry import ENGINES
from densevsconv.training.settings import Training
from tests.support.networks import SOFTMAX, bound

MAX = 16
SEEDS = training_seeds(1, "test", 0)
WAYS = [
    (name, mode)
    for name, engine in ENGINES.items()
    for mode in sorted(engine.modes.keys() - {"auto"}) or ["auto"]
]
"""Every engine in each of its modes."""

DENSE = (
    "flatten",
    "dense: {units: 12, activation: tanh}",
    SOFTMAX,
)
MIXED = (
    "conv: {filters: 4, kernel: 3, padding: same, use_bias: false}",
    "batch_norm",
    "activation: {name: elu}",
    "average_pool: {size: 2}",
    "flatten",
    "dropout: {rate: 0.25}",
    "dense: {units: 9, activation: tanh}",
    SOFTMAX,
)


def images(
    shape: tuple[int, int, int] = (8, 8, 1), train: int = 100, classes: int = 4
) -> TrainingData:
    """Return random images whose label is their brightest quarter (or random for other classes)."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, MAX + 1, (train + 30, *shape)).astype(np.uint8)
    labels = random.integers(0, classes, train + 30)
    if classes == 4:
        height, width = shape[0] // 2, shape[1] // 2
        quarters = pixels.reshape(-1, 2, height, 2, width * shape[2]).sum(axis=(2, 4))
        labels = quarters.reshape(-1, 4).argmax(axis=1)
    index = np.arange(train + 30)
    parts = [array[part] for part in (slice(train), slice(train, None))
             for array in (pixels, labels, index)]  # fmt: skip
    return TrainingData(*parts, info={"max_value": MAX, "shape": list(shape)})


DATA = images()


def network(*layers: str, shape: tuple[int, int, int] = (8, 8, 1)) -> BoundArchitecture:
    """Return the network of some layers, each as YAML, for four classes."""
    return bound(", ".join(layers), shape, 4)


def group(
    architecture: BoundArchitecture,
    *trainings: Training | dict[str, Any],
    data: TrainingData = DATA,
    seeds: dict[str, int] = SEEDS,
) -> Group:
    """Return trials of a network, one a training, all with the same seeds."""
    channels = architecture.image_shape[-1]
    scaling = Scaling(np.full(channels, 2, np.float32), np.full(channels, 1 / MAX, np.float32))
    trials = tuple(Trial(Training.model_validate(training), seeds) for training in trainings)
    return Group(architecture, data, scaling, trials)


def engine(name: str, mode: str = "auto") -> Engine:
    """Return an engine of one thread that runs in the mode."""
    return ENGINES[name](1, mode)
