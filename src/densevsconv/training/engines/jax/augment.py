"""Images on the device: how a batch of them is read, and changed on the way.

What changes is drawn by :mod:`densevsconv.training.augmentation`; the formulas are in
:mod:`densevsconv.training.pixels`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from types import SimpleNamespace
from typing import NamedTuple

import jax
import jax.numpy as jnp

from densevsconv.training.augmentation import columns
from densevsconv.training.pixels import changed

OPS = SimpleNamespace(
    arange=jnp.arange, asarray=jnp.asarray, clip=jnp.clip, floor=jnp.floor, reshape=jnp.reshape,
    take=partial(jnp.take, mode="clip"), where=jnp.where,
)  # fmt: skip
"""What :mod:`densevsconv.training.pixels` asks for; every place read lies inside."""


class Images(NamedTuple):
    """Images as stored, with what scales them: ``(image - offset) * scale`` per channel."""

    pixels: jax.Array  # uint8 (N, H, W, C)
    labels: jax.Array  # int32 (N,)
    offset: jax.Array  # float32 (C,)
    scale: jax.Array  # float32 (C,)

    def scaled(self, pixels: jax.Array) -> jax.Array:
        return (pixels.astype("float32") - self.offset) * self.scale


class Batch(NamedTuple):
    """What a training step sees. Without mixup there are no other labels."""

    inputs: jax.Array  # float32 (batch, H, W, C), scaled
    labels: jax.Array  # int32 (batch,)
    other_labels: jax.Array | None = None  # int32 (batch,)
    weight: jax.Array | None = None  # float32 (batch,): of `labels`; the others have the rest


def batch_function(
    kinds: Sequence[str], channels: int, max_value: float
) -> Callable[[Images, jax.Array, jax.Array], Batch]:
    """Return the function from (images, indices, drawn) to the batch of changed images.

    ``kinds`` are those of the changes that are drawn, ``Augmentation.kinds``; ``max_value`` is the
    largest value a pixel can have.
    """
    mixup = columns(kinds, channels).get("mixup")

    def inputs(images: Images, batch: jax.Array, drawn: jax.Array) -> jax.Array:
        if not kinds:
            return images.scaled(OPS.take(images.pixels, batch, axis=0))
        count, height, width, _ = images.pixels.shape
        if "geometry" in kinds and count * height * width > jnp.iinfo("int32").max:
            size = f"{count} images of {height}x{width}"
            raise ValueError(f"{size} pixels: more than 32 bits can count")
        return images.scaled(changed(OPS, images.pixels, batch, drawn, kinds, max_value))

    def read(images: Images, batch: jax.Array, drawn: jax.Array) -> Batch:
        own, labels = inputs(images, batch, drawn), OPS.take(images.labels, batch)
        if mixup is None:
            return Batch(own, labels)
        weight, position = drawn[:, mixup].T
        position = position.astype("int32")
        # made once more: to look it up in `own` would keep XLA from fusing
        other = inputs(images, OPS.take(batch, position), OPS.take(drawn, position, axis=0))
        share = weight[:, None, None, None]
        mixed = own * share + other * (1 - share)
        return Batch(mixed, labels, OPS.take(labels, position), weight)

    return read
