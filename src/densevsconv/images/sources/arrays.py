"""What the numbers of a file mean: which axis is which, what is black and white, what is a class.

Read without a word is what can mean one thing only; whatever else has a key, which the message for
it names.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Self

import numpy as np
from pydantic import BeforeValidator, Field

from densevsconv.errors import DataError
from densevsconv.images.sources.base import CHANNELS, Part, by, image_shape
from densevsconv.images.sources.keys import LabelMap, Shape
from densevsconv.schema.strict import Allowed, Strict

_LIKELY = ((-1, 1), (0, 255), (0, 1023), (0, 4095), (0, 65535))
"""Ranges that other programs and cameras (10, 12 and 16 bits) use."""


_SLACK = 1e-6
"""How far beyond black and white rounding may have brought a pixel, as part of the range."""


@dataclass(frozen=True)
class Array:
    """An array of a file, whose values may be gigabytes and are read when they are asked for."""

    where: str
    """File and name, for messages."""
    shape: tuple[int, ...]
    values: Callable[[], np.ndarray]

    @classmethod
    def of(cls, where: str, values: np.ndarray) -> Self:
        return cls(where, values.shape, lambda: values)


def _axes(value: Any) -> Any:
    letters = set(value) if isinstance(value, str) and len(set(value)) == len(value) else set()
    if letters not in ({*"NHW"}, {*"NHWC"}):
        raise ValueError("not an order of axes")
    return value


def _limits(value: Any) -> Any:
    listed = value if isinstance(value, list) else []
    numbers = [float(of) for of in listed if type(of) in (int, float) and abs(of) < 1e30]
    # neither equal nor infinitely far apart; NaN compares false
    if len(numbers) != len(listed) or len(numbers) != 2 or numbers[1] - numbers[0] < 1e-30:
        raise ValueError("not two numbers")
    return numbers


Range = Annotated[
    list[float] | None,
    BeforeValidator(lambda value: value if value is None else _limits(value)),
    Field(
        description="The values that are black and white, such as `[0, 65535]`; all between become "
        "0 to 255. null: whole numbers are taken as they are, true and false as 255 and 0, and "
        "numbers that all lie between 0 and 1 times 255."
    ),
    Allowed("[lowest, highest], two numbers, or null"),
]


class ArrayKeys(Strict):
    """Keys of the sources whose files hold arrays of numbers."""

    layout: Annotated[
        str | None,
        BeforeValidator(lambda value: value if value is None else _axes(value)),
        Allowed("NHW, NHWC or these letters in another order, or null"),
    ] = None
    """The axes of the images, outermost first: number, height, width, channels. `NWH` is for images
    that lie on their sides (EMNIST); of rows of pixels it says how they unfold. null: `NHWC`
    (MATLAB: `HWCN`), or that of `NHWC`, `NCHW` and `HWCN` which fits the number of labels."""
    shape: Shape | None = None
    """Height, width and channels, where an image is a row of pixels; null: a square of grey."""
    range: Range = None
    labels_from: int = Field(default=0, ge=0, le=10**9)
    """The label of the first class; 1 makes the labels 1, 2, .. to 0, 1, .."""
    label_map: LabelMap = Field(default_factory=dict)
    label_column: str | int | None = None
    """The column of the labels where there are several: its number from 0 (-1: the last), in a
    table with a head also its name. null: the only one, or the one of a table called `label`."""

    def layouts(self) -> tuple[str, ...]:
        """Return what the axes may be where nothing says it, the likeliest first."""
        return "NHWC", "NCHW", "HWCN"

    def part(
        self, images: Array, labels: np.ndarray, *, pixels: bool, test: bool, where: str = ""
    ) -> Part:
        """Return images and labels of a file as they are meant; ``where`` names the labels."""
        numbers = self._labels(labels, where or images.where)
        layout, sizes = self._sizes(images, len(numbers))
        part = Part(images.where, (0, 0, 0, 0), numbers, None, test)
        part.shape = image_shape(tuple(sizes[axis] for axis in "NHWC"), images.where)
        if len(images.shape) == 2 and not self.shape:
            side = f"{part.shape[1]} x {part.shape[2]}"
            part.notes.append(f"rows of numbers were taken as grey images of {side} (source.shape)")
        if pixels:
            found = images.values()
            values = grey_levels(found, self.range, images.where)
            if self.range is None and found.dtype.kind == "f":
                part.unit = bool(found.max() <= 1 + _SLACK)
            values = values.reshape([sizes[axis] for axis in layout])
            part.images = np.ascontiguousarray(values.transpose(list(map(layout.index, "NHWC"))))
        return part

    def _sizes(self, array: Array, count: int) -> tuple[str, dict[str, int]]:
        """Return the order of the file's axes, channels among them, and how long each is."""
        found, where = array.shape, array.where
        if len(found) == 2:
            layout, shape = self._unfolded(array, count)
        elif len(found) not in (3, 4) or (self.layout and len(found) != len(self.layout)):
            raise DataError(
                f"{where}: found images of shape {by(found) or 'one number'}; allowed: images x "
                "height x width, or images x height x width x channels (other orders: "
                "source.layout)"
            )
        else:
            axes = [of if len(found) == 4 else of.replace("C", "") for of in self.layouts()]
            fit = [of for of in axes if _fits(of, found, count)]
            layout, shape = self.layout or (fit or axes)[0], found
        if "C" not in layout:
            layout, shape = f"{layout}C", (*shape, 1)
        return layout, dict(zip(layout, shape, strict=True))

    def _unfolded(self, array: Array, count: int) -> tuple[str, tuple[int, ...]]:
        """Return the axes of images that are rows of pixels, or columns (layout: `HWN`)."""
        layout = self.layout or "NHW"
        if "N" not in (layout[0], layout[-1]):
            raise DataError(
                f"{array.where}: found {by(array.shape)} numbers; allowed: a source.layout whose N "
                f"is first (rows) or last (columns), not {layout}"
            )
        number, pixels = array.shape if layout[0] == "N" else array.shape[::-1]
        side = math.isqrt(pixels)
        sizes = dict(zip("HWC", self.shape or (side, side, 1), strict=True)) | {"N": number}
        if math.prod(sizes.values()) != number * pixels or (
            not self.layout and (sizes["C"] > 1 or count != number == pixels)
        ):
            raise DataError(
                f"{array.where}: found {number:,} rows of {pixels:,} numbers; allowed: one an "
                "image, as long as source.shape, such as [28, 28, 1]; for colours, and for columns "
                "instead of rows, source.layout (NHWC: pixel by pixel, NCHW: channel by channel, "
                "HWN: columns)"
            )
        return layout, tuple(sizes[axis] for axis in layout)

    def _labels(self, values: np.ndarray, where: str) -> np.ndarray:
        """Return labels as whole numbers, int64 (N,), or as the names that a file has for them."""
        column = self.label_column
        if values.ndim == 2 and isinstance(column, int):
            if not -values.shape[1] <= column < values.shape[1]:
                raise DataError(
                    f"{where}: found {values.shape[1]} columns of labels; allowed: source."
                    f"label_column below that, not {column}"
                )
            values = values[:, column]
        if values.ndim == 2 and 1 in values.shape:
            values = values.ravel()
        if values.dtype.kind in "US":
            if self.labels_from or self.label_map:
                raise DataError(
                    f"{where}: found labels that are text; allowed: no source.label_map and "
                    "labels_from, which change numbers (class_names calls classes otherwise)"
                )
            return values.astype(str)
        if values.ndim == 2 and values.dtype.kind in "biuf" and _one_hot(values):
            values = values.argmax(axis=1)
        if values.ndim != 1 or values.dtype.kind not in "biuf" or not len(values):
            more = "; source.label_column says which column they are" if values.ndim == 2 else ""
            raise DataError(
                f"{where}: found labels of {values.dtype} and shape "
                f"{by(values.shape) or 'one number'}; allowed: a whole number or a name for each "
                f"image{more}"
            )
        with np.errstate(invalid="ignore"):  # NaN compares false
            wrong = ~((values == np.floor(values)) & (np.abs(values.astype(float)) < 2**62))
        if wrong.any():
            row = int(wrong.argmax())
            raise DataError(
                f"{where}: found the label {values[row]} of image {row:,}; allowed: whole numbers"
            )
        return self._replaced(values.astype(np.int64))

    def _replaced(self, numbers: np.ndarray) -> np.ndarray:
        replaced = numbers - self.labels_from
        for label, other in self.label_map.items():
            replaced[numbers == int(label)] = other
        return replaced


