"""Negative images, as Gowdra et al. (2020) study them."""

from __future__ import annotations

import numpy as np

from densevsconv.images.transforms.transformation import Transformation


def negative(
    images: np.ndarray, on: bool, *, seed: int, rows: np.ndarray, max_value: int
) -> np.ndarray:
    """Return ``max_value - pixel`` for every pixel (for 255 that is the paper's bitwise NOT)."""
    return np.uint8(max_value) - images if on else images.copy()


NEGATIVE = Transformation(negative)
