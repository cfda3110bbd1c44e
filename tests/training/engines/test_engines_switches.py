"""The switches that reproduce the published study, on both engines."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from densevsconv.images.scaling import Scaling
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.initialise import initial_weights
from densevsconv.networks.load import load_architecture
from densevsconv.store.seeds import training_seeds
from densevsconv.training.engines.numpy.trainer import NumpyTrainer
from densevsconv.training.engines.tensorflow.trainer import TensorFlowTrainer
from densevsconv.training.loop import Fit, fit
from densevsconv.training.settings import Training

SEEDS = training_seeds(5, "test", 0)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 17, (60, 8, 8, 1)).astype(np.uint8)
LABELS = RANDOM.integers(0, 10, 60)
DATA: Any = SimpleNamespace(
    train_images=IMAGES[:40],
    train_labels=LABELS[:40],
    validation_images=IMAGES[40:],
    validation_labels=LABELS[40:],
)
SCALING = Scaling(np.zeros(1, np.float32), np.full(1, 1 / 16, np.float32))
ENGINES = ("tensorflow", "numpy")
NET = """
title: t
source: s
description: d
layers:
  - conv: {filters: 3, kernel: 3, padding: same, activation: sigmoid}
  - batch_norm
  - flatten
  - dense: {units: 20, activation: sigmoid}
  - dense: {units: classes, activation: softmax}
"""


@pytest.fixture(scope="module")
def bound(tmp_path_factory: pytest.TempPathFactory) -> BoundArchitecture:
    folder = tmp_path_factory.mktemp("architectures")
    (folder / "net.yaml").write_text(NET)
    return load_architecture(folder, "net").bind((8, 8, 1), 10)


@pytest.fixture(scope="module")
def train(bound: BoundArchitecture) -> Any:
    """Fifty steps of SGD on either engine, with the keys given; never done twice."""

    @cache
    def trained(engine: str, keys: tuple[tuple[str, Any], ...]) -> Fit:
        settings = {k: list(v) if isinstance(v, tuple) else v for k, v in keys}
        training = Training.model_validate(
            {"optimizer": "sgd", "learning_rate": 0.02, "batch_size": 4, "epochs": 5, **settings}
        )
        options: Any = {"device": "CPU", "execution": "graph", "model_key": {}}
        made: Any = (
            NumpyTrainer(bound, DATA, SCALING)
            if engine == "numpy"
            else TensorFlowTrainer(
                bound, DATA, SCALING, training, execution_folder=Path(), **options
            )
        )
        return fit(made, bound, training, SEEDS, DATA)

    def chosen(engine: str, **keys: Any) -> Fit:
        return trained(engine, tuple(sorted(keys.items())))

    return chosen


def distance(first: Fit, second: Fit) -> float:
    assert first.weights.keys() == second.weights.keys()
    return max(float(np.abs(first.weights[k] - second.weights[k]).max()) for k in first.weights)


@pytest.mark.parametrize(
    "keys",
    [
        {"gradient": "sum", "learning_rate": 0.01},
        {"l2": 0.02, "l2_biases": True},
        {"frozen": ("conv",)},
        {"frozen": ("batch_norm", "dense")},
        {"batches": "independent"},
        # all but a committed initialiser: such a start saturates every unit, and rounding then
        # decides what a step does
        {
            "gradient": "sum",
            "learning_rate": 0.01,
            "l2": 0.02,
            "l2_biases": True,
            "frozen": ("conv",),
            "batches": "independent",
        },
    ],
    ids=lambda keys: "+".join(keys),
)
def test_fifty_steps_of_the_same_trial(keys: dict[str, Any], train: Any) -> None:
    first, second = (train(engine, **keys) for engine in ENGINES)
    assert distance(first, second) < 1e-4
    assert distance(first, train("numpy")) > 1e-3, "the switch does nothing"
    for curve in ("train_loss", "validation_loss"):
        np.testing.assert_allclose(first.history[curve], second.history[curve], rtol=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sum_is_a_mean_with_a_larger_rate(engine: str, train: Any) -> None:
    summed = train(engine, gradient="sum", learning_rate=0.01)
    mean = train(engine, learning_rate=0.04)
    assert distance(summed, mean) < 1e-5
    np.testing.assert_allclose(summed.history["train_loss"], mean.history["train_loss"], rtol=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kinds", [("conv",), ("batch_norm", "dense")])
def test_frozen_weights_keep_every_bit(
    engine: str, kinds: tuple[str, ...], train: Any, bound: BoundArchitecture
) -> None:
    start = initial_weights(bound, SEEDS["initialisation"])
    result = train(engine, frozen=kinds)
    for name, value in result.weights.items():
        kind = name.split("/")[0].split("_", 1)[1]
        learned = not name.split("/")[1].startswith("moving")
        assert np.array_equal(value, start[name]) == (kind in kinds and learned), name


@pytest.mark.parametrize("engine", ENGINES)
def test_an_absent_kind_is_ignored(engine: str, train: Any) -> None:
    assert distance(train(engine, frozen=("separable_conv",)), train(engine)) == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_the_penalty_on_biases_is_one_step_of_decay(engine: str, bound: BoundArchitecture) -> None:
    """One step with and without: what is learned loses rate * 2 l2 of itself, biases only then."""
    start = {name: np.full(shape, 0.5, np.float32) for name, shape in bound.weight_shapes.items()}

    def step(**keys: Any) -> dict[str, np.ndarray]:
        training = Training(optimizer="sgd", learning_rate=0.1, batch_size=40, epochs=1, **keys)
        options: Any = {"device": "CPU", "execution": "graph", "model_key": {}}
        made: Any = (
            NumpyTrainer(bound, DATA, SCALING)
            if engine == "numpy"
            else TensorFlowTrainer(
                bound, DATA, SCALING, training, execution_folder=Path(), **options
            )
        )
        order: Any = np.arange(40, dtype=np.int32)[None], np.full(1, 0.1, np.float32)
        state, *_ = made.epoch(
            made.start(start, training, 0), training, *order, np.zeros((1, 40, 0), np.float32)
        )
        weights: dict[str, np.ndarray] = made.weights(state)
        return weights

    plain, kernels, everything = step(), step(l2=0.1), step(l2=0.1, l2_biases=True)
    for name, value in plain.items():
        if "moving" in name:
            continue
        lost = 0.1 * 2 * 0.1 * 0.5
        np.testing.assert_allclose(value - everything[name], lost, atol=1e-6, err_msg=name)
        expected = lost if name.endswith("kernel") else 0
        np.testing.assert_allclose(value - kernels[name], expected, atol=1e-6, err_msg=name)
