"""Every engine against the NumPy engine in float64: same weights, same trial, same result (wall 1).

How far rounding may take them apart is measured on each problem, see tests/support/rounding.py.
"""

from typing import Any

import pytest
import yaml

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.initialise import initial_weights
from densevsconv.networks.schema import available_architectures
from densevsconv.training.engines.registry import ENGINES
from tests.support.networks import ARCHITECTURES, bound
from tests.support.rounding import exact_prediction, exact_training
from tests.support.training import MIXED, WAYS, engine, group, images, network

SHAPES = {"lenet5_32": (32, 32, 1), "leNet2": (32, 32, 3), "convKeras12_32": (32, 32, 3)}
LARGE = ("lenet5", "convKeras4_20", "denseNet4_300", "doshi2020")
# without the one that has a wrong slope of tanh, which only numpynet has
NOT_HERE = {"denseNet4_300_committed", "googlenet", "resnet20", "resnet50", "vgg16"}
NAMES = sorted({*available_architectures(ARCHITECTURES)} - NOT_HERE)
TRAINING: dict[str, Any] = {"optimizer": "sgd", "learning_rate": 0.1, "l2": 1e-3, "epochs": 1}


def smooth(name: str) -> BoundArchitecture:
    """A shipped network with a derivative everywhere, since then each rounding has one."""
    text = (ARCHITECTURES / f"{name}.yaml").read_text()
    text = text.replace("leaky_relu", "elu").replace(" relu", " elu")
    described = yaml.safe_load(text.replace("max_pool", "average_pool"))
    shape = SHAPES.get(name, (28, 28, 1) if name in LARGE else (8, 8, 1))
    return bound(described.pop("layers"), shape, **described)


@pytest.mark.parametrize("name", NAMES)
def test_a_step_and_predictions_agree(name: str) -> None:
    """So do gradients: all that a step of SGD does is theirs."""
    net = smooth(name)
    # a start of std 1 on 784 inputs saturates every unit, and nothing is learned
    start = {"initializer": "glorot_uniform"} if name == "denseNet4_300" else {}
    data = images(net.image_shape, train=6, classes=10)
    some = group(net, TRAINING | {"batch_size": 6} | start, data=data)
    weights = initial_weights(net, 3, start.get("initializer"))
    exact, predicted = exact_training(some), exact_prediction(some, weights)
    for kind in ENGINES:
        made = engine(kind, "graph")
        (finished,) = made.train(some)
        assert exact.distance(finished.weights) < 1, kind
        found = made.predictor(some, weights)(data.train_images)
        assert predicted.distance({"probabilities": found}) < 1, kind


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
