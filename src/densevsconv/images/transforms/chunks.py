"""Working through many images a few at a time, to bound memory."""

from __future__ import annotations

from collections.abc import Iterator

VALUES = 2**20
"""Pixel values at a time: intermediate arrays stay near the size of a processor's cache."""


def chunks(images: int, values_per_image: int, values: int = VALUES) -> Iterator[slice]:
    """Yield slices that together cover ``images`` images, each of at most ``values`` values."""
    size = max(1, values // max(1, values_per_image))
    for start in range(0, images, size):
        yield slice(start, min(start + size, images))
