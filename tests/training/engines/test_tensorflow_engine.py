"""The TensorFlow engine: what it promises beyond what every engine does."""

from pathlib import Path
from typing import Any

import pytest

from densevsconv.networks.initialise import initial_weights
from densevsconv.training.engines.tensorflow.build import keras_model, set_weights
from densevsconv.training.engines.tensorflow.engine import TensorFlowEngine
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


def test_weights_of_another_model_are_refused() -> None:
    bound = network(*DENSE)
    weights = initial_weights(bound, 1)
    weights["9_dense/kernel"] = weights.pop("2_dense/kernel")
    with pytest.raises(ValueError, match="9_dense/kernel"):
        set_weights(keras_model(bound), weights)
