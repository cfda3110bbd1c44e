"""Random shift: the object is somewhere else in every image."""

from __future__ import annotations

import numpy as np

from densevsconv.images.transforms.random_numbers import uniform
from densevsconv.images.transforms.transformation import Shape, Transformation


def _shape(share: float, shape: Shape) -> Shape:
    longest = max(shape[:2])
    if 0 < share * longest < 0.5:
        raise ValueError(
            f"found {share}, less than half of one of {longest} pixels, which moves nothing; "
            f"allowed: 0, or at least {0.5 / longest:.3g}"
        )
    return shape


def shift(
    images: np.ndarray, share: float, *, seed: int, rows: np.ndarray, max_value: int
) -> np.ndarray:
    """Return the images moved up or down and left or right, each by its own distances.

    Even over [-share, share] of height and width, rounded to whole pixels: a shift blurs nothing,
    so that its effect is that of the place alone. What leaves the image is lost; background (zero)
    comes in.
    """
    count, height, width, channels = images.shape
    limits = np.array([share * height, share * width])
    down, right = np.rint((2 * uniform(seed, rows, 2) - 1) * limits).astype(np.int64).T
    y_margin, x_margin = np.ceil(limits).astype(int)
    padded = np.zeros((count, height + 2 * y_margin, width + 2 * x_margin, channels), np.uint8)
    padded[:, y_margin : y_margin + height, x_margin : x_margin + width] = images
    y = np.arange(height) + y_margin - down[:, None]
    x = np.arange(width) + x_margin - right[:, None]
    return padded[np.arange(count)[:, None, None], y[:, :, None], x[:, None, :]]


SHIFT = Transformation(shift, _shape)
