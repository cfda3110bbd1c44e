"""All measures of a data set's images together."""

from __future__ import annotations

from typing import Any

import numpy as np

from densevsconv.images.measures.duplicates import duplicates
from densevsconv.images.measures.entropy import entropy
from densevsconv.images.measures.signal_to_noise import signal_to_noise
from densevsconv.images.measures.variance import class_variance


def measure(
    train_images: np.ndarray,
    train_labels: np.ndarray,
    test_images: np.ndarray,
    test_labels: np.ndarray,
    *,
    classes: int,
    max_value: int,
    seed: int = 0,
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what is measured of a data set: values for tables, arrays for pictures.

    The test images are counted and compared with the training images, nothing else.

    Parameters
    ----------
    train_images, test_images
        uint8 (N, height, width, channels), N at least 1; validation images may belong to
        ``train_images``.
    train_labels, test_labels
        int (N,), from 0 to ``classes`` - 1.
    max_value
        The largest value a pixel can have.
    seed
        Draws the sample of images for the entropy.

    Returns
    -------
    tuple
        Values that can be written as JSON: ``class_counts`` (of ``train`` and ``test``),
        ``entropy``, ``signal_to_noise``, ``variance`` and ``duplicates``, see the modules of these
        names. Arrays: ``class_means``, float32 (classes, height, width, channels).
    """
    variance, means = class_variance(
        train_images, train_labels, classes=classes, max_value=max_value
    )
    values = {
        "class_counts": {
            "train": np.bincount(train_labels, minlength=classes).tolist(),
            "test": np.bincount(test_labels, minlength=classes).tolist(),
        },
        "entropy": entropy(train_images, max_value=max_value, seed=seed),
        "signal_to_noise": signal_to_noise(train_images, max_value=max_value),
        "variance": variance,
        "duplicates": duplicates(train_images, train_labels, test_images, test_labels),
    }
    return values, {"class_means": means}
