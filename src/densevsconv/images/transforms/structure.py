"""Transforms that reach across pixels and images: clutter, and one permutation of the pixels."""

from typing import Any

import numpy as np
from pydantic import Field

from densevsconv.images.transforms.base import Step, chunks
from densevsconv.schema.strict import Strict
from densevsconv.store.seeds import generator


class Clutter(Strict):
    """Pieces of other images of the same part, laid over the background (Mnih et al. 2014)."""

    patches: int = Field(ge=0, le=256, description="Pieces an image.")
    size: float = Field(
        default=0.25, gt=0, le=1, description="Side of a piece, as a share of the image's side."
    )


def clutter(images: np.ndarray, setting: dict[str, Any], step: Step) -> np.ndarray:
    """Return the images with square patches of other images laid over them.

    ``setting`` holds the keys of :class:`Clutter`. Each patch is cut at a random place of a random
    other image and laid at a random place, as Mnih et al. (2014, "Recurrent models of visual
    attention", NIPS) cluttered MNIST. The larger value of patch and image stays, so that a patch
    shows where the image is dark background and never darkens it.

    The other images are those given, the same part of the data: a training image is never
    cluttered with a piece of a test image. Places follow from each image's row alone, but what is
    cut depends on all images given; so clutter a part as a whole, then take subsets of it.

    Raises
    ------
    ValueError
        Fewer than two images, so that there are no others.
    """
    out = images.copy()
    count, height, width, channels = images.shape
    patches = setting["patches"]
    if not patches or not count:
        return out
    if count < 2:
        raise ValueError(f"found {count} image; allowed: at least 2, pieces come from the others")
    side = max(1, round(setting["size"] * min(height, width)))
    order = np.argsort(step.rows, kind="stable")  # so that the images' order does not matter
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    across = np.arange(side)
    for part in chunks(count, patches * side * side * channels):
        draws = step.of(part).uniform(5 * patches).reshape(-1, patches, 5)
        which = np.arange(part.start, part.stop)[:, None, None]
        along = 1 + (draws[..., 0] * (count - 1)).astype(np.int64)  # never back to itself
        donors = order[(rank[part, None] + along) % count]
        room = np.array([height, width] * 2) - side + 1
        corners = (draws[..., 1:] * room).astype(np.int64)
        for patch in range(patches):
            donor = donors[:, patch, None, None]
            from_y, from_x, to_y, to_x = (corners[:, patch, k, None] + across for k in range(4))
            piece = images[donor, from_y[:, :, None], from_x[:, None, :]]
            place = (which, to_y[:, :, None], to_x[:, None, :])
            out[place] = np.maximum(out[place], piece)
    return out


def permutation(seed: int, pixels: int) -> np.ndarray:
    """Return which old pixel each new one is: int64 (pixels,), in the order of rows."""
    return generator(seed).permutation(pixels)


def permute_pixels(images: np.ndarray, on: bool, step: Step) -> np.ndarray:
    """Return the images with their pixels permuted, the same way in all; channels stay together.

    It takes neighbourhood away and leaves everything else. A dense network cannot tell (its first
    layer's weights are permuted along), a convolution can: the control for whether locality is what
    helps (as in permuted MNIST; Goodfellow et al. 2013, "An empirical investigation of
    catastrophic forgetting in gradient-based neural networks").
    """
    if not on:
        return images.copy()
    count, height, width, channels = images.shape
    pixels = images.reshape(count, height * width, channels)
    return pixels[:, permutation(step.seed, height * width)].reshape(images.shape)
