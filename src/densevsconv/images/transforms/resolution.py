"""Resolution: the image as a sensor with more or fewer pixels would see it."""

from __future__ import annotations

import numpy as np

from densevsconv.images.transforms.transformation import Shape, Transformation, to_pixels

SMALLEST_SIDE = 4


def overlaps(side: int, new_side: int) -> np.ndarray:
    """Return how much of each old pixel lies in each new one, along one axis.

    Parameters
    ----------
    side, new_side
        Pixels along the axis before and after.

    Returns
    -------
    numpy.ndarray
        float64 (new_side, side), whole numbers: lengths in units of 1 / (side * new_side) of the
        axis; every row's sum is ``side``, every column's ``new_side``.
    """
    new, old = np.arange(new_side)[:, None], np.arange(side)[None, :]
    start = np.maximum(new * side, old * new_side)
    end = np.minimum((new + 1) * side, (old + 1) * new_side)
    return np.maximum(end - start, 0).astype(np.float64)


def area_average(images: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return images of another size: each new pixel is the mean over the area it covers.

    Exact for every ratio, and for more pixels as well as for fewer: with more, a pixel inside an
    old one repeats it, one across a border mixes both by area. The mean of the image stays.

    Parameters
    ----------
    images
        uint8 (N, old height, old width, channels).

    Returns
    -------
    numpy.ndarray
        float64 (N, height, width, channels).
    """
    old_height, old_width = images.shape[1:3]
    # products and sums of whole numbers far below 2**53: exact, in whatever order they are done
    rows = np.tensordot(overlaps(old_height, height), images.astype(np.float64), (1, 1))
    both = np.tensordot(overlaps(old_width, width), rows, (1, 2))  # (width, height, N, channels)
    return both.transpose(2, 1, 0, 3) / (old_height * old_width)


def _shape(side: int, shape: Shape) -> Shape:
    if side < SMALLEST_SIDE:
        raise ValueError(f"found {side}; allowed: at least {SMALLEST_SIDE} pixels a side")
    return side, side, shape[2]


def resolution(
    images: np.ndarray, side: int, *, seed: int, rows: np.ndarray, max_value: int
) -> np.ndarray:
    """Return the images with ``side`` rows and columns, by area."""
    if images.shape[1:3] == (side, side):
        return images.copy()
    return to_pixels(area_average(images, side, side), max_value)


RESOLUTION = Transformation(resolution, _shape)