def _fits(layout: str, shape: tuple[int, ...], count: int) -> bool:
    channels = shape[layout.index("C")] if "C" in layout else 1
    return shape[layout.index("N")] == count and channels <= CHANNELS


def _one_hot(values: np.ndarray) -> bool:
    return bool(((values == 0) | (values == 1)).all() and (values.sum(axis=1) == 1).all())


def grey_levels(values: np.ndarray, limits: list[float] | None, where: str) -> np.ndarray:
    """Return pixels as uint8; DataError where they may mean several things, and the key to use."""
    kind = values.dtype.kind
    if kind not in "biuf":
        raise DataError(f"{where}: found pixels of {values.dtype}; allowed: numbers")
    with np.errstate(all="ignore"):
        total = values.sum(dtype=float)
    if kind == "f" and not np.isfinite(total):
        name = "NaN (no number)" if np.isnan(total) else "infinity"
        count = int((~np.isfinite(values)).sum())
        raise DataError(f"{where}: found {name} in {count:,} pixels; allowed: numbers")
    if kind == "b":
        return values.astype(np.uint8) * np.uint8(255)
    if limits is None and kind == "u" and values.dtype.itemsize == 1:
        return values
    lowest, highest = float(values.min()), float(values.max())
    if limits is None and kind == "f" and lowest >= -_SLACK and highest <= 1 + _SLACK:
        limits = [0.0, 1.0]
    if limits is not None:
        low, high = limits
        slack = _SLACK * (high - low)
        if lowest < low - slack or highest > high + slack:
            raise DataError(
                f"{where}: found pixels from {lowest:g} to {highest:g}; allowed: {low:g} to "
                f"{high:g}, as source.range says"
            )
        scaled: np.ndarray = values.astype(np.float32 if values.dtype.itemsize < 4 else np.float64)
        return np.rint((scaled - low) * (255 / (high - low))).astype(np.uint8)
    whole = kind != "f" or bool((values == np.floor(values)).all())
    if whole and lowest >= 0 and highest <= 255:
        return values.astype(np.uint8)
    hint = next(
        (f"[{low}, {high}]" for low, high in _LIKELY if low <= lowest and highest <= high),
        f"[{lowest:g}, {highest:g}]",
    )
    raise DataError(
        f"{where}: found {values.dtype} pixels from {lowest:g} to {highest:g}; allowed: whole "
        "numbers from 0 to 255, or any with source.range, the values that are black and white, "
        f"such as {hint}"
    )
