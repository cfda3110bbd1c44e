"""Signal-to-noise ratio, mean over standard deviation, as in Gowdra et al. (2020)."""

from __future__ import annotations

from typing import Any

import numpy as np

from densevsconv.images.transforms.chunks import chunks


def signal_to_noise(images: np.ndarray, *, max_value: int) -> dict[str, Any]:
    """Return mean / standard deviation (equations 2 to 4) of images and of their negatives.

    The paper calls R in equation 4 "the total number of pixels in the data" and R_i a pixel "in
    the flattened image", so that both readings are given: ``per_image``, the mean over images of
    each image's own ratio (all channels flattened together), and ``pooled``, one ratio over all
    pixels of all images. Both use the standard deviation with divisor n, as in equation 4.

    Parameters
    ----------
    images
        uint8 (N, height, width, channels).
    max_value
        The largest value a pixel can have; negatives are ``max_value - pixel``.

    Returns
    -------
    dict
        ``per_image`` and ``pooled``, each with ``images`` and ``negatives``; ``constant_images``:
        how many images have no deviation and are left out of ``per_image``. A ratio that does
        not exist is None.
    """
    values = int(np.prod(images.shape[1:]))
    sums, squares = np.empty(len(images)), np.empty(len(images))
    for part in chunks(len(images), values):
        flat = images[part].reshape(-1, values).astype(np.int64)
        sums[part], squares[part] = flat.sum(axis=1), (flat * flat).sum(axis=1)
    # whole numbers until here: an image of one grey has a variance of exactly zero
    mean = sums / values
    deviation = np.sqrt(np.maximum(values * squares - sums**2, 0)) / values
    varied = deviation > 0
    total = sums.size * values
    pooled_mean = sums.sum() / total
    pooled_deviation = np.sqrt(max(squares.sum() / total - pooled_mean**2, 0.0))

    def ratios(per_image: np.ndarray, pooled: float) -> tuple[float | None, float | None]:
        ratio = per_image[varied] / deviation[varied]
        return (
            float(ratio.mean()) if varied.any() else None,
            float(pooled / pooled_deviation) if pooled_deviation > 0 else None,
        )

    of_images = ratios(mean, pooled_mean)
    of_negatives = ratios(max_value - mean, max_value - pooled_mean)
    return {
        name: {"images": one, "negatives": other}
        for name, one, other in zip(("per_image", "pooled"), of_images, of_negatives, strict=True)
    } | {"constant_images": int((~varied).sum())}
