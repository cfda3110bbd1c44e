"""What fossheim2022's code does in its own way, said in the package's terms."""

import itertools
from typing import Any

import numpy as np
import pytest

from densevsconv.networks.initialise import initial_weights
from densevsconv.training.batches import batch_orders
from densevsconv.training.engines.numpy.build import network as numpy_network
from densevsconv.training.settings import Training
from numpynet.losses import SoftmaxCrossEntropy
from numpynet.optimizers import Adam, Momentum, Nesterov, RmsProp, Sgd
from tests.support.training import DATA, network


def test_independent_batches_repeat_images_in_an_epoch_and_none_in_a_batch() -> None:
    orders = batch_orders(1, 50, 10, "independent")
    for order in itertools.islice(orders, 5):
        assert order.shape == (5, 10)
        assert order.dtype == np.int32
        assert all(len(set(batch)) == 10 for batch in order)
        assert len(np.unique(order)) < 45  # (1 - 10/50)^5 of the images are in no batch: 33%
    again = next(batch_orders(1, 50, 10, "independent"))
    assert np.array_equal(next(batch_orders(1, 50, 10, "independent")), again)


OPTIMIZERS: dict[str, Any] = {
    "sgd": lambda t: Sgd(t.learning_rate),
    "momentum": lambda t: Momentum(t.learning_rate, t.momentum),
    "nesterov": lambda t: Nesterov(t.learning_rate, t.momentum),
    "rmsprop": lambda t: RmsProp(t.learning_rate, rho=0.9, epsilon=t.epsilon),
    "adam": lambda t: Adam(t.learning_rate, epsilon=t.epsilon),
}


class Summed(SoftmaxCrossEntropy):
    """Its gradient is the sum over the samples of a batch."""

    def value_and_error(self, outputs: np.ndarray, targets: np.ndarray) -> Any:
        value, error = super().value_and_error(outputs, targets)
        return value, error * len(outputs)


@pytest.mark.parametrize("l2_biases", [False, True])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_translation_is_the_same_training(optimizer: str, l2_biases: bool) -> None:
    """Five steps of the sum as stated and of the mean as translated, in float64."""
    keys: dict[str, Any] = {"learning_rate": 0.003, "l2": 0.01, "epsilon": 1e-3, "batch_size": 20}
    stated = Training(optimizer=optimizer, gradient="sum", l2_biases=l2_biases, **keys)
    assert stated.plain.gradient == "mean"
    assert stated.plain.plain == stated.plain
    bound = network("flatten", "dense: {units: classes, activation: softmax}")
    images = DATA.train_images.reshape(5, 20, 8, 8, 1) / 16.0
    labels = DATA.train_labels.reshape(5, 20)
    weights = []
    for training in (stated, stated.plain):
        made = numpy_network(bound, training, "float64")
        made.loss = Summed() if training.gradient == "sum" else SoftmaxCrossEntropy()
        made.set_parameters(initial_weights(bound, 1))
        stepping = OPTIMIZERS[optimizer](training)
        for batch, targets in zip(images, labels, strict=True):
            made.step(batch, targets, stepping, np.random.default_rng(0))
        weights.append(made.parameters())
    start = initial_weights(bound, 1)
    for name, value in weights[0].items():
        assert np.abs(value - start[name]).max() > 1e-3
        # some hundred operations on each weight, in float64
        np.testing.assert_allclose(value, weights[1][name], atol=1e-12, err_msg=name)
