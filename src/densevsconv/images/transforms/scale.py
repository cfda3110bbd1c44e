"""Random scale: the object is nearer or farther in every image."""

from __future__ import annotations

import numpy as np

from densevsconv.images.transforms.random_numbers import spread
from densevsconv.images.transforms.sampling import bilinear_from_centre, centred_grid
from densevsconv.images.transforms.transformation import Transformation, to_pixels


def scale(
    images: np.ndarray, share: float, *, seed: int, rows: np.ndarray, max_value: int
) -> np.ndarray:
    """Return the images zoomed about their centre, each by its own factor.

    Even over [1 - share, 1 + share], the same for height and width.
    """
    return scaled(images, 1 + spread(seed, rows, share), max_value=max_value)


def scaled(images: np.ndarray, factors: np.ndarray, *, max_value: int) -> np.ndarray:
    """Return the images zoomed about their centre by the given factors (above 1: larger).

    Parameters
    ----------
    images
        uint8 (N, height, width, channels).
    factors
        float (N,), above 0; bilinear, so that below 0.5 pixels would be passed over.

    Returns
    -------
    numpy.ndarray
        uint8, of the images' shape; background (zero) around an image that got smaller.
    """
    inverse = (1 / factors).astype(np.float32)[:, None, None]
    y, x = centred_grid(*images.shape[1:3])
    full = np.zeros((1, *images.shape[1:3]), np.float32)
    values = bilinear_from_centre(images, inverse * (y + full), inverse * (x + full))
    return to_pixels(values, max_value)


SCALE = Transformation(scale)
