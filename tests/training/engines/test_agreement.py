"""Every engine against the NumPy engine in float64: same weights, same trial, same result (wall 1).

Of every kind of layer, every shipped network, and whole trainings.

How far rounding may take them apart is measured on each problem, see tests/support/rounding.py.
"""

from typing import Any

import pytest
import yaml

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.initialise import initial_weights
from densevsconv.networks.schema import available_architectures
from densevsconv.training.engines.registry import ENGINES
from tests.support.layer_cases import CASES
from tests.support.networks import ARCHITECTURES, SOFTMAX, bound
from tests.support.rounding import exact_prediction, exact_training
from tests.support.training import MIXED, WAYS, engine, group, images, network

SHAPES = {"lenet5_32": (32, 32, 1), "leNet2": (32, 32, 3), "convKeras12_32": (32, 32, 3),
          "resnet20": (12, 12, 3), "patches_conv_32": (2, 64, 1),
          "patches_local_32": (2, 64, 1)}  # fmt: skip
LARGE = ("lenet5", "convKeras4_20", "denseNet4_300", "doshi2020")
# without the one that has a wrong slope of tanh, which only numpynet has
NOT_HERE = {"denseNet4_300_committed", "googlenet", "resnet50", "vgg16"}
NAMES = [
    pytest.param(name, marks=pytest.mark.slow) if name == "resnet20" else name  # a minute
    for name in sorted({*available_architectures(ARCHITECTURES)} - NOT_HERE)
]
TRAINING: dict[str, Any] = {"optimizer": "sgd", "learning_rate": 0.1, "l2": 1e-3, "epochs": 1}


def smooth(name: str) -> BoundArchitecture:
    """A shipped network with a derivative everywhere, since then each rounding has one."""
    text = (ARCHITECTURES / f"{name}.yaml").read_text()
    text = text.replace("leaky_relu", "elu").replace(" relu", " elu")
    described = yaml.safe_load(text.replace("max_pool", "average_pool"))
    shape = SHAPES.get(name, (28, 28, 1) if name in LARGE else (8, 8, 1))
    return bound(described.pop("layers"), shape, **described)


def agrees(net: BoundArchitecture, **settings: Any) -> None:
    """Check a step and predictions; so gradients: all that a step of SGD does is theirs."""
    data = images(net.image_shape, train=6, classes=net.classes)
    some = group(net, TRAINING | {"batch_size": 6} | settings, data=data)
    weights = initial_weights(net, 3, settings.get("initializer"))
    exact, predicted = exact_training(some), exact_prediction(some, weights)
    assert max({**exact.bounds, **predicted.bounds}.values()) < 1e-3, "says nothing"
    for kind in ENGINES:
        made = engine(kind, {"jax": "patches"}.get(kind, "graph"))
        (finished,) = made.train(some)
        assert exact.distance(finished.weights) < 1, kind
        found = made.predictor(some, weights)(data.train_images)
        assert predicted.distance({"probabilities": found}) < 1, kind


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_network(name: str) -> None:
    # a start of std 1 on 784 inputs saturates every unit, and nothing is learned
    start = {"initializer": "glorot_uniform"} if name == "denseNet4_300" else {}
    agrees(smooth(name), **start)


@pytest.mark.parametrize("name", CASES)
def test_every_layer(name: str) -> None:
    """Of a network that has it after another with weights."""
    shape, layer = CASES[name]
    flat = len(shape) == 1
    before = ["flatten"] if flat else [{"conv": {"filters": shape[-1], "kernel": 1}}]
    layers = [*before, layer, "flatten", yaml.safe_load(SOFTMAX)]
    agrees(bound(layers, (1, 1, *shape) if flat else tuple(shape), 5))


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
