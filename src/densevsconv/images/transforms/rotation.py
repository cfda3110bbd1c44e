"""Random rotation about the image's centre."""

from __future__ import annotations

import numpy as np

from densevsconv.images.transforms.random_numbers import spread
from densevsconv.images.transforms.sampling import bilinear_from_centre, centred_grid
from densevsconv.images.transforms.transformation import Transformation, to_pixels


def rotation(
    images: np.ndarray, degrees: float, *, seed: int, rows: np.ndarray, max_value: int
) -> np.ndarray:
    """Return the images turned, each by its own angle, even over [-degrees, degrees]."""
    return rotated(images, spread(seed, rows, degrees), max_value=max_value)


def rotated(images: np.ndarray, degrees: np.ndarray, *, max_value: int) -> np.ndarray:
    """Return the images turned counter-clockwise by the given angles.

    Parameters
    ----------
    images
        uint8 (N, height, width, channels).
    degrees
        float (N,).

    Returns
    -------
    numpy.ndarray
        uint8, of the images' shape; bilinear, background (zero) where nothing was.
    """
    angle = np.deg2rad(degrees)[:, None, None]
    cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    y, x = centred_grid(*images.shape[1:3])
    values = bilinear_from_centre(images, cos * y + sin * x, cos * x - sin * y)
    return to_pixels(values, max_value)


ROTATION = Transformation(rotation)
