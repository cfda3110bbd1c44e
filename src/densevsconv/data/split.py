"""Dividing a data set into test, validation and training images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from densevsconv.seeds import derive_seed, generator


@dataclass(frozen=True)
class Sizes:
    """How many images each part has."""

    train: int
    validation: int
    test: int


def split_sizes(
    images: int, test: float, validation: float, training_images: int | None = None
) -> Sizes:
    """Return the sizes of the parts, rounded to whole images.

    Parameters
    ----------
    images
        How many there are.
    test
        Part of all images.
    validation
        Part of the images that are not test images.
    training_images
        At most so many training images; None: all that are left.
    """
    tested = round(images * test)
    validated = round((images - tested) * validation)
    left = images - tested - validated
    return Sizes(left if training_images is None else min(left, training_images), validated, tested)


def split(
    labels: np.ndarray,
    *,
    test: float,
    validation: float,
    stratify: bool,
    training_images: int | None,
    seed: int,
) -> dict[str, np.ndarray]:
    """Return the indices of the ``train``, ``validation`` and ``test`` images, each sorted.

    Parameters
    ----------
    labels
        Integer class of every image, shape (N,).
    test, validation, training_images
        See :func:`split_sizes`.
    stratify
        Whether every class has its share in every part, up to rounding: of C classes, one with
        the part p of all images is at most 1 + C p images off (2 where classes are equal).
    seed
        The study's seed.

    Notes
    -----
    All images are put into one random order, of which each part is a stretch: test first, then
    validation, then training. So fewer training images are a part of more of them, and neither
    changes the test images.
    """
    random = generator(derive_seed(seed, "split", 0))
    order = random.permutation(len(labels))
    if stratify:
        order = order[_stratified(labels[order])]
    sizes = split_sizes(len(labels), test, validation, training_images)
    first = sizes.test + sizes.validation
    return {
        "test": np.sort(order[: sizes.test]),
        "validation": np.sort(order[sizes.test : first]),
        "train": np.sort(order[first : first + sizes.train]),
    }


def _stratified(labels: np.ndarray) -> np.ndarray:
    """Return an order in which the members of every class are spread evenly.

    The k-th of the n members of a class goes to position (k + 1/2) / n of the whole, as in
    systematic sampling; equal positions stay in the given (random) order. Up to position t a class
    has n t members, give or take 1/2, and all C classes together give or take C / 2; hence the
    bound that :func:`split` states.
    """
    position = np.empty(len(labels))
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        position[members] = (np.arange(len(members)) + 0.5) / len(members)
    return np.argsort(position, kind="stable")
