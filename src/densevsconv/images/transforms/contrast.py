"""Random contrast."""

from __future__ import annotations

import numpy as np

from densevsconv.images.transforms.random_numbers import spread
from densevsconv.images.transforms.transformation import Transformation, to_pixels


def contrast(
    images: np.ndarray, share: float, *, seed: int, rows: np.ndarray, max_value: int
) -> np.ndarray:
    """Return the images with their distances from the mean multiplied, each by its own factor.

    Even over [1 - share, 1 + share]; the mean is that of each channel of the image, as in Keras's
    RandomContrast.
    """
    factor = (1 + spread(seed, rows, share)).astype(np.float32)[:, None, None, None]
    pixels = images.shape[1] * images.shape[2]
    # whole numbers: exact, whatever the order of the sum
    mean = images.sum(axis=(1, 2), dtype=np.int64, keepdims=True) / pixels
    return to_pixels((images - mean.astype(np.float32)) * factor + mean, max_value)


CONTRAST = Transformation(contrast)
