"""Colour to grey, and grey to three equal channels."""

from __future__ import annotations

import numpy as np

from densevsconv.images.transforms.transformation import Shape, Transformation, to_pixels

LUMA = (299, 587, 114)
"""Thousandths of red, green and blue in the luma of ITU-R Recommendation BT.601."""

CHANNELS = {"grey": 1, "rgb": 3}


def _shape(to: str, shape: Shape) -> Shape:
    if shape[2] not in CHANNELS.values():
        raise ValueError(f"found images of {shape[2]} channels; allowed: 1 (grey) or 3 (rgb)")
    return shape[0], shape[1], CHANNELS[to]


def colour(
    images: np.ndarray, to: str, *, seed: int, rows: np.ndarray, max_value: int
) -> np.ndarray:
    """Return the images as ``grey`` (one channel, the luma) or ``rgb`` (three channels).

    Images that are so already stay as they are.
    """
    if images.shape[3] == CHANNELS[to]:
        return images.copy()
    if to == "rgb":
        return images.repeat(3, axis=3)
    # whole numbers: exact, whatever the order of the sum
    thousandths = images.astype(np.int64) @ np.array(LUMA)
    return to_pixels(thousandths[..., None] / sum(LUMA), max_value)


COLOUR = Transformation(colour, _shape)
