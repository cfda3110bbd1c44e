"""Random changes of the training images: every number drawn before training, by NumPy alone.

Both engines read the same numbers, as they read the same batch order, and then only calculate.
A stronger change is another number and no other program; which :attr:`Augmentation.kinds` of
changes there are is what a compiled program depends on.
"""

from collections.abc import Sequence

import numpy as np

from densevsconv.images.prepared import TrainingData
from densevsconv.store.seeds import derive_seed, generator
from densevsconv.training.settings import Augmentation

IMAGES_AT_ONCE = 1024


def columns(kinds: Sequence[str], channels: int) -> dict[str, slice]:
    """Return where the numbers of each kind of change lie among those drawn for an image.

    - geometry: (a, b, c, d, e, f): pixel (row, column) of the result is read at
      (a row + b column + c, d row + e column + f) of the image
    - intensity: a gain, then an offset a channel: pixel * gain + offset, cut off at 0 and at the
      largest value a pixel can have
    - cutout: top, left, bottom and right of what is set to zero; the last two are outside
    - mixup: the image's own weight, and the position in the batch of what it is mixed with
    """
    places, start = {}, 0
    for kind, numbers in _nothing(channels).items():
        if kind in kinds:
            places[kind] = slice(start, start + len(numbers))
            start += len(numbers)
    return places


def _nothing(channels: int) -> dict[str, list[int]]:
    return {
        "geometry": [1, 0, 0, 0, 1, 0],
        "intensity": [1] + [0] * channels,
        "cutout": [0, 0, 0, 0],
        "mixup": [1, 0],
    }


def unchanged(kinds: Sequence[str], channels: int, shape: tuple[int, int]) -> np.ndarray:
    """Return the numbers that change nothing, float32 (*shape, numbers); shape (steps, batch)."""
    values = [value for kind in kinds for value in _nothing(channels)[kind]]
    return np.broadcast_to(np.array(values, np.float32), (*shape, len(values))).copy()


class Changes:
    """What is drawn for every image of every batch, any epoch at any time.

    ``seed`` is that of the axis "augmentation". Each key of the settings draws from a stream of its
    own for each epoch: switching one on leaves the others as they were.
    """

    def __init__(self, augmentation: Augmentation | None, seed: int, data: TrainingData) -> None:
        self._augmentation = augmentation or Augmentation()
        self._seed = seed
        self._image_shape = data.train_images.shape[1:]
        self._max_value = data.info["max_value"] if self._augmentation.kinds else 0
        self._colours = (
            colour_components(data.train_images, self._max_value)
            if self._augmentation.colour_pca
            else np.zeros(2 * self._image_shape[-1:])
        )

    def epoch(self, epoch: int, shape: tuple[int, int]) -> np.ndarray:
        """Return the numbers of one epoch, counted from 0: float32 (steps, batch size, numbers).

        ``shape`` is (steps, batch size); :func:`columns` says what the numbers are.
        """
        draw = _Draw(self._augmentation, self._seed, epoch, shape)
        parts = {
            "geometry": lambda: draw.geometry(*self._image_shape[:2]),
            "intensity": lambda: draw.intensity(self._max_value, self._colours),
            "cutout": lambda: draw.cutout(*self._image_shape[:2]),
            "mixup": draw.mixup,
        }
        drawn = [parts[kind]() for kind in self._augmentation.kinds]
        return np.concatenate([np.zeros((*shape, 0)), *drawn], axis=-1).astype(np.float32)


