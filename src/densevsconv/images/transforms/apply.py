"""Applying a study's list of transforms to a part of a data set."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

import numpy as np

from densevsconv.images.transforms.base import Shape, Step, chunks
from densevsconv.images.transforms.registry import TRANSFORMS
from densevsconv.store.seeds import derive_seed

Steps = Sequence[dict[str, Any]]
"""Mappings of one transform each to its setting, as ``Transforms`` of a study."""


def transformed_shape(transforms: Steps, shape: Shape) -> Shape:
    """Return the shape of an image after all transforms.

    ValueError: a transform that does not exist, or a setting that does not fit the images.
    """
    for number, (name, setting) in enumerate(map(_single, transforms), start=1):
        try:
            shape = TRANSFORMS[name].shape(setting, shape)
        except ValueError as error:
            raise ValueError(f"{name} (number {number} of the list): {error}") from None
    return shape


def transform(
    images: np.ndarray, rows: np.ndarray, transforms: Steps, *, seed: int, max_value: int
) -> np.ndarray:
    """Return the images after all transforms; see :func:`each_step`."""
    steps = each_step(images, rows, transforms, seed=seed, max_value=max_value)
    return reduce(lambda _, changed: changed, steps, images)


def each_step(
    images: np.ndarray, rows: np.ndarray, transforms: Steps, *, seed: int, max_value: int
) -> Iterator[np.ndarray]:
    """Yield the images after each transform, to the byte the same for the same input.

    Parameters
    ----------
    images
        uint8 (N, height, width, channels), one part of a data set; left as they are.
    rows
        int (N,): each image's number in the source, different for all images of all parts. An
        image's random numbers follow from it, so that it changes in the same way whichever other
        images are given (but see :func:`densevsconv.images.transforms.structure.clutter`).
    seed
        The study's; the same for all parts, since ``permute_pixels`` must be.
    max_value
        The largest value a pixel can have.
    """
    transformed_shape(transforms, images.shape[1:])
    seen: Counter[str] = Counter()
    for name, setting in map(_single, transforms):
        # from the name and how often it came before: another step put in between changes no other
        # step's random numbers
        step = Step(derive_seed(seed, f"transform/{name}", seen[name]), rows, max_value)
        seen[name] += 1
        entry, shape = TRANSFORMS[name], images.shape[1:]
        if entry.whole_part:
            out = entry.apply(images, setting, step)
        else:
            new_shape = entry.shape(setting, shape)
            out = np.empty((len(images), *new_shape), np.uint8)
            for part in chunks(len(images), max(math.prod(shape), math.prod(new_shape))):
                out[part] = entry.apply(images[part], setting, step.of(part))
        images = out
        yield images


def _single(step: dict[str, Any]) -> tuple[str, Any]:
    if len(step) != 1 or not step.keys() <= TRANSFORMS.keys():
        raise ValueError(f"found {step}; allowed: one of {', '.join(TRANSFORMS)}, and its setting")
    ((name, setting),) = step.items()
    return name, setting
