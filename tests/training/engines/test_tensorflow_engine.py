"""The TensorFlow engine against Keras, against itself, and against what it promises."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from densevsconv.images.scaling import Scaling
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.initialise import initial_weights
from densevsconv.networks.load import load_architecture
from densevsconv.store.seeds import training_seeds
from densevsconv.training.batches import batch_orders
from densevsconv.training.dropout import keep_mask, layer_seed
from densevsconv.training.engines.tensorflow.build import keras_model, named_variables, set_weights
from densevsconv.training.engines.tensorflow.dropout import HashedDropout
from densevsconv.training.engines.tensorflow.trainer import TensorFlowTrainer
from densevsconv.training.loop import Fit, fit
from densevsconv.training.settings import EarlyStopping, Training

SCALING = Scaling(np.full(1, 2, np.float32), np.full(1, 1 / 16, np.float32))
SEEDS = training_seeds(1, "test", 0)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 17, (130, 8, 8, 1)).astype(np.uint8)
# learnable labels: which quarter of the image is brightest
LABELS = IMAGES.reshape(130, 2, 4, 2, 4).sum(axis=(2, 4)).reshape(130, 4).argmax(axis=1)
DATA: Any = SimpleNamespace(
    train_images=IMAGES[:100],
    train_labels=LABELS[:100],
    validation_images=IMAGES[100:],
    validation_labels=LABELS[100:],
)


def architecture(folder: Path, *layers: str) -> BoundArchitecture:
    lines = ["title: t", "source: s", "description: d", "layers:", *(f"  - {x}" for x in layers)]
    (folder / "net.yaml").write_text("\n".join(lines))
    return load_architecture(folder, "net").bind((8, 8, 1), 4)


DENSE = (
    "flatten",
    "dense: {units: 12, activation: tanh}",
    "dense: {units: 4, activation: softmax}",
)
MIXED = (
    "conv: {filters: 4, kernel: 3, padding: same}",
    "batch_norm",
    "activation: {name: relu}",
    "max_pool: {size: 2}",
    "flatten",
    "dropout: {rate: 0.25}",
    "dense: {units: 4, activation: softmax}",
)


def trainer(
    bound: BoundArchitecture, training: Training, folder: Path, execution: str = "graph"
) -> TensorFlowTrainer:
    return TensorFlowTrainer(
        bound,
        DATA,
        SCALING,
        training,
        device="CPU",
        execution=execution,
        model_key={},
        execution_folder=folder / "execution",
    )


def train(bound: BoundArchitecture, training: Training, folder: Path, **options: Any) -> Fit:
    made = trainer(bound, training, folder, options.pop("execution", "graph"))
    return fit(made, bound, training, options.get("seeds", SEEDS), DATA)


KERAS = {
    "sgd": lambda rate: keras.optimizers.SGD(rate),
    "momentum": lambda rate: keras.optimizers.SGD(rate, momentum=0.8),
    "nesterov": lambda rate: keras.optimizers.SGD(rate, momentum=0.8, nesterov=True),
    "rmsprop": lambda rate: keras.optimizers.RMSprop(rate),
    "adam": lambda rate: keras.optimizers.Adam(rate, beta_1=0.8),
    "adamw": lambda rate: keras.optimizers.AdamW(rate, beta_1=0.8, weight_decay=0.1),
}


@pytest.mark.parametrize("execution", ["graph", "xla"])
@pytest.mark.parametrize("optimizer", sorted(KERAS))
def test_training_is_what_keras_does(optimizer: Any, execution: str, tmp_path: Path) -> None:
    """Three epochs of ours against Keras's train_on_batch, l2 and all."""
    bound = architecture(tmp_path, *DENSE)
    training = Training(
        optimizer=optimizer,
        learning_rate=0.01,
        momentum=0.8,
        l2=0.01,
        weight_decay=0.1 if optimizer == "adamw" else 0.0,
        batch_size=20,
        epochs=3,
    )
    ours = train(bound, training, tmp_path, execution=execution)

    model = keras_model(bound)
    set_weights(model, initial_weights(bound, SEEDS["initialisation"]))
    for name, variable in named_variables(model).items():
        if name.endswith("kernel"):
            variable.regularizer = keras.regularizers.L2(0.01)
    model.compile(KERAS[optimizer](0.01), "sparse_categorical_crossentropy")
    scaled = SCALING.apply(DATA.train_images)
    orders = batch_orders(SEEDS["batch_order"], 100, 20)
    for _, order in zip(range(3), orders, strict=False):
        for batch in order:
            model.train_on_batch(scaled[batch], DATA.train_labels[batch])
    for name, variable in named_variables(model).items():
        np.testing.assert_allclose(ours.weights[name], variable.numpy(), rtol=2e-4, atol=2e-6)
    predicted = model.predict_on_batch(SCALING.apply(DATA.validation_images))
    np.testing.assert_allclose(
        trainer(bound, training, tmp_path).predictor(ours.weights)(DATA.validation_images),
        predicted,
        atol=1e-5,
    )


