"""The TensorFlow engine: what it promises beyond what every engine does."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from numpy.random import default_rng as rng
from tensorflow.python.framework import config

from densevsconv.networks.initialise import initial_weights
from densevsconv.training.engines.execution import add_flags
from densevsconv.training.engines.tensorflow.build import keras_model, set_weights
from densevsconv.training.engines.tensorflow.engine import TensorFlowEngine
from densevsconv.training.engines.tensorflow.layers import MaxPooling2D
from densevsconv.training.engines.tensorflow.trainer import TensorFlowTrainer
from tests.support.layer_cases import CASES, made
from tests.support.training import DENSE, MIXED, group, network


def test_a_grid_never_retraces() -> None:
    settings: list[dict[str, Any]] = [
        {"learning_rate": 0.1, "epochs": 2, "augmentation": {"shift": 0.1}},
        {"learning_rate": 0.01, "l2": 1e-3, "momentum": 0.5, "augmentation": {"shift": 0.3}},
    ]
    some = group(network(*MIXED), *({"batch_size": 20, "epochs": 3} | one for one in settings))
    engine = TensorFlowEngine(1, "graph")
    finished = list(engine.train(some))
    engine.predictor(some, finished[0].weights)(some.data.train_images[:7])
    trainer: Any = engine.trainer(some)
    assert trainer._epochs.experimental_get_tracing_count() == 1
    assert trainer._predict.experimental_get_tracing_count() <= 2  # and one for seven images


def test_the_choice_of_mode_is_measured_once_and_kept(tmp_path: Path) -> None:
    def mode(choices: Path | None) -> str:
        some = group(network(*DENSE), {"batch_size": 20})
        return str(TensorFlowEngine(1, "auto", choices).trainer(some).execution)

    first = mode(tmp_path / "execution")
    (record,) = (tmp_path / "execution").glob("*.json")
    other = {"graph": "xla", "xla": "graph"}[first]
    record.write_text(record.read_text().replace(f'"choice": "{first}"', f'"choice": "{other}"'))
    assert mode(tmp_path / "execution") == other
    assert mode(None) in ("graph", "xla")


@pytest.mark.parametrize("way", ["graph", "slices", "slices-xla"])
@pytest.mark.parametrize("name", ["max pool", "max pool with gaps", "max pool overlapping"])
def test_a_max_pool_is_the_same_however_it_is_run(name: str, way: str) -> None:
    """Values and gradients, of equal values too: the first of a window has it all."""
    shape, described = CASES[name]
    (settings,) = described.values()
    x, theirs = rng(0).integers(0, 3, (4, *shape)).astype(np.float32), made(name)
    theirs.build(tuple(shape), "float32")
    expected = theirs.forward(x).copy()
    error = rng(1).integers(1, 9, expected.shape).astype(np.float32)
    layer = MaxPooling2D(settings["size"], settings.get("stride"), settings.get("padding", "valid"))
    layer.sliced = way != "graph"

    @tf.function(jit_compile=way == "slices-xla")
    def run(x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(x)
            found = layer(x)
        return found, tape.gradient(found, x, error)

    found, gradient = run(tf.constant(x))
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(gradient, theirs.backward(error))


def test_kernels_of_a_gpu_are_fixed_where_a_graph_calls_them() -> None:
    """And XLA's by its own flag; asked of the same code on a processor that has another name."""
    some = group(network(*DENSE), {"batch_size": 20, "epochs": 1})
    for deterministic in (True, False):
        trainer = TensorFlowTrainer(some, "a card", deterministic=deterministic)
        for mode in ("graph", "xla"):
            trainer.use(mode)
            assert config.is_op_determinism_enabled() == (deterministic and mode == "graph")


def test_a_setting_that_changes_bits_is_in_the_id(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[dict[str, bool]] = [{}, {"deterministic": False}, {"tf32": True}]
    plain, loose, fast = (TensorFlowEngine(1, **kind).identity for kind in kinds)
    assert (loose, fast) == (plain | kinds[1], plain | kinds[2])
    monkeypatch.setenv("XLA_FLAGS", "--of=mine")
    for _ in range(2):
        add_flags("XLA_FLAGS", "--a=1")
    assert os.environ["XLA_FLAGS"] == "--a=1 --of=mine"


def test_weights_of_another_model_are_refused() -> None:
    bound = network(*DENSE)
    weights = initial_weights(bound, 1)
    weights["9_dense/kernel"] = weights.pop("2_dense/kernel")
    with pytest.raises(ValueError, match="9_dense/kernel"):
        set_weights(keras_model(bound), weights)
