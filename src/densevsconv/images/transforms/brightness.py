"""Random brightness."""

from __future__ import annotations

import numpy as np

from densevsconv.images.transforms.random_numbers import spread
from densevsconv.images.transforms.transformation import Transformation, to_pixels


def brightness(
    images: np.ndarray, share: float, *, seed: int, rows: np.ndarray, max_value: int
) -> np.ndarray:
    """Return the images with a number added to all pixels, each with its own.

    Even over [-share, share] of ``max_value``, as in Keras's RandomBrightness; what passes 0 or
    ``max_value`` is cut.
    """
    added = spread(seed, rows, share * max_value).astype(np.float32)
    return to_pixels(images + added[:, None, None, None], max_value)


BRIGHTNESS = Transformation(brightness)
