"""What random changes do to pixels, written once for every engine.

``ops`` is NumPy or what has its functions, such as ``jax.numpy``; for a library that calls them
otherwise its engine lists them. :mod:`densevsconv.training.augmentation` draws the numbers.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from densevsconv.training.augmentation import columns

LARGEST_INDEX = 2**31 - 1
"""Of 32 bits, with which a compiled program counts pixels."""


class Images(NamedTuple):
    """Images as stored, with what scales them: ``(image - offset) * scale`` per channel."""

    pixels: Any  # uint8 (N, H, W, C)
    labels: Any  # int32 (N,)
    offset: Any  # float32 (C,)
    scale: Any  # float32 (C,)

    def scaled(self, pixels: Any) -> Any:
        """Return float32 pixels as a network gets them."""
        return (pixels - self.offset) * self.scale


class Batch(NamedTuple):
    """What a training step sees. Without mixup there are no other labels."""

    inputs: Any  # float32 (batch, H, W, C), scaled
    labels: Any  # int32 (batch,)
    other_labels: Any = None  # int32 (batch,)
    weight: Any = None  # float32 (batch,): of `labels`; the others have the rest


def batch_function(
    ops: Any, kinds: Sequence[str], channels: int, max_value: float
) -> Callable[[Images, Any, Any], Batch]:
    """Return the function from (images, indices, drawn) to the batch of changed images.

    ``kinds`` are those of the changes that are drawn, ``Augmentation.kinds``; ``max_value`` is the
    largest value a pixel can have.
    """
    mixup = columns(kinds, channels).get("mixup")

    def inputs(images: Images, batch: Any, drawn: Any) -> Any:
        count, height, width, _ = images.pixels.shape
        if "geometry" in kinds and count * height * width > LARGEST_INDEX:
            size = f"{count} images of {height}x{width}"
            raise ValueError(f"{size} pixels: more than 32 bits can count")
        return images.scaled(changed(ops, images.pixels, batch, drawn, kinds, max_value))

    def read(images: Images, batch: Any, drawn: Any) -> Batch:
        own, labels = inputs(images, batch, drawn), ops.take(images.labels, batch, axis=0)
        if mixup is None:
            return Batch(own, labels)
        weight = drawn[:, mixup.start]
        position = ops.asarray(drawn[:, mixup.start + 1], "int32")
        # made once more, which is cheaper than what XLA makes of looking it up in `own`
        mixed_with = ops.take(batch, position, axis=0), ops.take(drawn, position, axis=0)
        other, share = inputs(images, *mixed_with), weight[:, None, None, None]
        mixed = own * share + other * (1 - share)
        return Batch(mixed, labels, ops.take(labels, position, axis=0), weight)

    return read


def changed(
    ops: Any, pixels: Any, batch: Any, drawn: Any, kinds: Sequence[str], max_value: float
) -> Any:
    """Return images with all changes but mixup, float32 (batch, H, W, C), not yet scaled.

    ``pixels`` are all images, uint8 (N, H, W, C), ``batch`` which of them, integers (batch,), and
    ``drawn`` float32 (batch, numbers): those of :func:`columns`. ``max_value``, the largest value a
    pixel can have, is used by "intensity" alone.
    """
    _, height, width, channels = pixels.shape
    places = columns(kinds, channels)
    if "geometry" in places:
        images = resampled(ops, pixels, batch, drawn[:, places["geometry"]])
    else:
        images = ops.asarray(ops.take(pixels, batch, axis=0), "float32")
    if "intensity" in places:
        values = drawn[:, None, None, places["intensity"]]
        images = ops.clip(images * values[..., :1] + values[..., 1:], 0.0, max_value)
    if "cutout" in places:
        cut = _cut(ops, height, width, drawn[:, places["cutout"]])
        images = ops.where(cut, 0.0, images)
    return images


def resampled(ops: Any, pixels: Any, batch: Any, matrices: Any) -> Any:
    """Return images read elsewhere: bilinear between pixels, zero outside (Jaderberg et al. 2015).

    ``matrices`` say where, float32 (batch, 6), see :func:`columns`.
    """
    _, height, width, channels = pixels.shape
    a, b, c, d, e, f = (matrices[:, k, None, None, None] for k in range(6))
    row = ops.arange(height, dtype="float32")[:, None, None]
    column = ops.arange(width, dtype="float32")[:, None]
    top, top_weight, bottom, bottom_weight = _neighbours(ops, a * row + c + b * column, height)
    left, left_weight, right, right_weight = _neighbours(ops, d * row + f + e * column, width)
    flat = ops.reshape(pixels, (-1, channels))
    start = (batch * (height * width))[:, None, None, None]

    def read(row: Any, column: Any) -> Any:
        place = (start + row * width + column)[..., 0]
        return ops.asarray(ops.take(flat, place, axis=0), "float32")

    upper = left_weight * read(top, left) + right_weight * read(top, right)
    lower = left_weight * read(bottom, left) + right_weight * read(bottom, right)
    return top_weight * upper + bottom_weight * lower


def _neighbours(ops: Any, place: Any, size: int) -> tuple[Any, Any, Any, Any]:
    """Return the pixels before and after a place on an axis, each followed by its weight."""
    place = ops.clip(place, -1.0, float(size))
    whole = ops.floor(place)
    share = place - whole
    before = ops.asarray(whole, "int32")
    after = before + 1
    return (
        ops.clip(before, 0, size - 1),
        ops.where((before >= 0) & (before < size), 1 - share, 0.0),
        ops.clip(after, 0, size - 1),
        ops.where(after < size, share, 0.0),
    )


def _cut(ops: Any, height: int, width: int, corners: Any) -> Any:
    """Return which pixels are cut out, boolean (batch, H, W, 1)."""
    top, left, bottom, right = (corners[:, k, None, None, None] for k in range(4))
    row = ops.arange(height, dtype="float32")[:, None, None]
    column = ops.arange(width, dtype="float32")[:, None]
    return (row >= top) & (row < bottom) & (column >= left) & (column < right)
