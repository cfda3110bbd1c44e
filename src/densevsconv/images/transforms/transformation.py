"""What every transformation is: a change of pixels and the image's shape after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Shape = tuple[int, int, int]
"""Height, width and channels of an image."""


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
            As ``densevsconv.images.transforms.schema`` describes it.
        seed
            Of this step of the list of transformations.
        rows
            int64 (N,): each image's number in the source. Random numbers follow from the seed and
            this number alone, so that a subset's images change as they do among all the others.
        max_value
            The largest value a pixel can have.
        """
        ...


def same_shape(setting: Any, shape: Shape) -> Shape:
    """Return the shape as it is: of transformations that keep it."""
    return shape


@dataclass(frozen=True)
class Transformation:
    """One entry of the registry.

    Attributes
    ----------
    apply
        See :class:`Apply`.
    shape
        From (setting, shape of an image) to the shape afterwards; ValueError, in words, where the
        setting does not fit the shape.
    whole_part
        Whether ``apply`` must see all images of a part at once, since it takes from the others.
    """

    apply: Apply
    shape: Callable[[Any, Shape], Shape] = same_shape
    whole_part: bool = False


def to_pixels(values: np.ndarray, max_value: int) -> np.ndarray:
    """Return values as uint8: rounded (a half to the even number), cut to 0..max_value."""
    return np.clip(np.rint(values), 0, max_value).astype(np.uint8)
