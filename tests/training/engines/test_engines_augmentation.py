"""Augmentation: the same numbers make the same images on every engine."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
import tensorflow as tf

from densevsconv.images.prepared import Scaling
from densevsconv.training import pixels
from densevsconv.training.augmentation import Changes, columns, unchanged
from densevsconv.training.engines.jax.compiled import OPS as JAX
from densevsconv.training.engines.numpy.augment import mixed
from densevsconv.training.engines.tensorflow.augment import batch_function
from densevsconv.training.loop import Epochs
from densevsconv.training.pixels import Batch, Images, changed
from densevsconv.training.settings import Augmentation
from tests.support.networks import weight_shapes
from tests.support.training import MAX, WAYS, engine, group, images, network

DATA = images((8, 8, 3), train=40)
SCALING = Scaling(np.full(3, 2, np.float32), np.full(3, 1 / MAX, np.float32))
ALL: dict[str, Any] = {
    "shift": 0.2, "rotation": 20, "zoom": 0.2, "crop": 2, "flip": True, "brightness": 0.3,
    "contrast": 0.3, "colour_pca": 3, "negative": 0.5, "cutout": 4, "mixup": 0.4,
}  # fmt: skip
KINDS = ("geometry", "intensity", "cutout", "mixup")


def on_tensorflow(drawn: np.ndarray, augmentation: Augmentation) -> Batch:
    stored = Images(
        tf.constant(DATA.train_images),
        tf.constant(DATA.train_labels.astype(np.int32)),
        tf.constant(SCALING.offset),
        tf.constant(SCALING.scale),
    )
    read = batch_function(augmentation.kinds, 3, MAX)
    return read(stored, tf.range(40)[::-1], tf.constant(drawn))


def on_jax(drawn: np.ndarray, augmentation: Augmentation) -> Batch:
    arrays = DATA.train_images, DATA.train_labels, SCALING.offset, SCALING.scale
    read = pixels.batch_function(JAX, augmentation.kinds, 3, MAX)
    return read(Images(*map(jnp.asarray, arrays)), jnp.arange(40)[::-1], jnp.asarray(drawn))


def on_numpy(drawn: np.ndarray, augmentation: Augmentation) -> np.ndarray:
    kinds, batch = augmentation.kinds, np.arange(40)[::-1]
    inputs = SCALING.apply(changed(np, DATA.train_images, batch, drawn, kinds, MAX))
    return mixed(inputs, drawn[:, columns(kinds, 3)["mixup"]]) if "mixup" in kinds else inputs


@pytest.mark.parametrize("on", [on_tensorflow, on_jax])
@pytest.mark.parametrize("key", [*ALL, "all"])
def test_engines_see_the_same_images(key: str, on: Any) -> None:
    augmentation = Augmentation(**({key: ALL[key]} if key in ALL else ALL))
    (drawn,) = Changes(augmentation, 3, DATA).epoch(0, (1, 40))
    got, expected = on(drawn, augmentation), on_numpy(drawn, augmentation)
    # a place in the image is a sum of three products, at most 8 pixels with a rounding each; a
    # pixel next to it differs by at most the whole range, which is 1 after scaling
    np.testing.assert_allclose(got.inputs, expected, atol=4 * 3 * 8 * np.finfo(np.float32).eps)
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


@pytest.mark.parametrize(("name", "mode"), WAYS)
def test_mixup_counts_the_heavier_label(name: str, mode: str) -> None:
    """Where an image is mostly another, the other's label is the right one."""
    bound = network("flatten", "dense: {units: classes, activation: softmax}", shape=(8, 8, 3))
    training = {"batch_size": 4, "optimizer": "sgd", "augmentation": {"mixup": 1.0}}
    some = group(bound, training, data=DATA)
    made: Any = engine(name, mode)
    trainer = made.ready(some, clocked=True)
    drawn = np.zeros((10, 4, 2), np.float32)
    drawn[..., 1] = 1  # weight 0: every image is image 1, label and all
    weights = {key: np.zeros(shape, np.float32) for key, shape in weight_shapes(bound).items()}
    weights["1_dense/bias"][DATA.train_labels[1]] = 1  # always predicts the label of image 1
    state = trainer.start(weights, some.trials[0].training, 0)
    order = np.tile(np.arange(4, dtype=np.int32), (10, 1))
    epoch = Epochs(order[None], np.zeros((1, 10), np.float32), drawn[None])
    _, curves = trainer.epochs(state, some.trials[0].training, epoch, validating=False)
    loss, accuracy = curves[0, :2]
    assert accuracy == 1
    logits = weights["1_dense/bias"]
    assert loss == pytest.approx(np.log(np.exp(logits).sum()) - 1, rel=1e-5)
