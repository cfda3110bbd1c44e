"""What every transform is made of: its entry in the registry, and the images it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Shape = tuple[int, int, int]
"""Height, width and channels of an image."""

VALUES = 2**20
"""Pixel values worked on at a time: intermediate arrays stay near the size of a cache."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: SplitMix64's increment


@dataclass(frozen=True)
class Step:
    """One transform of a list at work on some images: what it may know beside pixels and setting.

    Random numbers belong to an image: they follow from the seed and the image's row, with no state,
    so that a subset's images change as they do among all the others. A generator's stream depends
    on how many numbers were drawn before; a generator an image is too slow. A counter put through
    the mixing function of SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number
    generators", OOPSLA) has neither fault.

    ``seed`` is that of this step, from 0 to 2**64 - 1; ``rows``, int64 (N,), each image's number in
    the source; ``max_value`` the largest value a pixel can have.
    """

    seed: int
    rows: np.ndarray
    max_value: int

    def of(self, part: slice) -> Step:
        return replace(self, rows=self.rows[part])

    def bits(self, count: int) -> np.ndarray:
        """Return ``count`` random 64-bit numbers for each image, uint64 (N, count).

        The first k do not depend on how many follow.
        """
        # wrapping around 2**64 is meant; arrays do so in silence
        rows = self.rows.astype(np.uint64) + np.uint64(1)
        streams = _mix(np.uint64(self.seed) + rows * _GOLDEN)
        counter = np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN
        return _mix(streams[:, None] + counter)

    def uniform(self, count: int) -> np.ndarray:
        """Return ``count`` numbers, even over [0, 1), for each image: float64 (N, count)."""
        return (self.bits(count) >> np.uint64(11)) * 2.0**-53

    def spread(self, limit: float) -> np.ndarray:
        """Return one number, even over [-limit, limit), for each image: float64 (N,)."""
        return (2.0 * self.uniform(1)[:, 0] - 1.0) * limit

    def pixels(self, values: np.ndarray) -> np.ndarray:
        """Return values as uint8: rounded (a half to the even number), cut to 0..max_value."""
        return np.clip(np.rint(values), 0, self.max_value).astype(np.uint8)


def _mix(z: np.ndarray) -> np.ndarray:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@dataclass(frozen=True)
class Transformation:
    """One entry of the registry."""

    apply: Callable[[np.ndarray, Any, Step], np.ndarray]
    """From images, uint8 (N, height, width, channels), left as they are, and the setting to the
    changed images, uint8 (N, new height, new width, new channels)."""
    kind: Any
    """The type of its setting in a study's YAML, with limits."""
    description: str
    """What the setting means."""
    words: str
    """What a report calls it, with places for the setting."""
    examples: tuple[Any, ...]
    """Settings that show on small images."""
    shape: Callable[[Any, Shape], Shape] = lambda setting, shape: shape
    """The shape of an image afterwards; ValueError, in words, where the setting does not fit."""
    whole_part: bool = False
    """Whether ``apply`` must see all images of a part at once, since it takes from the others."""


def chunks(images: int, values_per_image: int) -> Iterator[slice]:
    """Yield slices that together cover ``images`` images, each of at most ``VALUES`` values."""
    size = max(1, VALUES // max(1, values_per_image))
    for start in range(0, images, size):
        yield slice(start, min(start + size, images))
