"""What is done to pixels before a network sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Scaling:
    """Pixels become ``(pixel - offset) * scale``.

    Attributes
    ----------
    offset, scale
        float32 of shape (channels,).
    """

    offset: np.ndarray
    scale: np.ndarray

    @classmethod
    def for_training(cls, setting: str | float, info: dict[str, Any]) -> Scaling:
        """Return the scaling that ``Training.scaling`` asks for.

        Parameters
        ----------
        setting
            "unit", "none", "standard", or a number to divide by.
        info
            The description of the prepared data set (``info.json``), whose means and standard
            deviations are those of the training images alone.
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
