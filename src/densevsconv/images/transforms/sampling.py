"""Reading images between their pixels."""

from __future__ import annotations

import numpy as np


def bilinear(images: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the images' values at the given places, interpolated between the four pixels around.

    Parameters
    ----------
    images
        uint8 (N, height, width, channels); zero (background) outside.
    y, x
        float32 (N, new height, new width): row and column, 0 the centre of the first pixel.

    Returns
    -------
    numpy.ndarray
        float32 (N, new height, new width, channels).
    """
    count, height, width, channels = images.shape
    # a border of background around, wide enough for the pixels right of and below the last place
    padded = np.zeros((count, height + 3, width + 3, channels), np.uint8)
    padded[:, 1:-2, 1:-2] = images
    y = np.clip(y, -1, height) + np.float32(1)
    x = np.clip(x, -1, width) + np.float32(1)
    top, left = np.floor(y), np.floor(x)
    down, right = (y - top)[..., None], (x - left)[..., None]
    first = np.arange(count)[:, None, None] * ((height + 3) * (width + 3))
    place = first + top.astype(np.int64) * (width + 3) + left.astype(np.int64)
    pixels = padded.reshape(-1, channels)

    def row(start: np.ndarray) -> np.ndarray:
        one, other = pixels.take(start, axis=0), pixels.take(start + 1, axis=0)
        return one * (1 - right) + other * right

    return row(place) * (1 - down) + row(place + width + 3) * down


def centred_grid(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows (height, 1) and columns (1, width), float32, counted from the image's centre."""
    y = np.arange(height, dtype=np.float32) - np.float32((height - 1) / 2)
    x = np.arange(width, dtype=np.float32) - np.float32((width - 1) / 2)
    return y[:, None], x[None, :]


def bilinear_from_centre(images: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return :func:`bilinear` at places counted from the image's centre."""
    height, width = images.shape[1:3]
    return bilinear(images, y + np.float32((height - 1) / 2), x + np.float32((width - 1) / 2))
