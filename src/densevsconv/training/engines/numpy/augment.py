"""Changes of the training images, as drawn by :mod:`densevsconv.training.augmentation`."""

from collections.abc import Sequence

import numpy as np

from densevsconv.images.prepared import TrainingData
from densevsconv.training.augmentation import Changes, columns
from densevsconv.training.settings import Augmentation


def changed(
    images: np.ndarray, drawn: np.ndarray, kinds: Sequence[str], max_value: float
) -> np.ndarray:
    """Return images with all changes but mixup, float32 (batch, H, W, C), not yet scaled.

    ``images`` are uint8, ``drawn`` float32 (batch, numbers): those of :func:`columns`.
    """
    places = columns(kinds, images.shape[-1])
    pixels = images.astype(np.float32)
    if "geometry" in places:
        pixels = resampled(pixels, drawn[:, places["geometry"]])
    if "intensity" in places:
        gain, offset = np.split(drawn[:, None, None, places["intensity"]], [1], axis=-1)
        pixels = np.clip(pixels * gain + offset, np.float32(0), np.float32(max_value))
    if "cutout" in places:
        pixels = np.where(_cut(pixels.shape, drawn[:, places["cutout"]]), np.float32(0), pixels)
    return pixels


def resampled(images: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Return images read elsewhere: bilinear between pixels, zero outside (Jaderberg et al. 2015).

    ``images`` are float32 (batch, H, W, C), ``matrices`` float32 (batch, 6), see :func:`columns`.
    """
    count, height, width, channels = images.shape
    a, b, c, d, e, f = matrices.T[:, :, None, None, None]
    row = np.arange(height, dtype=np.float32)[:, None, None]
    column = np.arange(width, dtype=np.float32)[:, None]
    top, top_weight, bottom, bottom_weight = _neighbours(a * row + c + b * column, height)
    left, left_weight, right, right_weight = _neighbours(d * row + f + e * column, width)
    flat = images.reshape(-1, channels)
    start = (np.arange(count) * (height * width))[:, None, None, None]

    def read(row: np.ndarray, column: np.ndarray) -> np.ndarray:
        values: np.ndarray = flat[(start + row * width + column)[..., 0]]
        return values

    upper = left_weight * read(top, left) + right_weight * read(top, right)
    lower = left_weight * read(bottom, left) + right_weight * read(bottom, right)
    result: np.ndarray = top_weight * upper + bottom_weight * lower
    return result


def _neighbours(
    place: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the pixels before and after a place on an axis, each followed by its weight."""
    place = np.clip(place, np.float32(-1), np.float32(size))
    whole = np.floor(place)
    share = place - whole
    before = whole.astype(np.int32)
    after, zero = before + 1, np.float32(0)
    return (
        np.clip(before, 0, size - 1),
        np.where((before >= 0) & (before < size), 1 - share, zero),
        np.clip(after, 0, size - 1),
        np.where(after < size, share, zero),
    )


def _cut(shape: tuple[int, ...], corners: np.ndarray) -> np.ndarray:
    """Return which pixels are cut out, boolean (batch, H, W, 1)."""
    top, left, bottom, right = corners.T[:, :, None, None]
    row, column = np.arange(shape[1])[:, None], np.arange(shape[2])
    inside = (row >= top) & (row < bottom) & (column >= left) & (column < right)
    cut: np.ndarray = inside[..., None]
    return cut


def mixed(values: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return images or one-hot labels (batch, ...) mixed with others of the batch.

    ``drawn`` is float32 (batch, 2), see :func:`columns`.
    """
    weight = drawn[:, 0].reshape(-1, *[1] * (values.ndim - 1))
    result: np.ndarray = values * weight + values[drawn[:, 1].astype(np.int32)] * (1 - weight)
    return result


def augmented_examples(
    data: TrainingData, augmentation: Augmentation, seed: int, indices: Sequence[int], count: int
) -> np.ndarray:
    """Return training images as a network would see them, for a contact sheet.

    Float32 (images, count, H, W, C), in the pixels' own unit: ``count`` examples of each of the
    images ``indices``, which mixup mixes. ``seed`` is that of the axis "augmentation"; the draws
    are those of an epoch of ``count`` batches.
    """
    kinds = augmentation.kinds
    images = data.train_images[np.asarray(indices)]
    places = columns(kinds, images.shape[-1])
    sheets = []
    for drawn in Changes(augmentation, seed, data).epoch(0, (count, len(images))):
        sheet = changed(images, drawn, kinds, data.info["max_value"])
        sheets.append(mixed(sheet, drawn[:, places["mixup"]]) if "mixup" in places else sheet)
    return np.stack(sheets, axis=1)
