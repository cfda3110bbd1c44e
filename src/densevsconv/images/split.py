"""Dividing a data set into test, validation and training images."""

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

    ``validation`` is a part of the images that are not test images; ``official`` the number of the
    source's own test images. ``training_images``, ``test_images``: at most so many; None: all.
    """
    tested = (official or 0) if test == "official" else round(images * test)
    validated = round((images - tested) * validation)
    trained = images - tested - validated
    return Sizes(
        trained if training_images is None else min(trained, training_images),
        validated,
        tested if test_images is None else min(tested, test_images),
    )


def split(
    labels: np.ndarray,
    *,
    test: Test,
    validation: float,
    stratify: bool,
    training_images: int | None,
    seed: int,
    draw: int = 0,
    fold: int = 0,
    validation_fold: int = 0,
    test_images: int | None = None,
    test_from: int | None = None,
    groups: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Return the indices of the ``train``, ``validation`` and ``test`` images, each sorted.

    All images are put into one random order, of which each part is a stretch: test first, then
    validation, then training. So fewer training images are a part of more of them, and neither
    changes the test images. With an official test part there are two such orders, one of its
    images and one of the others. For the sizes see :func:`split_sizes`.

    Parameters
    ----------
    labels
        Integer class of every image, shape (N,).
    stratify
        Whether every class has its share in every part, up to rounding: of C classes, one with
        the part p of all images is at most 1 + C p images off (2 where classes are equal).
        Grouped parts: as nearly as the groups allow.
    draw
        Which of several such divisions.
    fold
        Which stretch of the order is the test part: the first, second, ... of that length;
        ``validation_fold``: which of the rest is the validation part.
    test_from
        The first of the source's own test images, for "official".
    groups
        Group of every image, shape (N,); images of one group stay in one part (an official test
        part is taken as it is). Their shares are between 5% and 95%; a :class:`DataError` where
        there are too few groups for the parts.
    """
    seed = derive_seed(seed, "split", draw)
    order = generator(seed).permutation(len(labels))
    if test == "official":
        own = np.arange(len(labels)) >= (len(labels) if test_from is None else test_from)
        # each by itself: a stretch of an order of both has uneven gaps where the other's rows were
        rest, tested = (_ordered(order[own[order] == part], labels, stratify) for part in (0, 1))
    else:
        order = _ordered(order, labels, stratify)
        tested, rest = _divided(order, labels, groups, test, stratify, seed, fold)
    parted = _divided(rest, labels, groups, validation, stratify, seed, validation_fold)
    validated, trained = parted
    return {
        "test": np.sort(tested[:test_images]),
        "validation": np.sort(validated),
        "train": np.sort(trained[:training_images]),
    }


def _ordered(rows: np.ndarray, labels: np.ndarray, stratify: bool) -> np.ndarray:
    """Return rows in an order in which the members of every class are spread evenly.

    The k-th of the n members of a class goes to position (k + 1/2) / n of the whole, as in
    systematic sampling; equal positions stay in the given (random) order. Up to position t a class
    has n t members, give or take 1/2, and all C classes together give or take C / 2; hence the
    bound that :func:`split` states.
    """
    if not stratify:
        return rows
    position = np.empty(len(rows))
    for label in np.unique(labels[rows]):
        members = np.flatnonzero(labels[rows] == label)
        position[members] = (np.arange(len(members)) + 0.5) / len(members)
    return rows[np.argsort(position, kind="stable")]


def _divided(
    order: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray | None,
    share: float,
    stratify: bool,
    seed: int,
    fold: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Divide ``order`` into (about) ``share`` of it and the rest; no group is in both.

    ``fold``: which such share, the first, second, ...
    """
    if groups is None:
        first, end = (round(len(order) * share * of) for of in (fold, fold + 1))
        return order[first:end], np.concatenate([order[:first], order[end:]])
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold  # slow to import

    found, total = len(np.unique(groups[order])), len(np.unique(groups))
    too_few = DataError(
        f"split.grouped: found {found} of {total} groups left to divide between two parts; "
        "allowed: at least 2 (more groups, other shares of test and validation, or "
        "`grouped: false`)"
    )
    most = min(LARGEST_FOLDS, found)
    if stratify:  # scikit-learn wants a member of the largest class in each fold
        most = min(most, int(np.unique(labels[order], return_counts=True)[1].max(initial=0)))
    if most < 2:
        raise too_few
    least = Fraction(1, most)
    part = min(max(Fraction(share), least), 1 - least).limit_denominator(most)
    kind = StratifiedGroupKFold if stratify else GroupKFold
    random = seed % 2**32
    folds = kind(n_splits=part.denominator, shuffle=True, random_state=random)
    tested = [rows for _, rows in folds.split(order, labels[order], groups[order])]
    chosen = np.zeros(len(order), bool)
    first, end = fold * part.numerator, (fold + 1) * part.numerator
    if end > len(tested):
        raise too_few
    chosen[np.concatenate(tested[first:end])] = True
    if chosen.all() or not chosen.any():  # with few groups a stratified fold can be empty
        raise too_few
    return order[chosen], order[~chosen]
