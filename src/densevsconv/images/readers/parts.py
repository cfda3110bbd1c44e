"""Several files of a data set put together: the training part first, then the test part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from densevsconv.errors import DataError

_MOST_CLASSES = 65_536


@dataclass(frozen=True)
class Parts:
    """What the files of a data set hold, in their order.

    Attributes
    ----------
    names
        The files, for messages.
    train
        How many of them are the training part; the others are the test part.
    shapes
        (images, height, width, channels) of each.
    labels
        int64 of shape (N,) of each; empty where nobody looked.
    images
        uint8 of shape (N, height, width, channels) of each; empty where nobody looked.
    """

    names: list[str]
    train: int
    shapes: list[tuple[int, int, int, int]]
    labels: list[np.ndarray]
    images: list[np.ndarray]

    def __post_init__(self) -> None:
        for name, shape in zip(self.names, self.shapes, strict=True):
            if shape[1:] != self.shapes[0][1:]:
                raise DataError(
                    f"{name}: found images of shape {_text(shape[1:])}; allowed: "
                    f"{_text(self.shapes[0][1:])}, as in {self.names[0]}"
                )
        for name, labels, shape in zip(self.names, self.labels, self.shapes, strict=False):
            if len(labels) != shape[0]:
                raise DataError(
                    f"{name}: found {shape[0]:,} images and {len(labels):,} labels; allowed: as "
                    "many labels as images"
                )

    @property
    def count(self) -> int:
        """How many images there are."""
        return sum(shape[0] for shape in self.shapes)

    @property
    def test_from(self) -> int | None:
        """The first image of the test part; None: there is none."""
        if self.train == len(self.shapes):
            return None
        return sum(shape[0] for shape in self.shapes[: self.train])


def joined(arrays: list[np.ndarray]) -> np.ndarray:
    """Return arrays one after the other; the list is emptied, so that memory is given back."""
    if len(arrays) == 1:
        return arrays.pop()
    count = sum(map(len, arrays))
    whole = np.empty((count, *arrays[0].shape[1:]), arrays[0].dtype)
    end = count
    while arrays:
        part = arrays.pop()
        whole[end - len(part) : end] = part
        end -= len(part)
    return whole


def mapped(labels: np.ndarray, label_map: dict[Any, int]) -> np.ndarray:
    """Return labels with those that the map names replaced; its keys may be text."""
    replaced = labels.copy()
    for label, other in label_map.items():
        replaced[labels == int(label)] = other
    return replaced


def count_classes(labels: np.ndarray, classes: int | None, names: Sequence[str]) -> int:
    """Return the number of classes, from 0 without a gap.

    Parameters
    ----------
    labels
        Of all images.
    classes
        How many classes there must be; None: as the labels say.
    names
        The files, for messages.

    Raises
    ------
    DataError
        A label below 0 or of ``classes`` or more, or a class without an image.
    """
    where = ", ".join(names)
    lowest, highest = int(labels.min()), int(labels.max())
    most = _MOST_CLASSES if classes is None else classes
    if lowest < 0 or highest >= most:
        raise DataError(
            f"{where}: found labels from {lowest} to {highest}; allowed: 0 to {most - 1:,}"
        )
    counts = np.bincount(labels, minlength=classes or 0)
    absent = np.flatnonzero(counts == 0)
    if len(absent) or len(counts) < 2:
        hint = "; labels from 1 need source.label_map" if lowest == 1 else ""
        missing = f"no image of class {absent[0]}" if len(absent) else "one class"
        raise DataError(
            f"{where}: found labels from {lowest} to {highest} and {missing}; allowed: two or more "
            f"classes from 0, each with images{hint}"
        )
    return len(counts)


def _text(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
