"""Images that are there twice, to the byte."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

EXAMPLES = 20


def duplicates(
    train_images: np.ndarray,
    train_labels: np.ndarray,
    test_images: np.ndarray,
    test_labels: np.ndarray,
) -> dict[str, Any]:
    """Return how many images repeat another one exactly.

    Parameters
    ----------
    train_images, test_images
        uint8 (N, height, width, channels); validation images belong to ``train_images``.
    train_labels, test_labels
        int (N,).

    Returns
    -------
    dict
        ``within_train``: training images equal to an earlier training image; ``train_test``: test
        images equal to a training image. Each holds ``images`` (how many), ``other_label`` (how
        many of them differ in label from the first image they equal) and ``pairs`` (the first 20,
        each the position of the first equal training image and of the image itself).
    """
    first: dict[bytes, int] = {}
    within: list[tuple[int, int]] = []
    for position, key in enumerate(map(_digest, train_images)):
        earlier = first.setdefault(key, position)
        if earlier != position:
            within.append((earlier, position))
    across = [
        (first[key], position)
        for position, key in enumerate(map(_digest, test_images))
        if key in first
    ]
    return {
        "within_train": _described(within, train_labels, train_labels),
        "train_test": _described(across, train_labels, test_labels),
    }


def _digest(image: np.ndarray) -> bytes:
    """Return 16 bytes that two different images share with a chance of about 2**-128."""
    return hashlib.blake2b(image.tobytes(), digest_size=16).digest()


def _described(
    pairs: list[tuple[int, int]], labels: np.ndarray, other_labels: np.ndarray
) -> dict[str, Any]:
    return {
        "images": len(pairs),
        "other_label": sum(int(labels[i] != other_labels[j]) for i, j in pairs),
        "pairs": [list(pair) for pair in pairs[:EXAMPLES]],
    }