def test_a_grid_never_retraces(tmp_path: Path) -> None:
    bound = architecture(tmp_path, *MIXED)
    made = trainer(bound, Training(batch_size=20), tmp_path)
    for repetition, (rate, l2, momentum) in enumerate([(0.1, 0, 0.9), (0.01, 1e-3, 0.5)]):
        training = Training(
            learning_rate=rate, l2=l2, momentum=momentum, batch_size=20, epochs=2 + repetition
        )
        fit(made, bound, training, training_seeds(1, "test", repetition), DATA)
    assert made._epochs.experimental_get_tracing_count() == 1  # type: ignore[attr-defined]
    assert made._predict.experimental_get_tracing_count() == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("execution", ["graph", "xla"])
def test_same_seed_same_bits(execution: str, tmp_path: Path) -> None:
    bound = architecture(tmp_path, *MIXED)
    training = Training(batch_size=20, epochs=3)
    first, again = (train(bound, training, tmp_path, execution=execution) for _ in range(2))
    assert first.history == again.history
    for name, value in first.weights.items():
        assert np.array_equal(value, again.weights[name]), name


@pytest.mark.parametrize("axis", ["initialisation", "batch_order", "dropout"])
def test_every_seed_counts(axis: str, tmp_path: Path) -> None:
    bound = architecture(tmp_path, *MIXED)
    training = Training(batch_size=20, epochs=2)
    first = train(bound, training, tmp_path)
    other = train(bound, training, tmp_path, seeds={**SEEDS, axis: 5})
    assert first.history != other.history


def test_modes_agree(tmp_path: Path) -> None:
    bound = architecture(tmp_path, *MIXED)
    # not adam, which makes steps of noise where the gradient is zero (a bias before batch_norm)
    training = Training(optimizer="momentum", learning_rate=0.01, batch_size=20, epochs=2)
    graph, xla = (train(bound, training, tmp_path, execution=m) for m in ("graph", "xla"))
    for name, value in graph.weights.items():
        np.testing.assert_allclose(value, xla.weights[name], atol=2e-4, err_msg=name)


def test_dropout_is_the_numpy_reference() -> None:
    layer = HashedDropout(0.3)
    layer.state.assign([layer_seed(9, 0), 4])
    ones = tf.ones((6, 5, 3))
    kept = keep_mask(layer_seed(9, 0), 4, (6, 5, 3), 0.3)
    np.testing.assert_allclose(layer(ones, training=True), kept / 0.7, rtol=1e-6)
    assert layer.state.numpy().tolist()[1] == 5
    assert np.all(layer(ones, training=False) == 1)


def test_divergence_is_recorded_and_ends_the_run(tmp_path: Path) -> None:
    bound = architecture(tmp_path, "flatten", "dense: {units: 9, activation: relu}", *DENSE[2:])
    result = train(
        bound, Training(optimizer="sgd", learning_rate=1e12, l2=1.0, batch_size=20), tmp_path
    )
    assert result.status == "diverged"
    assert result.epochs_run < 50
    assert result.at_best("validation_accuracy") is None
    assert all(np.isfinite(w).all() for w in result.weights.values())


def test_early_stopping_keeps_the_weights_of_the_best_epoch(tmp_path: Path) -> None:
    bound = architecture(tmp_path, "flatten", "dense: {units: 64, activation: relu}", *DENSE[2:])
    training = Training(
        learning_rate=0.05,
        batch_size=20,
        epochs=60,
        early_stopping=EarlyStopping(patience=5),
    )
    result = train(bound, training, tmp_path)
    losses = result.history["validation_loss"]
    assert result.epochs_run < 60
    assert result.best_epoch == int(np.argmin(losses)) + 1 == result.epochs_run - 5
    probabilities = trainer(bound, training, tmp_path).predictor(result.weights)(
        DATA.validation_images
    )
    loss = -np.log(probabilities[np.arange(30), DATA.validation_labels]).mean()
    assert loss == pytest.approx(min(losses), rel=1e-4)
    assert result.at_best("validation_loss") == min(losses)


def test_the_choice_of_mode_is_measured_once_and_kept(tmp_path: Path) -> None:
    bound = architecture(tmp_path, *DENSE)
    first = trainer(bound, Training(batch_size=20), tmp_path, "auto")
    (record,) = (tmp_path / "execution").glob("*.json")
    other = {"graph": "xla", "xla": "graph"}[first.execution]
    record.write_text(
        record.read_text().replace(f'"choice": "{first.execution}"', f'"choice": "{other}"')
    )
    assert trainer(bound, Training(batch_size=20), tmp_path, "auto").execution == other


def test_prediction_does_not_depend_on_the_batch(tmp_path: Path) -> None:
    bound = architecture(tmp_path, *DENSE)
    made = trainer(bound, Training(batch_size=20), tmp_path)
    predict = made.predictor(initial_weights(bound, 1))
    many = RANDOM.integers(0, 17, (1500, 8, 8, 1)).astype(np.uint8)  # more than a prediction batch
    np.testing.assert_allclose(predict(many)[1400:], predict(many[1400:]), atol=1e-6)
    np.testing.assert_allclose(predict(many).sum(axis=1), 1, atol=1e-5)


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    bound = architecture(tmp_path, *DENSE)
    weights = initial_weights(bound, 1)
    weights["9_dense/kernel"] = weights.pop("2_dense/kernel")
    with pytest.raises(ValueError, match="9_dense/kernel"):
        set_weights(keras_model(bound), weights)
