"""Random numbers that belong to an image: from the seed and the image's row, with no state.

A generator's stream depends on how many numbers were drawn before, thus on the chunk size and on
which images are there; a generator an image is too slow. A counter put through the mixing function
of SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators", OOPSLA)
has neither fault.
"""

from __future__ import annotations

import numpy as np

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: SplitMix64's increment
MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))


def random_bits(seed: int, rows: np.ndarray, count: int) -> np.ndarray:
    """Return ``count`` random 64-bit numbers for each image.

    Parameters
    ----------
    seed
        From 0 to 2**64 - 1.
    rows
        int (N,): which images; a row gets the same numbers in whatever company.
    count
        Numbers an image.

    Returns
    -------
    numpy.ndarray
        uint64 (N, count). The first k numbers do not depend on how many follow.
    """
    # wrapping around 2**64 is meant; arrays do so in silence
    streams = _mix(np.uint64(seed) + (rows.astype(np.uint64) + np.uint64(1)) * GOLDEN)
    counter = np.arange(1, count + 1, dtype=np.uint64) * GOLDEN
    return _mix(streams[:, None] + counter)


def uniform(seed: int, rows: np.ndarray, count: int) -> np.ndarray:
    """Return ``count`` numbers, even over [0, 1), for each image: float64 (N, count)."""
    return (random_bits(seed, rows, count) >> np.uint64(11)) * 2.0**-53


def spread(seed: int, rows: np.ndarray, limit: float) -> np.ndarray:
    """Return one number, even over [-limit, limit), for each image: float64 (N,)."""
    return (2.0 * uniform(seed, rows, 1)[:, 0] - 1.0) * limit


def _mix(z: np.ndarray) -> np.ndarray:
    z = (z ^ (z >> SHIFTS[0])) * MULTIPLIERS[0]
    z = (z ^ (z >> SHIFTS[1])) * MULTIPLIERS[1]
    return z ^ (z >> SHIFTS[2])
