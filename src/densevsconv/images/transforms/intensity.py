"""Transforms of the pixels' values: contrast, brightness, noise, colour, negative."""

import numpy as np

from densevsconv.images.transforms.base import Shape, Step


def contrast(images: np.ndarray, share: float, step: Step) -> np.ndarray:
    """Return the images with their distances from the mean multiplied, each by its own factor.

    Even over [1 - share, 1 + share]; the mean is that of each channel of the image, as in Keras's
    RandomContrast.
    """
    factor = (1 + step.spread(share)).astype(np.float32)[:, None, None, None]
    pixels = images.shape[1] * images.shape[2]
    # whole numbers: exact, whatever the order of the sum
    mean = images.sum(axis=(1, 2), dtype=np.int64, keepdims=True) / pixels
    return step.pixels((images - mean.astype(np.float32)) * factor + mean)


def brightness(images: np.ndarray, share: float, step: Step) -> np.ndarray:
    """Return the images with a number added to all pixels, each with its own.

    Even over [-share, share] of ``max_value``, as in Keras's RandomBrightness; what passes 0 or
    ``max_value`` is cut.
    """
    added = step.spread(share * step.max_value).astype(np.float32)
    return step.pixels(images + added[:, None, None, None])


def noise(images: np.ndarray, share: float, step: Step) -> np.ndarray:
    """Return the images with independent Gaussian noise added to every value.

    Its standard deviation is ``share`` of ``max_value``; what passes 0 or ``max_value`` is cut.
    """
    values = int(np.prod(images.shape[1:]))
    bits = step.bits(-(-values // 4)).astype("<u8", copy=False)
    sixteen = bits.view("<u2")[:, :values].reshape(images.shape)
    return step.pixels(images + quantiles(share * step.max_value)[sixteen])


def quantiles(deviation: float) -> np.ndarray:
    """Return 2**16 numbers, equally likely, distributed as Gaussian noise: float32 (65536,).

    The middles of equal parts of probability. For pixels of at most 256 values 16 bits are plenty,
    and one 64-bit number makes four of them.
    """
    from scipy.special import ndtri  # slow to import: reading a configuration needs none of it

    middles = (np.arange(2**16) + 0.5) / 2**16
    return (ndtri(middles) * deviation).astype(np.float32)


LUMA = (299, 587, 114)
"""Thousandths of red, green and blue in the luma of ITU-R Recommendation BT.601."""

CHANNELS = {"grey": 1, "rgb": 3}


def colour_shape(to: str, shape: Shape) -> Shape:
    if shape[2] not in CHANNELS.values():
        raise ValueError(f"found images of {shape[2]} channels; allowed: 1 (grey) or 3 (rgb)")
    return shape[0], shape[1], CHANNELS[to]


def colour(images: np.ndarray, to: str, step: Step) -> np.ndarray:
    """Return the images as ``grey`` (one channel, the luma) or ``rgb`` (three channels).

    Images that are so already stay as they are.
    """
    if images.shape[3] == CHANNELS[to]:
        return images.copy()
    if to == "rgb":
        return images.repeat(3, axis=3)
    # whole numbers: exact, whatever the order of the sum
    thousandths = images.astype(np.int64) @ np.array(LUMA)
    return step.pixels(thousandths[..., None] / sum(LUMA))


def negative(images: np.ndarray, on: bool, step: Step) -> np.ndarray:
    """Return ``max_value - pixel`` for every pixel, as Gowdra et al. (2020) study them.

    For a ``max_value`` of 255 that is the paper's bitwise NOT.
    """
    return np.uint8(step.max_value) - images if on else images.copy()
