"""What can be said of a data set's images before any network sees them.

Images are uint8 (N, height, width, channels), N at least 1, labels int (N,), ``max_value`` is the
largest value a pixel can have, and a negative ``max_value - pixel``.
"""

import hashlib
from typing import Any

import numpy as np
from skimage.filters import rank

from densevsconv.images.transforms.base import chunks
from densevsconv.store.seeds import derive_seed, generator

EXAMPLES = 20
"""Pairs of duplicates that are named, at most."""

PIXEL_VALUES = 3_072_000
"""As many as 1,000 colour images of 32x32 have: about half a minute. Larger images, fewer."""

GREY_LEVELS = 256


def measure(
    train_images: np.ndarray,
    train_labels: np.ndarray,
    test_images: np.ndarray,
    test_labels: np.ndarray,
    *,
    classes: int,
    max_value: int,
    seed: int = 0,
) -> tuple[dict[str, Any], np.ndarray]:
    """Return what is measured of a data set, as ``results.data.Measures``, and each class's mean.

    The test images are counted and compared with the training images, nothing else; validation
    images may belong to ``train_images``. ``seed`` draws the sample of images for the entropy.
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
    return values, means


def entropy(
    images: np.ndarray, *, max_value: int, seed: int = 0, largest_sample: int = 1000
) -> dict[str, Any]:
    """Return the entropy measures of images and of their negatives, in bits a pixel.

    Gowdra et al. (2020) write maximum entropy as ``ME = log2(s^i)`` bits (equation 1), with i "the
    number of independent choices that can be made with s number of distinct symbols", and measure
    it with scikit-image, whose disk is "set to the size of the input training image". Both leave
    room:

    - In their example i is 256 (grey levels) and s is 784 (pixels), the other way round than their
      definition, where the symbols are the grey levels and each pixel is a choice (Hartley 1928).
      :func:`bounds` gives both.
    - The size of a disk may be its radius or its diameter. ``local`` has both, each as the mean
      over the pixels and, since they speak of maximum entropy, as the largest of them. As the disk
      grows, local entropy tends to that of the whole image's histogram, given for comparison.

    Every channel is measured on its own and the channels are averaged, as in the paper. A negative
    has the same grey levels under other names: its entropy is the same up to rounding.

    At most ``largest_sample`` images are measured, see also :data:`PIXEL_VALUES`; ``seed`` draws
    them. ``standard_error`` is that of a ``mean``, of the images with the ``radius`` reading, from
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
    # a disk, without what of it lies beyond a long and low image wherever its centre is
    reach = [min(radius, side - 1) for side in image.shape[:2]]
    y, x = np.ogrid[tuple(slice(-side, side + 1) for side in reach)]
    footprint = (y**2 + x**2 <= radius**2).astype(np.uint8)
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


def signal_to_noise(images: np.ndarray, *, max_value: int) -> dict[str, Any]:
    """Return mean / standard deviation of images and of their negatives, as Gowdra et al. (2020).

    The paper calls R in equation 4 "the total number of pixels in the data" and R_i a pixel "in
    the flattened image", so that both readings are given: ``per_image``, the mean over images of
    each image's own ratio (all channels flattened together), and ``pooled``, one ratio over all
    pixels of all images. Both use the standard deviation with divisor n, as in equation 4.

    ``constant_images`` have no deviation and are left out of ``per_image``. A ratio that does not
    exist is None.
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


def class_variance(
    images: np.ndarray, labels: np.ndarray, *, classes: int, max_value: int
) -> tuple[dict[str, Any], np.ndarray]:
    """Return the variance of the images, overall and within classes, and each class's mean image.

    A variance is that of one pixel over images (divisor n), averaged over pixels and channels, with
    pixels divided by ``max_value``. Overall = within + between, where within is the mean of the
    classes' variances weighted by their sizes (the law of total variance); the share between
    classes is the eta squared of an analysis of variance.

    Without images a class has the variance None; ``between_share`` is None where nothing varies.
    The mean images are in the unit of the pixels, float32 (classes, height, width, channels), NaN
    for a class without images.
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
        _variance(count, *of) / max_value**2 if count else None
        for count, *of in zip(counts, sums, squares, strict=True)
    ]
    overall = _variance(counts.sum(), sums.sum(axis=0), squares.sum(axis=0)) / max_value**2
    present = counts > 0
    within = float(np.average([of for of in per_class if of is not None], weights=counts[present]))
    with np.errstate(invalid="ignore"):
        means = (sums / counts[:, None]).astype(np.float32)
    values = {
        "per_class": per_class,
        "overall": overall,
        "within": within,
        "between_share": 1 - within / overall if overall > 0 else None,
    }
    return values, means.reshape(classes, *images.shape[1:])


def _variance(count: int, sums: np.ndarray, squares: np.ndarray) -> float:
    """Return the mean over pixels of the variance over ``count`` images."""
    return float(np.mean(squares / count - (sums / count) ** 2))


def duplicates(
    train_images: np.ndarray,
    train_labels: np.ndarray,
    test_images: np.ndarray,
    test_labels: np.ndarray,
) -> dict[str, Any]:
    """Return how many images repeat another one exactly.

    ``within_train``: training images equal to an earlier training image; ``train_test``: test
    images equal to a training image. Each holds ``images`` (how many), ``other_label`` (how many of
    them differ in label from the first image they equal) and ``pairs`` (the first 20, each the
    position of the first equal training image and of the image itself).
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
