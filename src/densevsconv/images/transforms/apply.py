"""Applying a study's list of transformations to a part of a data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from densevsconv.images.transforms.chunks import VALUES, chunks
from densevsconv.images.transforms.registry import TRANSFORMS
from densevsconv.images.transforms.transformation import Shape
from densevsconv.store.seeds import derive_seed

Steps = Sequence[dict[str, Any]]
"""Mappings of one transformation each to its setting, as ``Transforms`` of the configuration."""


def transformed_shape(transforms: Steps, shape: Shape) -> Shape:
    """Return the shape of an image after all transformations.

    Raises
    ------
    ValueError
        A transformation that does not exist, or a setting that does not fit the images.
    """
    for number, (name, setting) in enumerate(map(_single, transforms), start=1):
        try:
            shape = TRANSFORMS[name].shape(setting, shape)
        except ValueError as error:
            raise ValueError(f"{name} (number {number} of the list): {error}") from None
    return shape


def transform(
    images: np.ndarray,
    rows: np.ndarray,
    transforms: Steps,
    *,
    seed: int,
    max_value: int,
    chunk_values: int = VALUES,
) -> np.ndarray:
    """Return the images after all transformations, to the byte the same for the same arguments.

    Parameters
    ----------
    images
        uint8 (N, height, width, channels), one part of a data set; left as they are.
    rows
        int (N,): each image's number in the source, different for all images of all parts. An
        image's random numbers follow from it, so that it changes in the same way whichever other
        images are given (but see :mod:`densevsconv.images.transforms.clutter`).
    transforms
        In order.
    seed
        The study's; the same for all parts, since ``permute_pixels`` must be.
    max_value
        The largest value a pixel can have.
    chunk_values
        Pixel values worked on at a time; bounds memory, changes nothing else.

    Returns
    -------
    numpy.ndarray
        uint8 (N, *transformed_shape). At most one array of this kind exists beside it.

    Raises
    ------
    ValueError
        As :func:`transformed_shape`.
    """
    transformed_shape(transforms, _shape(images))
    for name, setting, step_seed in _seeded(transforms, seed):
        images = _step(images, rows, name, setting, step_seed, max_value, chunk_values)
    return images


def stages(
    images: np.ndarray,
    rows: np.ndarray,
    transforms: Steps,
    *,
    seed: int,
    max_value: int,
    show: np.ndarray,
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the name of each transformation and some images as they are after it.

    Parameters
    ----------
    images, rows, transforms, seed, max_value
        As for :func:`transform`: the whole part, so that the images shown are those it returns.
    show
        int (n,): positions in ``images`` of those to be shown.

    Yields
    ------
    tuple
        Name, and uint8 (n, height, width, channels).
    """
    transformed_shape(transforms, _shape(images))
    whole = [TRANSFORMS[name].whole_part for name, _ in map(_single, transforms)]
    for number, (name, setting, step_seed) in enumerate(_seeded(transforms, seed)):
        if len(images) and not any(whole[number:]):  # nothing takes from the others any more
            images, rows, show = images[show], rows[show], np.arange(len(show))
        images = _step(images, rows, name, setting, step_seed, max_value, VALUES)
        yield name, images[show]


def _step(
    images: np.ndarray,
    rows: np.ndarray,
    name: str,
    setting: Any,
    seed: int,
    max_value: int,
    chunk_values: int,
) -> np.ndarray:
    entry, shape = TRANSFORMS[name], _shape(images)
    if entry.whole_part:
        return entry.apply(images, setting, seed=seed, rows=rows, max_value=max_value)
    new_shape = entry.shape(setting, shape)
    out = np.empty((len(images), *new_shape), np.uint8)
    largest = max(int(np.prod(shape)), int(np.prod(new_shape)))
    for part in chunks(len(images), largest, chunk_values):
        out[part] = entry.apply(
            images[part], setting, seed=seed, rows=rows[part], max_value=max_value
        )
    return out


def _seeded(transforms: Steps, seed: int) -> Iterator[tuple[str, Any, int]]:
    """Yield name, setting and seed of every step.

    The seed follows from the name and how often it came before: another step put in between
    changes no other step's random numbers.
    """
    seen: Counter[str] = Counter()
    for name, setting in map(_single, transforms):
        yield name, setting, derive_seed(seed, f"transform/{name}", seen[name])
        seen[name] += 1


def _single(step: dict[str, Any]) -> tuple[str, Any]:
    if len(step) != 1 or not step.keys() <= TRANSFORMS.keys():
        raise ValueError(f"found {step}; allowed: one of {', '.join(TRANSFORMS)}, and its setting")
    ((name, setting),) = step.items()
    return name, setting


def _shape(images: np.ndarray) -> Shape:
    _, height, width, channels = images.shape
    return height, width, channels
