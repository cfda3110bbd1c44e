"""Augmentation: the same numbers make the same images and the same weights on both engines."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from densevsconv.images.scaling import Scaling
from densevsconv.networks.load import load_architecture
from densevsconv.store.seeds import training_seeds
from densevsconv.training.augmentation import Changes, columns, unchanged
from densevsconv.training.engines.numpy.augment import changed, mixed
from densevsconv.training.engines.numpy.trainer import NumpyTrainer
from densevsconv.training.engines.tensorflow.augment import batch_function
from densevsconv.training.engines.tensorflow.images import Batch, Images
from densevsconv.training.engines.tensorflow.trainer import TensorFlowTrainer
from densevsconv.training.loop import Fit, fit
from densevsconv.training.settings import Augmentation, Training

ARCHITECTURES = Path(__file__).parents[3] / "config" / "architectures"
SEEDS = training_seeds(5, "test", 0)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (60, 8, 8, 3)).astype(np.uint8)
LABELS = RANDOM.integers(0, 10, 60)
DATA: Any = SimpleNamespace(
    train_images=IMAGES[:40],
    train_labels=LABELS[:40],
    validation_images=IMAGES[40:],
    validation_labels=LABELS[40:],
    info={"max_value": 255},
)
SCALING = Scaling(np.full(3, 20, np.float32), np.full(3, 1 / 255, np.float32))
ALONE: dict[str, dict[str, Any]] = {
    "shift": {"shift": 0.2},
    "rotation": {"rotation": 20},
    "zoom": {"zoom": 0.2},
    "crop": {"crop": 2},
    "flip": {"flip": True},
    "brightness": {"brightness": 0.3},
    "contrast": {"contrast": 0.3},
    "colour_pca": {"colour_pca": 3},
    "negative": {"negative": 0.5},
    "cutout": {"cutout": 4},
    "mixup": {"mixup": 0.4},
}
ALL: dict[str, Any] = {key: value for keys in ALONE.values() for key, value in keys.items()}
KINDS = ("geometry", "intensity", "cutout", "mixup")


def on_tensorflow(drawn: np.ndarray, augmentation: Augmentation) -> Batch:
    images = Images(
        tf.constant(DATA.train_images),
        tf.constant(DATA.train_labels.astype(np.int32)),
        tf.constant(SCALING.offset),
        tf.constant(SCALING.scale),
    )
    batch = tf.range(40)[::-1]
    read = batch_function(augmentation.kinds, 3, 255)
    return read(images, batch, tf.constant(drawn))


def on_numpy(drawn: np.ndarray, augmentation: Augmentation) -> np.ndarray:
    kinds = augmentation.kinds
    inputs = SCALING.apply(changed(DATA.train_images[::-1], drawn, kinds, 255))
    return mixed(inputs, drawn[:, columns(kinds, 3)["mixup"]]) if "mixup" in kinds else inputs


@pytest.mark.parametrize("key", [*ALONE, "all"])
def test_both_engines_see_the_same_images(key: str) -> None:
    augmentation = Augmentation(**ALONE.get(key, ALL))
    (drawn,) = Changes(augmentation, 3, DATA).epoch(0, (1, 40))
    got, expected = on_tensorflow(drawn, augmentation), on_numpy(drawn, augmentation)
    np.testing.assert_allclose(got.inputs, expected, atol=1e-5)
    plain = SCALING.apply(DATA.train_images[::-1])
    different = (np.abs(expected - plain).max(axis=(1, 2, 3)) > 1e-3).mean()
    assert different > 0.25, "the images were left as they are"
    assert (got.weight is not None) == ("mixup" in augmentation.kinds)


def test_numbers_that_change_nothing_leave_every_bit_on_tensorflow() -> None:
    augmentation = Augmentation(**ALL)
    assert augmentation.kinds == KINDS
    (nothing,) = unchanged(KINDS, 3, (1, 40))
    batch = on_tensorflow(nothing, augmentation)
    plain = on_tensorflow(np.zeros((40, 0), np.float32), Augmentation())
    assert np.array_equal(batch.inputs, plain.inputs)
    assert np.array_equal(batch.labels, DATA.train_labels[:40][::-1])


def trainer(name: str, training: Training, execution: str = "graph") -> TensorFlowTrainer:
    return TensorFlowTrainer(
        load_architecture(ARCHITECTURES, name).bind((8, 8, 3), 10),
        DATA,
        SCALING,
        training,
        device="CPU",
        execution=execution,
        model_key={},
        execution_folder=Path(),
    )


def train(made: Any, name: str, training: Training) -> Fit:
    bound = load_architecture(ARCHITECTURES, name).bind((8, 8, 3), 10)
    return fit(made, bound, training, SEEDS, DATA)


def numpy_trainer(name: str) -> NumpyTrainer:
    return NumpyTrainer(load_architecture(ARCHITECTURES, name).bind((8, 8, 3), 10), DATA, SCALING)


def worst(first: Fit, second: Fit) -> float:
    assert first.weights.keys() == second.weights.keys()
    return max(float(np.abs(first.weights[k] - second.weights[k]).max()) for k in first.weights)


def settings(**augmentation: Any) -> Training:
    return Training(
        optimizer="sgd",
        learning_rate=0.01,
        batch_size=4,
        epochs=5,
        augmentation=Augmentation(**augmentation),
    )


@pytest.mark.parametrize("name", ["dense_2", "conv_small"])
def test_fifty_steps_of_the_same_trial(name: str) -> None:
    """Both engines end within 1e-4, augmentation by augmentation and with all of them."""
    on_numpy = numpy_trainer(name)
    plain = train(on_numpy, name, settings())
    groups: list[dict[str, Any]] = [ALL]
    if name == "dense_2":
        groups += [{"rotation": 20, "zoom": 0.2}, {"negative": 0.5}, {"cutout": 4}, {"mixup": 0.4}]
    for keys in groups:
        training = settings(**keys)
        first = train(trainer(name, training), name, training)
        second = train(on_numpy, name, training)
        assert worst(first, second) < 1e-4, keys
        assert worst(second, plain) > 1e-3, f"{keys} did nothing"
        for curve in ("train_loss", "train_accuracy", "validation_loss"):
            np.testing.assert_allclose(first.history[curve], second.history[curve], rtol=1e-3)


def test_modes_agree_and_a_grid_never_retraces() -> None:
    made = {mode: trainer("dense_2", settings(**ALL), mode) for mode in ("graph", "xla")}
    for shift in (0.1, 0.3):
        training = settings(**{**ALL, "shift": shift})
        graph, xla = (train(made[mode], "dense_2", training) for mode in ("graph", "xla"))
        again = train(made["xla"], "dense_2", training)
        assert worst(graph, xla) < 1e-4
        assert worst(xla, again) == 0
        assert xla.history == again.history
    for one in made.values():
        assert one._epochs.experimental_get_tracing_count() == 1  # type: ignore[attr-defined]


def test_the_seed_of_augmentation_counts() -> None:
    made, training = numpy_trainer("dense_1"), settings(shift=0.2)
    bound = load_architecture(ARCHITECTURES, "dense_1").bind((8, 8, 3), 10)
    first = fit(made, bound, training, SEEDS, DATA)
    other = fit(made, bound, training, {**SEEDS, "augmentation": 1}, DATA)
    assert first.history != other.history


def test_mixup_counts_the_heavier_label() -> None:
    """Where an image is mostly another, the other's label is the right one."""
    name, training = "dense_1", settings(mixup=1.0)
    order = np.arange(4)[None]
    drawn = np.zeros((1, 4, 2), np.float32)
    drawn[..., 1] = 1  # weight 0: every image is image 1, label and all
    engines: Any = trainer(name, training), numpy_trainer(name)
    for made in engines:
        bound = load_architecture(ARCHITECTURES, name).bind((8, 8, 3), 10)
        weights = {k: np.zeros(v, np.float32) for k, v in bound.weight_shapes.items()}
        last = next(k for k in reversed(weights) if k.endswith("bias"))
        weights[last][LABELS[1]] = 1  # always predicts the label of image 1
        state = made.start(weights, training, 0)
        many: Any = np.repeat(order, 10, axis=0), np.zeros(10, np.float32), drawn.repeat(10, axis=0)
        _, loss, accuracy = made.epoch(state, training, *many)
        assert accuracy == 1
        logits = weights[last]
        own = np.log(np.exp(logits).sum()) - logits[LABELS[1]]
        assert loss == pytest.approx(own, rel=1e-5)
