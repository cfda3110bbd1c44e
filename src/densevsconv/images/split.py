"""Dividing a data set into test, validation and training images."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from densevsconv.errors import DataError
from densevsconv.store.seeds import derive_seed, generator

Test = float | Literal["official"]
"""Part of all images, or the source's own test images."""

LARGEST_FOLDS = 20
"""Grouped parts are whole folds: at least one and not all of at most 20, so 5% to 95%."""


@dataclass(frozen=True)
class Sizes:
    """How many images each part has."""

    train: int
    validation: int
    test: int


def split_sizes(
    images: int,
    test: Test,
    validation: float,
    training_images: int | None = None,
    *,
    official: int | None = None,
    test_images: int | None = None,
) -> Sizes:
    """Return the sizes of the parts, rounded to whole images (grouped parts come close to them).

    Parameters
    ----------
    images
        How many there are.
    test
        Part of all images, or "official".
    validation
        Part of the images that are not test images.
    training_images, test_images
        At most so many; None: all that are left.
    official
        Number of the source's own test images.
    """
    tested = (official or 0) if test == "official" else round(images * test)
    validated = round((images - tested) * validation)
    left = images - tested - validated
    return Sizes(_at_most(left, training_images), validated, _at_most(tested, test_images))


def _at_most(number: int, limit: int | None) -> int:
    return number if limit is None else min(number, limit)


def split(
    labels: np.ndarray,
    *,
    test: Test,
    validation: float,
    stratify: bool,
    training_images: int | None,
    seed: int,
    test_images: int | None = None,
    test_from: int | None = None,
    groups: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Return the indices of the ``train``, ``validation`` and ``test`` images, each sorted.

    Parameters
    ----------
    labels
        Integer class of every image, shape (N,).
    test, validation, training_images, test_images
        See :func:`split_sizes`.
    stratify
        Whether every class has its share in every part, up to rounding: of C classes, one with
        the part p of all images is at most 1 + C p images off (2 where classes are equal).
        Grouped parts: as nearly as the groups allow.
    seed
        The study's seed.
    test_from
        The first of the source's own test images, for "official".
    groups
        Group of every image, shape (N,); images of one group stay in one part (an official test
        part is taken as it is). Their shares are between 5% and 95%.

    Raises
    ------
    DataError
        Too few groups for the parts.

    Notes
    -----
    All images are put into one random order, of which each part is a stretch: test first, then
    validation, then training. So fewer training images are a part of more of them, and neither
    changes the test images. With an official test part there are two such orders, one of its
    images and one of the others.
    """
    order = generator(derive_seed(seed, "split", 0)).permutation(len(labels))
    if test == "official":
        own = np.arange(len(labels)) >= (len(labels) if test_from is None else test_from)
        # each by itself: a stretch of an order of both has uneven gaps where the other's rows were
        rest, tested = (_ordered(order[own[order] == part], labels, stratify) for part in (0, 1))
    elif groups is None:
        order = _ordered(order, labels, stratify)
        count = split_sizes(len(labels), test, validation).test
        tested, rest = order[:count], order[count:]
    else:
        order = _ordered(order, labels, stratify)
        tested, rest = _grouped(order, labels, groups, test, stratify, seed)
    if groups is None:
        count = round(len(rest) * validation)
        validated, trained = rest[:count], rest[count:]
    else:
        validated, trained = _grouped(rest, labels, groups, validation, stratify, seed)
    return {
        "test": np.sort(tested[:test_images]),
        "validation": np.sort(validated),
        "train": np.sort(trained[:training_images]),
    }


def _ordered(rows: np.ndarray, labels: np.ndarray, stratify: bool) -> np.ndarray:
    return rows[_stratified(labels[rows])] if stratify else rows


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


def _grouped(
    order: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    share: float,
    stratify: bool,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Divide ``order`` into about ``share`` of it and the rest; no group is in both."""
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold  # slow to import

    found = len(np.unique(groups[order]))
    most = min(LARGEST_FOLDS, found)
    if stratify:  # scikit-learn wants a member of the largest class in each fold
        most = min(most, int(np.unique(labels[order], return_counts=True)[1].max(initial=0)))
    if most < 2:
        raise _too_few(found, groups)
    least = Fraction(1, most)
    part = min(max(Fraction(share), least), 1 - least).limit_denominator(most)
    taken, folds = part.numerator, part.denominator
    kind = StratifiedGroupKFold if stratify else GroupKFold
    random = derive_seed(seed, "split", 0) % 2**32
    folded = kind(n_splits=folds, shuffle=True, random_state=random).split(
        order, labels[order], groups[order]
    )
    chosen = np.zeros(len(order), bool)
    for _, (_, rows) in zip(range(taken), folded, strict=False):
        chosen[rows] = True
    if chosen.all() or not chosen.any():  # with few groups a stratified fold can be empty
        raise _too_few(found, groups)
    return order[chosen], order[~chosen]


def _too_few(found: int, groups: np.ndarray) -> DataError:
    total = len(np.unique(groups))
    return DataError(
        f"split.grouped: found {found} of {total} groups left to divide between two parts; "
        "allowed: at least 2 (more groups, other shares of test and validation, or "
        "`grouped: false`)"
    )
