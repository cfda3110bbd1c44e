"""Images on the device: how a batch of them is read, and changed on the way.

What changes is drawn by :mod:`densevsconv.training.augmentation`; the formulas are those of the
NumPy engine, operation by operation.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf

from densevsconv.training.augmentation import columns


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

    ``kinds`` are those of the changes that are drawn, ``Augmentation.kinds``; ``max_value``, the
    largest value a pixel can have, is used by "intensity" alone.
    """
    places = columns(kinds, channels)
    if not places:
        return lambda images, batch, drawn: read(images, batch)

    def inputs(images: Images, batch: tf.Tensor, drawn: tf.Tensor) -> tf.Tensor:
        if "geometry" in places:
            pixels = _resampled(images.pixels, batch, drawn[:, places["geometry"]])
        else:
            pixels = tf.cast(tf.gather(images.pixels, batch), tf.float32)
        if "intensity" in places:
            values = drawn[:, None, None, places["intensity"]]
            pixels = tf.clip_by_value(pixels * values[..., :1] + values[..., 1:], 0.0, max_value)
        if "cutout" in places:
            pixels = tf.where(_cut(pixels.shape, drawn[:, places["cutout"]]), 0.0, pixels)
        return (pixels - images.offset) * images.scale

    def changed(images: Images, batch: tf.Tensor, drawn: tf.Tensor) -> Batch:
        own, labels = inputs(images, batch, drawn), tf.gather(images.labels, batch)
        if "mixup" not in places:
            return Batch(own, labels)
        weight, position = tf.unstack(drawn[:, places["mixup"]], axis=1)
        position = tf.cast(position, tf.int32)
        # made once more, which is cheaper than what XLA makes of looking it up in `own`
        other = inputs(images, tf.gather(batch, position), tf.gather(drawn, position))
        share = weight[:, None, None, None]
        mixed = own * share + other * (1 - share)
        return Batch(mixed, labels, tf.gather(labels, position), weight)

    # XLA in graph mode too: fused, these many small operations take a fifth of the time
    compiled: Callable[[Images, tf.Tensor, tf.Tensor], Batch] = tf.function(
        changed, jit_compile=True, autograph=False
    )
    return compiled


def _resampled(pixels: tf.Tensor, batch: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
    """Return images read elsewhere: bilinear between pixels, zero outside (Jaderberg et al. 2015).

    ``pixels`` are all images, uint8 (N, H, W, C), ``batch`` which of them, (batch,), and
    ``matrices`` where to read, float32 (batch, 6). Float32 (batch, H, W, C).
    """
    count, height, width, channels = pixels.shape
    if count * height * width > tf.int32.max:
        raise ValueError(f"{count} images of {height}x{width} pixels: more than 32 bits can count")
    a, b, c, d, e, f = (x[:, None, None, None] for x in tf.unstack(matrices, axis=1))
    row = tf.range(height, dtype=tf.float32)[:, None, None]
    column = tf.range(width, dtype=tf.float32)[:, None]
    top, top_weight, bottom, bottom_weight = _neighbours(a * row + c + b * column, height)
    left, left_weight, right, right_weight = _neighbours(d * row + f + e * column, width)
    flat = tf.reshape(pixels, (-1, channels))
    start = (batch * (height * width))[:, None, None, None]

    def at(row: tf.Tensor, column: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.gather(flat, (start + row * width + column)[..., 0]), tf.float32)

    upper = left_weight * at(top, left) + right_weight * at(top, right)
    lower = left_weight * at(bottom, left) + right_weight * at(bottom, right)
    return top_weight * upper + bottom_weight * lower


def _neighbours(place: tf.Tensor, size: int) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return the pixels before and after a place on an axis, each followed by its weight."""
    place = tf.clip_by_value(place, -1.0, float(size))
    whole = tf.floor(place)
    share = place - whole
    before = tf.cast(whole, tf.int32)
    after = before + 1
    return (
        tf.clip_by_value(before, 0, size - 1),
        tf.where((before >= 0) & (before < size), 1 - share, 0.0),
        tf.clip_by_value(after, 0, size - 1),
        tf.where(after < size, share, 0.0),
    )


def _cut(shape: tf.TensorShape, corners: tf.Tensor) -> tf.Tensor:
    """Return which pixels are cut out, boolean (batch, H, W, 1)."""
    top, left, bottom, right = (x[:, None, None, None] for x in tf.unstack(corners, axis=1))
    row = tf.range(shape[1], dtype=tf.float32)[:, None, None]
    column = tf.range(shape[2], dtype=tf.float32)[:, None]
    return (row >= top) & (row < bottom) & (column >= left) & (column < right)
