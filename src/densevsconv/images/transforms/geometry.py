"""Transforms of place and size: resolution, shift, rotation, scale."""

import numpy as np

from densevsconv.images.transforms.base import Shape, Step


def overlaps(side: int, new_side: int) -> np.ndarray:
    """Return how much of each old pixel lies in each new one, along one axis.

    float64 (new_side, side), whole numbers: lengths in units of 1 / (side * new_side) of the axis;
    every row's sum is ``side``, every column's ``new_side``.
    """
    new, old = np.arange(new_side)[:, None], np.arange(side)[None, :]
    start = np.maximum(new * side, old * new_side)
    end = np.minimum((new + 1) * side, (old + 1) * new_side)
    return np.maximum(end - start, 0).astype(np.float64)


def area_average(images: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return images of another size: each new pixel is the mean over the area it covers.

    Exact for every ratio, and for more pixels as well as for fewer: with more, a pixel inside an
    old one repeats it, one across a border mixes both by area. The mean of the image stays.
    From uint8 (N, old height, old width, channels) to float64 (N, height, width, channels).
    """
    old_height, old_width = images.shape[1:3]
    # products and sums of whole numbers far below 2**53: exact, in whatever order they are done
    rows = np.tensordot(overlaps(old_height, height), images.astype(np.float64), (1, 1))
    both = np.tensordot(overlaps(old_width, width), rows, (1, 2))  # (width, height, N, channels)
    return both.transpose(2, 1, 0, 3) / (old_height * old_width)


def resolution(images: np.ndarray, side: int, step: Step) -> np.ndarray:
    """Return the images as a sensor with ``side`` rows and columns would see them."""
    if images.shape[1:3] == (side, side):
        return images.copy()
    return step.pixels(area_average(images, side, side))


def shift_shape(share: float, shape: Shape) -> Shape:
    longest = max(shape[:2])
    if 0 < share * longest < 0.5:
        raise ValueError(
            f"found {share}, less than half of one of {longest} pixels, which moves nothing; "
            f"allowed: 0, or at least {0.5 / longest:.3g}"
        )
    return shape


def shift(images: np.ndarray, share: float, step: Step) -> np.ndarray:
    """Return the images moved up or down and left or right, each by its own distances.

    Even over [-share, share] of height and width, rounded to whole pixels: a shift blurs nothing,
    so that its effect is that of the place alone. What leaves the image is lost; background (zero)
    comes in.
    """
    count, height, width, channels = images.shape
    limits = np.array([share * height, share * width])
    down, right = np.rint((2 * step.uniform(2) - 1) * limits).astype(np.int64).T
    y_margin, x_margin = np.ceil(limits).astype(int)
    padded = np.zeros((count, height + 2 * y_margin, width + 2 * x_margin, channels), np.uint8)
    padded[:, y_margin : y_margin + height, x_margin : x_margin + width] = images
    y = np.arange(height) + y_margin - down[:, None]
    x = np.arange(width) + x_margin - right[:, None]
    return padded[np.arange(count)[:, None, None], y[:, :, None], x[:, None, :]]


def bilinear(images: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the images' values at the given places, interpolated between the four pixels around.

    ``images`` are uint8 (N, height, width, channels), zero (background) outside; ``y`` and ``x``,
    row and column (0: the centre of the first pixel), float32 (N, new height, new width); the
    values float32 (N, new height, new width, channels).
    """
    count, height, width, channels = images.shape
    # a border of background around, wide enough for the pixels right of and below the last place
    padded = np.zeros((count, height + 3, width + 3, channels), np.uint8)
    padded[:, 1:-2, 1:-2] = images
    y = np.clip(y, -1, height) + np.float32(1)
    x = np.clip(x, -1, width) + np.float32(1)
    top, left = np.floor(y), np.floor(x)
    down, right = (y - top)[..., None], (x - left)[..., None]
    first = np.arange(count)[:, None, None] * ((height + 3) * (width + 3))
    place = first + top.astype(np.int64) * (width + 3) + left.astype(np.int64)
    pixels = padded.reshape(-1, channels)

    def row(start: np.ndarray) -> np.ndarray:
        one, other = pixels.take(start, axis=0), pixels.take(start + 1, axis=0)
        return one * (1 - right) + other * right

    return row(place) * (1 - down) + row(place + width + 3) * down


def _at_from_centre(images: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return the images' values at the places that a matrix, (N, 2, 2), turns their pixels into.

    Places are (row, column) from the image's centre; the values are those of :func:`bilinear`.
    """
    middle_y, middle_x = (np.float32((side - 1) / 2) for side in images.shape[1:3])
    y = np.arange(images.shape[1], dtype=np.float32)[:, None] - middle_y
    x = np.arange(images.shape[2], dtype=np.float32)[None, :] - middle_x
    (yy, yx), (xy, xx) = np.moveaxis(matrix.astype(np.float32), 0, -1)[..., None, None]
    return bilinear(images, yy * y + yx * x + middle_y, xy * y + xx * x + middle_x)


def rotated(images: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Return the images turned counter-clockwise by ``degrees``, float (N,), about their centre.

    Bilinear; background (zero) where nothing was; float32.
    """
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    return _at_from_centre(images, np.stack([cos, sin, -sin, cos], 1).reshape(-1, 2, 2))


def rotation(images: np.ndarray, degrees: float, step: Step) -> np.ndarray:
    """Return the images turned, each by its own angle, even over [-degrees, degrees]."""
    return step.pixels(rotated(images, step.spread(degrees)))


def scaled(images: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Return the images zoomed about their centre by ``factors``, float (N,) (above 1: larger).

    Bilinear, so that below 0.5 pixels would be passed over; background (zero) around an image that
    got smaller; float32.
    """
    return _at_from_centre(images, np.eye(2) / factors[:, None, None])


def scale(images: np.ndarray, share: float, step: Step) -> np.ndarray:
    """Return the images zoomed, each by its own factor, even over [1 - share, 1 + share]."""
    return step.pixels(scaled(images, 1 + step.spread(share)))
