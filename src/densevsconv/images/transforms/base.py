"""What every transform is made of: its entry in the registry, random numbers, small batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import numpy as np
from pydantic import Field

Shape = tuple[int, int, int]
"""Height, width and channels of an image."""

VALUES = 2**20
"""Pixel values worked on at a time: intermediate arrays stay near the size of a cache."""


class Apply(Protocol):
    """Changes images."""

    def __call__(
        self, images: np.ndarray, setting: Any, /, *, seed: int, rows: np.ndarray, max_value: int
    ) -> np.ndarray:
        """Return the changed images, uint8 (N, new height, new width, new channels).

        Parameters
        ----------
        images
            uint8 (N, height, width, channels); left as they are.
        setting
            What a study's YAML says.
        seed
            Of this step of the list of transforms.
        rows
            int64 (N,): each image's number in the source. Random numbers follow from the seed and
            this number alone, so that a subset's images change as they do among all the others.
        max_value
            The largest value a pixel can have.
        """
        ...


def same_shape(setting: Any, shape: Shape) -> Shape:
    """Return the shape of an image after a transform that keeps it."""
    return shape


@dataclass(frozen=True)
class Transformation:
    """One entry of the registry.

    Attributes
    ----------
    apply
        See :class:`Apply`.
    setting
        The type of its setting in a study's YAML, with limits and a description.
    examples
        Settings that show on small images.
    shape
        From (setting, shape of an image) to the shape afterwards; ValueError, in words, where the
        setting does not fit the shape.
    whole_part
        Whether ``apply`` must see all images of a part at once, since it takes from the others.
    """

    apply: Apply
    setting: Any
    examples: tuple[Any, ...]
    shape: Callable[[Any, Shape], Shape] = same_shape
    whole_part: bool = False


def strength(at_most: float, description: str) -> Any:
    """Return the type of a setting that is a number from 0, which changes nothing."""
    return Annotated[float, Field(ge=0, le=at_most, description=description)]


def to_pixels(values: np.ndarray, max_value: int) -> np.ndarray:
    """Return values as uint8: rounded (a half to the even number), cut to 0..max_value."""
    return np.clip(np.rint(values), 0, max_value).astype(np.uint8)


def chunks(images: int, values_per_image: int) -> Iterator[slice]:
    """Yield slices that together cover ``images`` images, each of at most ``VALUES`` values."""
    size = max(1, VALUES // max(1, values_per_image))
    for start in range(0, images, size):
        yield slice(start, min(start + size, images))


# Random numbers that belong to an image: from the seed and the image's row, with no state. A
# generator's stream depends on how many numbers were drawn before, thus on which images are there;
# a generator an image is too slow. A counter put through the mixing function of SplitMix64 (Steele,
# Lea, Flood 2014, "Fast splittable pseudorandom number generators", OOPSLA) has neither fault.

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: SplitMix64's increment
_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))


def random_bits(seed: int, rows: np.ndarray, count: int) -> np.ndarray:
    """Return ``count`` random 64-bit numbers for each image, uint64 (N, count).

    A row gets the same numbers in whatever company, and the first k do not depend on how many
    follow; ``seed`` is from 0 to 2**64 - 1.
    """
    # wrapping around 2**64 is meant; arrays do so in silence
    streams = _mix(np.uint64(seed) + (rows.astype(np.uint64) + np.uint64(1)) * _GOLDEN)
    counter = np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN
    return _mix(streams[:, None] + counter)


def uniform(seed: int, rows: np.ndarray, count: int) -> np.ndarray:
    """Return ``count`` numbers, even over [0, 1), for each image: float64 (N, count)."""
    return (random_bits(seed, rows, count) >> np.uint64(11)) * 2.0**-53


def spread(seed: int, rows: np.ndarray, limit: float) -> np.ndarray:
    """Return one number, even over [-limit, limit), for each image: float64 (N,)."""
    return (2.0 * uniform(seed, rows, 1)[:, 0] - 1.0) * limit


def _mix(z: np.ndarray) -> np.ndarray:
    z = (z ^ (z >> _SHIFTS[0])) * _MULTIPLIERS[0]
    z = (z ^ (z >> _SHIFTS[1])) * _MULTIPLIERS[1]
    return z ^ (z >> _SHIFTS[2])
