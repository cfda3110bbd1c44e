"""Prepared images in memory, and what is done to their pixels before a network sees them.

Engines import this file, and nothing that knows of files: an engine's code is part of a trial's
identity; kept apart, reading and naming of files can change without any trial being done again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class TrainingData:
    """What a search may see.

    Images are uint8 (N, height, width, channels), as the source has them; labels int64 (N,), from
    0; indices int64 (N,), which images of the source these are; ``info`` the data set's
    ``info.json``.
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
    """The test images, likewise."""

    __test__ = False  # not a test of pytest's

    images: np.ndarray
    labels: np.ndarray
    indices: np.ndarray
    info: dict[str, Any]


@dataclass(frozen=True)
class Scaling:
    """Pixels become ``(pixel - offset) * scale``; both are float32 (channels,)."""

    offset: np.ndarray
    scale: np.ndarray

    @classmethod
    def for_training(cls, setting: str | float, info: dict[str, Any]) -> Scaling:
        """Return the scaling that ``Training.scaling`` asks for.

        ``setting`` is "unit", "none", "standard", or a number to divide by. The means and standard
        deviations of ``info`` (``info.json``) are those of the training images alone.
        """
        channels = info["shape"][-1]
        offset = np.zeros(channels)
        match setting:
            case "none":
                divisor = np.ones(channels)
            case "unit":
                divisor = np.full(channels, info["max_value"])
            case "standard":
                offset = np.asarray(info["channel_mean"])
                # a channel without variation has nothing to scale
                std = np.asarray(info["channel_std"])
                divisor = np.where(std > 0, std, 1.0)
            case int() | float():
                divisor = np.full(channels, float(setting))
            case _:
                raise ValueError(f"unknown scaling {setting!r}")
        return cls(offset.astype(np.float32), (1.0 / divisor).astype(np.float32))

    def apply(self, images: np.ndarray) -> np.ndarray:
        """Return the images as float32, scaled."""
        return (images.astype(np.float32) - self.offset) * self.scale