class _Draw:
    """The draws of one epoch; every method returns float64 (steps, batch size, its numbers)."""

    def __init__(
        self, augmentation: Augmentation, seed: int, epoch: int, shape: tuple[int, int]
    ) -> None:
        self._augmentation = augmentation
        self._seed = seed
        self._epoch = epoch
        self._shape = shape

    def geometry(self, height: int, width: int) -> np.ndarray:
        given = self._augmentation
        size = 1 + self._evenly("zoom", given.zoom)
        angle = np.deg2rad(self._evenly("rotation", given.rotation))
        down = self._evenly("shift/rows", given.shift) * height + self._whole("crop/rows")
        right = self._evenly("shift/columns", given.shift) * width + self._whole("crop/columns")
        mirror = np.where(self._stream("flip").random(self._shape) < 0.5, -1, 1)
        mirror = mirror if given.flip else np.ones(self._shape)
        # From the result back to the image, about the centre: unmirror, move back, turn back
        # and undo the zoom. Without rotation and zoom the numbers are exact.
        middle_row, middle_column = (height - 1) / 2, (width - 1) / 2
        cos, sin = np.cos(angle) / size, np.sin(angle) / size
        a, b, d, e = cos, sin * mirror, -sin, cos * mirror
        c = middle_row - a * middle_row - b * middle_column - (cos * down + sin * right)
        f = middle_column - d * middle_row - e * middle_column - (cos * right - sin * down)
        return np.stack([a, b, c, d, e, f], axis=-1)

    def intensity(self, max_value: float, colours: np.ndarray) -> np.ndarray:
        given = self._augmentation
        gain = 1 + self._evenly("contrast", given.contrast)
        offset = (1 - gain) / 2 + self._evenly("brightness", given.brightness)
        share = self._stream("colour_pca").normal(0, given.colour_pca, (*self._shape, len(colours)))
        offsets = (offset[..., None] + share @ colours.T) * max_value
        negative = self._stream("negative").random(self._shape) < given.negative
        # max_value - clip(x) is clip(max_value - x), so a negative is one more gain and offset
        gain = np.where(negative, -gain, gain)
        offsets = np.where(negative[..., None], max_value - offsets, offsets)
        return np.concatenate([gain[..., None], offsets], axis=-1)

    def cutout(self, height: int, width: int) -> np.ndarray:
        side = self._augmentation.cutout
        random = self._stream("cutout")
        top = random.integers(0, height, self._shape) - side // 2
        left = random.integers(0, width, self._shape) - side // 2
        return np.stack([top, left, top + side, left + side], axis=-1).astype(np.float64)

    def mixup(self) -> np.ndarray:
        alpha = self._augmentation.mixup
        weight = self._stream("mixup/weight").beta(alpha, alpha, self._shape)
        positions = np.broadcast_to(np.arange(self._shape[1]), self._shape)
        other = self._stream("mixup/other").permuted(positions, axis=1)
        return np.stack([weight, other], axis=-1)

    def _stream(self, name: str) -> np.random.Generator:
        return generator(derive_seed(self._seed, name, self._epoch))

    def _evenly(self, name: str, limit: float) -> np.ndarray:
        return limit * self._stream(name).uniform(-1, 1, self._shape)

    def _whole(self, name: str) -> np.ndarray:
        crop = self._augmentation.crop
        return self._stream(name).integers(-crop, crop, self._shape, endpoint=True)


def colour_components(images: np.ndarray, max_value: float) -> np.ndarray:
    """Return the principal components of the pixels' colours, each times its eigenvalue.

    Krizhevsky et al. (2012), section 4.1, for pixels from 0 to 1. Images are (N, H, W, channels),
    the result float64 (channels, components); the largest entry of each component is positive, so
    that the sign does not depend on the library.
    """
    channels = images.shape[-1]
    total, products = np.zeros(channels), np.zeros((channels, channels))
    for start in range(0, len(images), IMAGES_AT_ONCE):  # not all of a large data set as floats
        pixels = images[start : start + IMAGES_AT_ONCE].reshape(-1, channels) / max_value
        total += pixels.sum(axis=0)
        products += pixels.T @ pixels
    count = images.size // channels
    mean = total / count
    values, vectors = np.linalg.eigh(products / count - np.outer(mean, mean))
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), np.arange(channels)])
    components: np.ndarray = vectors * signs * values
    return components
