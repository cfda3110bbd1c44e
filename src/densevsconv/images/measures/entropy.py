"""Information in images: the bounds and the local entropy of Gowdra et al. (2020).

They write maximum entropy as ``ME = log2(s^i)`` bits (equation 1), with i "the number of
independent choices that can be made with s number of distinct symbols", and measure it with
scikit-image, whose disk is "set to the size of the input training image". Both leave room:

- In their example i is 256 (grey levels) and s is 784 (pixels), which is the other way round than
  their definition, where the symbols are the grey levels and each pixel is a choice (Hartley 1928).
  :func:`bounds` gives both.
- The size of a disk may be its radius or its diameter. :func:`local_entropy` gives both, each as
  the mean over the pixels and, since they speak of maximum entropy, as the largest of them. As the
  disk grows, local entropy tends to that of the whole image's histogram, given for comparison.

The negative of an image has the same grey levels under other names: its entropy is the same up to
rounding, by whichever reading.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from skimage.filters import rank
from skimage.morphology import disk

from densevsconv.store.seeds import derive_seed, generator

PIXEL_VALUES = 3_072_000
"""As many as 1,000 colour images of 32x32 have: about half a minute. Larger images, fewer."""

GREY_LEVELS = 256


def entropy(
    images: np.ndarray, *, max_value: int, seed: int = 0, largest_sample: int = 1000
) -> dict[str, Any]:
    """Return the entropy measures of images and of their negatives, in bits a pixel.

    ``images`` are uint8 (N, height, width, channels), N at least 1. Every channel is measured on
    its own and the channels are averaged, as in the paper. Negatives are ``max_value - pixel``. At
    most ``largest_sample`` images are measured, see also :data:`PIXEL_VALUES`; ``seed`` draws them.
    ``standard_error`` is that of a ``mean``, of the images with the ``radius`` reading, from
    sampling.
    """
    count = min(len(images), largest_sample, max(1, PIXEL_VALUES // int(np.prod(images.shape[1:]))))
    random = generator(derive_seed(seed, "measures/entropy", 0))
    chosen = images[np.sort(random.permutation(len(images))[:count])]
    height, width = images.shape[1:3]
    side = max(height, width)
    kinds = {"images": chosen, "negatives": np.uint8(max_value) - chosen}
    local: dict[str, Any] = {}
    for reading, radius in (("radius", side), ("diameter", side // 2)):
        local[reading] = {"radius": radius}
        for kind, pixels in kinds.items():
            measured = [local_entropy(image, radius) for image in pixels]
            mean, largest = np.array(measured).T
            local[reading][kind] = {"mean": float(mean.mean()), "largest": float(largest.mean())}
            if (reading, kind) == ("radius", "images"):
                error = float(mean.std(ddof=1) / len(mean) ** 0.5) if len(mean) > 1 else None
    return {
        "images_used": len(chosen),
        "bounds": bounds(height * width, max_value + 1),
        "local": local,
        "histogram": {
            kind: float(np.mean([histogram_entropy(image) for image in pixels]))
            for kind, pixels in kinds.items()
        },
        "standard_error": error,
    }


def bounds(pixels: int, levels: int) -> dict[str, float]:
    """Return log2(s^i) = i log2(s) for one channel of an image, in bits an image.

    ``pixels_of_levels``: s grey levels, i pixels (Hartley's, and the paper's definition);
    ``as_printed``: s pixels, i grey levels (the paper's example).
    """
    return {
        "pixels_of_levels": float(pixels * np.log2(levels)),
        "as_printed": float(levels * np.log2(pixels)),
    }


def local_entropy(image: np.ndarray, radius: int) -> tuple[float, float]:
    """Return mean and largest of the local entropy over an image's pixels, in bits.

    Local entropy is that of the grey levels within the disk of this radius (in pixels; it is
    2 radius + 1 wide) around a pixel, as far as it lies in the image
    (``skimage.filters.rank.entropy``). ``image`` is uint8 (height, width, channels); the channels'
    results are averaged.
    """
    footprint = disk(radius)
    # scikit-image asks for contiguous arrays that it might write to
    planes = [np.array(plane) for plane in np.moveaxis(image, -1, 0)]
    maps = [rank.entropy(plane, footprint) for plane in planes]
    return float(np.mean(maps)), float(np.mean([values.max() for values in maps]))


def histogram_entropy(image: np.ndarray) -> float:
    """Return the entropy of an image's grey levels, in bits, the mean over its channels."""
    entropies = []
    for plane in np.moveaxis(image, -1, 0):
        counts = np.bincount(plane.ravel(), minlength=GREY_LEVELS)
        share = counts[counts > 0] / plane.size
        entropies.append(-np.sum(share * np.log2(share)))
    return float(np.mean(entropies))
