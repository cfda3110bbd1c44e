"""Every engine against the NumPy engine in float64: same weights, same trial, same result (wall 1).

How far rounding may take them apart is measured on each problem, see tests/support/rounding.py.
"""

from pathlib import Path
from typing import Any

import pytest

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.initialise import initial_weights
from densevsconv.networks.schema import available_architectures, load_architecture
from densevsconv.training.engine import Group
from densevsconv.training.engines.registry import ENGINES
from tests.support.rounding import exact_prediction, exact_training
from tests.support.training import ARCHITECTURES, MIXED, WAYS, engine, group, images, network

SHAPES = {"lenet5_32": (32, 32, 1), "leNet2": (32, 32, 3), "convKeras12_32": (32, 32, 3)}
LARGE = ("lenet5", "convKeras4_20", "denseNet4_300", "doshi2020")
# without the one that has a wrong slope of tanh, which only numpynet has
NOT_HERE = {"denseNet4_300_committed", "googlenet", "resnet20", "resnet50", "vgg16"}
NAMES = sorted({*available_architectures(ARCHITECTURES)} - NOT_HERE)
TRAINING: dict[str, Any] = {"optimizer": "sgd", "learning_rate": 0.1, "l2": 1e-3, "epochs": 1}


def shipped(folder: Path, name: str, *, smooth: bool) -> tuple[BoundArchitecture, Group]:
    """A shipped network; made smooth, it has a derivative everywhere, and so has each rounding."""
    for file in ARCHITECTURES.glob("*.yaml"):
        text = file.read_text()
        if smooth:
            text = text.replace("leaky_relu", "elu").replace(" relu", " elu")
            text = text.replace("max_pool", "average_pool")
        (folder / file.name).write_text(text)
    shape = SHAPES.get(name, (28, 28, 1) if name in LARGE else (8, 8, 1))
    bound = load_architecture(folder, name).bind(shape, 10)
    # a start of std 1 on 784 inputs saturates every unit, and nothing is learned
    start = {"initializer": "glorot_uniform"} if name == "denseNet4_300" else {}
    data = images(shape, train=6, classes=10)
    return bound, group(bound, TRAINING | {"batch_size": 6} | start, data=data)


@pytest.mark.parametrize("name", NAMES)
def test_predictions_agree(name: str, tmp_path: Path) -> None:
    bound, some = shipped(tmp_path, name, smooth=False)
    weights = initial_weights(bound, 3, some.trials[0].training.initializer)
    exact = exact_prediction(some, weights)
    for kind in ENGINES:
        found = engine(kind, "graph").predictor(some, weights)(some.data.train_images)
        assert exact.distance({"probabilities": found}) < 1, kind


@pytest.mark.parametrize("name", NAMES)
def test_a_step_agrees(name: str, tmp_path: Path) -> None:
    """So do gradients: all that a step of SGD does is theirs."""
    _, some = shipped(tmp_path, name, smooth=True)
    exact = exact_training(some)
    for kind in ENGINES:
        (finished,) = engine(kind, "graph").train(some)
        assert exact.distance(finished.weights) < 1, kind


OPTIMIZERS: dict[str, dict[str, Any]] = {
    "sgd": {"augmentation": {"shift": 0.1, "rotation": 20, "contrast": 0.2, "mixup": 0.4}},
    "momentum": {"l2_biases": True, "frozen": ["conv"]},
    "nesterov": {"augmentation": {"zoom": 0.2, "negative": 0.5, "cutout": 3}},
    # not Keras's epsilon: near a gradient of zero these would step by its sign
    "rmsprop": {"epsilon": 1e-3},
    "adam": {"epsilon": 1e-3},
    "adamw": {"epsilon": 1e-3, "weight_decay": 0.1},
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_whole_training_agrees(optimizer: str) -> None:
    """Batches, dropout, schedule, penalty, random changes: ten steps with all of them."""
    keys = {"learning_rate": 0.02, "l2": 0.01, "batch_size": 20, "epochs": 2}
    schedule = {"name": "cosine", "warmup_epochs": 1}
    training = keys | {"optimizer": optimizer, "schedule": schedule} | OPTIMIZERS[optimizer]
    some = group(network(*MIXED), training)
    exact = exact_training(some)
    other = exact_training(group(network(*MIXED), training | {"l2": 0.0}))
    assert exact.distance(other.values) > 10, "a penalty would go unnoticed"
    for kind, mode in WAYS:
        (finished,) = engine(kind, mode).train(some)
        assert exact.distance(finished.weights) < 1, (kind, mode)
