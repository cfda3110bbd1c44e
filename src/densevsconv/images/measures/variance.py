"""How much of the images' variance lies between the classes, and how much within."""

from __future__ import annotations

from typing import Any

import numpy as np

from densevsconv.images.transforms.chunks import chunks


def class_variance(
    images: np.ndarray, labels: np.ndarray, *, classes: int, max_value: int
) -> tuple[dict[str, Any], np.ndarray]:
    """Return the variance of the images, overall and within classes, and each class's mean image.

    A variance is that of one pixel over images (divisor n), averaged over pixels and channels, with
    pixels divided by ``max_value``. Overall = within + between, where within is the mean of the
    classes' variances weighted by their sizes (the law of total variance); the share between
    classes is the eta squared of an analysis of variance.

    Parameters
    ----------
    images
        uint8 (N, height, width, channels).
    labels
        int (N,), from 0 to ``classes`` - 1.

    Returns
    -------
    tuple
        The values: ``per_class`` (None for a class without images), ``overall``, ``within`` and
        ``between_share`` (None where nothing varies); and the mean images in the unit of the
        pixels, float32 (classes, height, width, channels), NaN for a class without images.
    """
    shape = (classes, int(np.prod(images.shape[1:])))
    sums, squares = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    counts = np.bincount(labels, minlength=classes)
    for part in chunks(len(images), shape[1]):
        flat = images[part].reshape(-1, shape[1]).astype(np.int32)
        for label in np.unique(labels[part]):
            members = flat[labels[part] == label]
            sums[label] += members.sum(axis=0, dtype=np.int64)
            squares[label] += (members * members).sum(axis=0, dtype=np.int64)
    per_class = [
        _variance(count, *of) / max_value**2
        for count, *of in zip(counts, sums, squares, strict=True)
    ]
    overall = _variance(counts.sum(), sums.sum(axis=0), squares.sum(axis=0)) / max_value**2
    present = counts > 0
    within = float(np.average(np.array(per_class)[present], weights=counts[present]))
    with np.errstate(invalid="ignore"):
        means = (sums / counts[:, None]).astype(np.float32)
    values = {
        "per_class": [
            value if there else None for value, there in zip(per_class, present, strict=True)
        ],
        "overall": overall,
        "within": within,
        "between_share": 1 - within / overall if overall > 0 else None,
    }
    return values, means.reshape(classes, *images.shape[1:])


def _variance(count: int, sums: np.ndarray, squares: np.ndarray) -> float:
    """Return the mean over pixels of the variance over ``count`` images."""
    if not count:
        return float("nan")
    return float(np.mean(squares / count - (sums / count) ** 2))
