"""Images on the device: how a batch of them is read, and changed on the way.

What changes is drawn by :mod:`densevsconv.training.augmentation`; the formulas are in
:mod:`densevsconv.training.pixels`.
"""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import NamedTuple

import tensorflow as tf

from densevsconv.training.augmentation import columns
from densevsconv.training.pixels import changed

OPS = SimpleNamespace(
    arange=tf.range, asarray=tf.cast, clip=tf.clip_by_value, floor=tf.floor, reshape=tf.reshape,
    take=tf.gather, where=tf.where,
)  # fmt: skip
"""What :mod:`densevsconv.training.pixels` asks for, as NumPy calls it."""


class Images(NamedTuple):
    """Images as stored, with what scales them: ``(image - offset) * scale`` per channel."""

    pixels: tf.Tensor  # uint8 (N, H, W, C)
    labels: tf.Tensor  # int32 (N,)
    offset: tf.Tensor  # float32 (C,)
    scale: tf.Tensor  # float32 (C,)


class Batch(NamedTuple):
    """What a training step sees. Without mixup there are no other labels."""

    inputs: tf.Tensor  # float32 (batch, H, W, C), scaled
    labels: tf.Tensor  # int32 (batch,)
    other_labels: tf.Tensor | None = None  # int32 (batch,)
    weight: tf.Tensor | None = None  # float32 (batch,): of `labels`; the others have the rest


def read(images: Images, batch: tf.Tensor) -> Batch:
    """Return the images of the indices ``batch`` as they are."""
    pixels = tf.cast(tf.gather(images.pixels, batch), tf.float32)
    return Batch((pixels - images.offset) * images.scale, tf.gather(images.labels, batch))


def batch_function(
    kinds: Sequence[str], channels: int, max_value: float
) -> Callable[[Images, tf.Tensor, tf.Tensor], Batch]:
    """Return the function from (images, indices, drawn) to the batch of changed images.

    ``kinds`` are those of the changes that are drawn, ``Augmentation.kinds``; ``max_value`` is the
    largest value a pixel can have.
    """
    mixup = columns(kinds, channels).get("mixup")
    if not kinds:
        return lambda images, batch, drawn: read(images, batch)

    def inputs(images: Images, batch: tf.Tensor, drawn: tf.Tensor) -> tf.Tensor:
        count, height, width, _ = images.pixels.shape
        if "geometry" in kinds and count * height * width > tf.int32.max:
            size = f"{count} images of {height}x{width}"
            raise ValueError(f"{size} pixels: more than 32 bits can count")
        pixels = changed(OPS, images.pixels, batch, drawn, kinds, max_value)
        return (pixels - images.offset) * images.scale

    def changed_batch(images: Images, batch: tf.Tensor, drawn: tf.Tensor) -> Batch:
        own, labels = inputs(images, batch, drawn), tf.gather(images.labels, batch)
        if mixup is None:
            return Batch(own, labels)
        weight, position = tf.unstack(drawn[:, mixup], axis=1)
        position = tf.cast(position, tf.int32)
        # made once more, which is cheaper than what XLA makes of looking it up in `own`
        other = inputs(images, tf.gather(batch, position), tf.gather(drawn, position))
        share = weight[:, None, None, None]
        mixed = own * share + other * (1 - share)
        return Batch(mixed, labels, tf.gather(labels, position), weight)

    # XLA in graph mode too: fused, these many small operations take a fifth of the time
    compiled: Callable[[Images, tf.Tensor, tf.Tensor], Batch] = tf.function(
        changed_batch, jit_compile=True, autograph=False
    )
    return compiled
