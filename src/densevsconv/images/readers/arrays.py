"""Image arrays out of streams, whatever the order of the pixels in the file."""

from __future__ import annotations

import numpy as np

from densevsconv.errors import DataError
from densevsconv.images.readers.streams import CHUNK, Stream

CHANNELS = 4
"""Most channels an image may have. More are nearly always a file with its axes in another order,
whose images would be read as nonsense."""

LABELS = 2**23
"""Most labels of one file; what they take in memory, as numbers of 8 bytes, stays small."""


def check_shape(shape: tuple[int, ...], where: str) -> tuple[int, int, int, int]:
    """Return (images, height, width, channels), the last 1 where it is missing.

    Raises
    ------
    DataError
        ``where`` is named where there is no image, no pixel, or too many channels.
    """
    full = (*shape, 1) if len(shape) == 3 else shape
    if len(full) != 4 or min(full) < 1 or full[3] > CHANNELS:
        found = " x ".join(map(str, shape)) or "one number"
        raise DataError(
            f"{where}: found images of shape {found}; allowed: images x height x width, or "
            f"images x height x width x channels with 1 to {CHANNELS} channels, none of them 0"
        )
    return full[0], full[1], full[2], full[3]


def check_labels(count: int, where: str) -> None:
    """Raise :class:`DataError` where a file cannot have so many labels."""
    if not 1 <= count <= LABELS:
        raise DataError(f"{where}: found {count:,} labels; allowed: 1 to {LABELS:,}")


def fill_images(
    stream: Stream, images: np.ndarray, order: str, labels: np.ndarray | None = None
) -> None:
    """Read images into an array of shape (N, height, width, channels), some at a time.

    Parameters
    ----------
    stream
        Holds one record an image.
    images
        uint8, written.
    order
        The axes of an image in the file, the slowest first: HWC (as in memory), CHW (planes), or
        CWH (planes, each column by column, as MATLAB stores H x W x C).
    labels
        uint8 of shape (N, bytes), written: the bytes before the pixels of every record.
    """
    if order == "HWC" and labels is None:
        stream.fill(images, "pixels")
        return
    count, *shape = images.shape
    sizes = dict(zip("HWC", shape, strict=True))
    before = 0 if labels is None else labels.shape[1]
    record = before + images[0].size
    # from the file's axes to those of memory
    axes = (0, *(1 + order.index(axis) for axis in "HWC"))
    rows = max(1, CHUNK // record)
    for start in range(0, count, rows):
        stop = min(start + rows, count)
        data = stream.read((stop - start) * record, "images")
        block = np.frombuffer(data, np.uint8).reshape(stop - start, record)
        if labels is not None:
            labels[start:stop] = block[:, :before]
        pixels = block[:, before:].reshape(stop - start, *(sizes[axis] for axis in order))
        images[start:stop] = pixels.transpose(axes)
