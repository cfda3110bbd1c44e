"""Prepared images in memory. Engines import this file, and nothing that knows of files.

An engine's code is part of a trial's identity; kept apart, reading and naming of files can change
without any trial being done again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class TrainingData:
    """What a search may see.

    Attributes
    ----------
    train_images, validation_images
        uint8 of shape (N, height, width, channels), as the source has them.
    train_labels, validation_labels
        int64 of shape (N,), from 0.
    train_indices, validation_indices
        int64 of shape (N,): which images of the source these are.
    info
        The data set's ``info.json``.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    train_indices: np.ndarray
    validation_images: np.ndarray
    validation_labels: np.ndarray
    validation_indices: np.ndarray
    info: dict[str, Any]


@dataclass(frozen=True)
class TestData:
    """The test images: uint8 (N, height, width, channels), labels and source indices, int64."""

    __test__ = False  # not a test of pytest's

    images: np.ndarray
    labels: np.ndarray
    indices: np.ndarray
    info: dict[str, Any]
