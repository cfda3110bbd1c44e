"""One fixed permutation of all pixels: takes neighbourhood away and leaves everything else.

A dense network cannot tell (its first layer's weights are permuted along), a convolution can: the
control for whether locality is what helps (as in permuted MNIST; Goodfellow et al. 2013, "An
empirical investigation of catastrophic forgetting in gradient-based neural networks").
"""

from __future__ import annotations

import numpy as np

from densevsconv.images.transforms.transformation import Transformation
from densevsconv.store.seeds import generator


def permutation(seed: int, pixels: int) -> np.ndarray:
    """Return which old pixel each new one is: int64 (pixels,), in the order of rows."""
    return generator(seed).permutation(pixels)


def permute_pixels(
    images: np.ndarray, on: bool, *, seed: int, rows: np.ndarray, max_value: int
) -> np.ndarray:
    """Return the images with their pixels permuted, the same way in all; channels stay together."""
    if not on:
        return images.copy()
    count, height, width, channels = images.shape
    pixels = images.reshape(count, height * width, channels)
    return pixels[:, permutation(seed, height * width)].reshape(images.shape)


PERMUTE_PIXELS = Transformation(permute_pixels)
