"""Additive Gaussian noise."""

from __future__ import annotations

import numpy as np

from densevsconv.images.transforms.random_numbers import random_bits
from densevsconv.images.transforms.transformation import Transformation, to_pixels


def noise(
    images: np.ndarray, share: float, *, seed: int, rows: np.ndarray, max_value: int
) -> np.ndarray:
    """Return the images with independent Gaussian noise added to every value.

    Its standard deviation is ``share`` of ``max_value``; what passes 0 or ``max_value`` is cut.
    """
    values = int(np.prod(images.shape[1:]))
    bits = random_bits(seed, rows, -(-values // 4)).astype("<u8", copy=False)
    sixteen = bits.view("<u2")[:, :values].reshape(images.shape)
    return to_pixels(images + quantiles(share * max_value)[sixteen], max_value)


def quantiles(deviation: float) -> np.ndarray:
    """Return 2**16 numbers, equally likely, distributed as Gaussian noise: float32 (65536,).

    The middles of equal parts of probability. For pixels of at most 256 values 16 bits are plenty,
    and one 64-bit number makes four of them.
    """
    from scipy.special import ndtri  # slow to import: reading a configuration needs none of it

    middles = (np.arange(2**16) + 0.5) / 2**16
    return (ndtri(middles) * deviation).astype(np.float32)


NOISE = Transformation(noise)
