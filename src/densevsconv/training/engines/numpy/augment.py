"""Mixed images, and examples of changed ones."""

from collections.abc import Sequence

import numpy as np

from densevsconv.images.prepared import TrainingData
from densevsconv.training.augmentation import Changes, columns
from densevsconv.training.pixels import changed
from densevsconv.training.settings import Augmentation


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
    kinds, images, batch = augmentation.kinds, data.train_images, np.asarray(indices)
    places = columns(kinds, images.shape[-1])
    sheets = []
    for drawn in Changes(augmentation, seed, data).epoch(0, (count, len(batch))):
        sheet = changed(np, images, batch, drawn, kinds, data.info["max_value"])
        sheets.append(mixed(sheet, drawn[:, places["mixup"]]) if "mixup" in places else sheet)
    return np.stack(sheets, axis=1)
