"""Pictures in one folder a class: ``<folder>/<class>/<picture>``.

All pictures below a folder of a class, at any depth, are a group, such as the pictures of one
person, which a split must not divide. Folders of the same name are one group, whatever their
classes: a person is both happy and sad.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from densevsconv.errors import DataError
from densevsconv.images.readers.arrays import LABELS
from densevsconv.images.readers.streams import Budget

FORMATS = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".bmp": "BMP", ".gif": "GIF",
    ".tif": "TIFF", ".tiff": "TIFF", ".webp": "WEBP",
}  # fmt: skip
"""What a picture may be, by the end of its name."""

PIXELS = 40_000_000
"""Most pixels of one picture: a small file may unpack to gigabytes (a decompression bomb)."""

EXPANSION = 32
"""Bytes of arrays that one byte of pictures may become; a JPEG of a photograph has 10 to 20."""

_DEPTH = 8

_ORIENTATION = 0x0112
"""EXIF tag: how the camera was held."""

_GREY, _COLOUR = ("1", "L"), ("RGB", "P")
_DAMAGE = (
    *(OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError),
    *(OverflowError, EOFError, struct.error, zlib.error),
)
"""What Pillow raises for a damaged picture, depending on what is damaged."""


@dataclass(frozen=True)
class Listing:
    """The pictures of a folder in a fixed order: class by class, each sorted by path.

    Attributes
    ----------
    folder
        Whose folders are the classes.
    files
        The pictures.
    labels
        The class of each, int64 of shape (N,).
    groups
        The group of each, int64 of shape (N,), numbered in the order of the pictures; one that
        has no group is a group of its own.
    group_names
        The names of the groups that are folders, sorted.
    classes
        The names of the classes, sorted.
    """

    folder: Path
    files: list[Path]
    labels: np.ndarray
    groups: np.ndarray
    group_names: list[str]
    classes: list[str]


def list_folder(folder: Path, classes: Sequence[str] | None = None) -> Listing:
    """Return the pictures of a folder.

    Parameters
    ----------
    folder
        Holds a folder for each class.
    classes
        Those of the training part, for the test part, which must not have others; None: those
        that are there.

    Raises
    ------
    DataError
        No such folder, no class, a class without pictures, or a file that is no picture (hidden
        files, whose names begin with a dot, are passed over).
    """
    found = _entries(folder)
    for entry in found:
        if not entry.is_dir():
            raise DataError(
                f"{entry}: found a file; allowed: a folder for each class, with pictures"
            )
    names = [entry.name for entry in found]
    known = names if classes is None else list(classes)
    if len(known) < 2 or not names:
        raise DataError(f"{folder}: found {len(names)} folders; allowed: two or more, one a class")
    for entry in found:
        if entry.name not in known:
            raise DataError(
                f"{entry}: found a class that the training part does not have; allowed: "
                f"{', '.join(known[:20])}"
            )
    files: list[Path] = []
    labels: list[int] = []
    keys: list[Path] = []
    group_names: set[str] = set()
    for entry in found:
        pictures = list(_pictures(entry, 0))
        if not pictures:
            raise DataError(f"{entry}: found no pictures; allowed: {', '.join(FORMATS)}")
        files += pictures
        labels += [known.index(entry.name)] * len(pictures)
        for file in pictures:
            below = file.relative_to(entry).parts
            if len(below) > 1:
                keys.append(Path(below[0]))  # without the class
                group_names.add(below[0])
            else:
                keys.append(file)
    if len(files) > LABELS:
        raise DataError(f"{folder}: found {len(files):,} pictures; allowed: {LABELS:,}")
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return Listing(
        folder=folder,
        files=files,
        labels=np.array(labels, np.int64),
        groups=np.array([numbers[key] for key in keys], np.int64),
        group_names=sorted(group_names),
        classes=known,
    )


def colour_mode(listings: Sequence[Listing]) -> str:
    """Return ``grey`` if all pictures are, or else ``rgb``, from their headers."""
    for listing in listings:
        for file in listing.files:
            with _opened(file) as picture:
                if picture.mode not in _GREY:
                    return "rgb"
    return "grey"


def picture_size(file: Path) -> tuple[int, int]:
    """Return height and width of a picture, upright."""
    with _opened(file) as picture:
        return _upright_size(picture)


def read_pictures(listing: Listing, size: tuple[int, int], mode: str, resize: bool) -> np.ndarray:
    """Return the pictures, uint8 of shape (N, height, width, channels).

    Parameters
    ----------
    listing
        What to read, in this order.
    size
        Height and width.
    mode
        ``grey`` (one channel; colours become their luma, ITU-R 601-2) or ``rgb``.
    resize
        Whether pictures of another size are scaled to ``size``, by averaging over areas (without
        keeping their proportions); otherwise they are an error.

    Raises
    ------
    DataError
        A picture that is damaged, has another size, moves, is transparent or has more than 8 bits
        a channel.
    """
    shape = (len(listing.files), *size, 1 if mode == "grey" else 3)
    budget = Budget(sum(file.stat().st_size for file in listing.files), EXPANSION)
    needed = int(np.prod(shape, dtype=object))
    budget.take(
        needed,
        str(listing.folder),
        f"{len(listing.files):,} pictures of {size[0]} x {size[1]} pixels",
    )
    images = np.empty(shape, np.uint8)
    for row, file in enumerate(listing.files):
        images[row] = _read(file, size, mode, resize)
    return images


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise DataError(f"{folder}: {(error.strerror or str(error)).lower()}") from None


def _pictures(folder: Path, depth: int) -> Iterator[Path]:
    """Give the pictures in a folder and the folders in it, by sorted path."""
    if depth > _DEPTH:
        raise DataError(f"{folder}: found folders {depth} deep; allowed: {_DEPTH}")
    for entry in _entries(folder):
        if entry.is_dir():
            yield from _pictures(entry, depth + 1)
        elif entry.suffix.lower() in FORMATS and entry.is_file():
            yield entry
        else:
            raise DataError(
                f"{entry}: found a file that is no picture; allowed: {', '.join(FORMATS)}"
            )


@contextmanager
def _opened(file: Path) -> Iterator[Image.Image]:
    """Give a picture whose header is read and allowed; Pillow's errors become DataErrors."""
    try:
        # Pillow warns of much that is refused below or does not matter here
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=[FORMATS[file.suffix.lower()]]) as picture:
                _check(file, picture)
                yield picture
    except Image.DecompressionBombError:  # Pillow's own limit, which is higher
        raise DataError(f"{file}: found too many pixels; allowed: {PIXELS:,}") from None
    except _DAMAGE as error:
        text = " ".join(str(error).split())[:120] or type(error).__name__
        raise DataError(
            f"{file}: found a damaged picture ({text}); allowed: one that opens"
        ) from None


def _check(file: Path, picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > PIXELS:
        raise DataError(f"{file}: found {width:,} x {height:,} pixels; allowed: {PIXELS:,}")
    if picture.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info:
        raise DataError(
            f"{file}: found transparency; allowed: opaque pictures (give it a background: "
            "`magick mogrify -background white -alpha remove -alpha off FILE`)"
        )
    deep = any(";16" in str(tile[3]) for tile in getattr(picture, "tile", ()))
    if picture.mode not in _GREY + _COLOUR or deep:
        raise DataError(
            f"{file}: found {'16 bits a channel' if deep else f'mode {picture.mode}'}; allowed: "
            "grey or RGB of 8 bits a channel"
        )
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise DataError(f"{file}: found several frames; allowed: one picture a file")


def _upright_size(picture: Image.Image) -> tuple[int, int]:
    width, height = picture.size
    # EXIF orientations 5 to 8 lie on their side
    return (
        (width, height) if picture.getexif().get(_ORIENTATION) in (5, 6, 7, 8) else (height, width)
    )


def _read(file: Path, size: tuple[int, int], mode: str, resize: bool) -> np.ndarray:
    if FORMATS[file.suffix.lower()] == "PNG":
        with _opened(file) as picture:
            picture.verify()  # the checksums, which loading does not compare
    with _opened(file) as picture:
        found = _upright_size(picture)
        if found != size and not resize:
            raise DataError(
                f"{file}: found {found[0]} x {found[1]} pixels (height x width); allowed: "
                f"{size[0]} x {size[1]} as the first picture, or set source.size to scale all"
            )
        upright = picture if _ORIENTATION not in picture.getexif() else _turned(picture)
        wanted = "L" if mode == "grey" else "RGB"
        # not converted where it is right already: a copy is a lot for a large picture
        pixels = upright if upright.mode == wanted else upright.convert(wanted)
        if found != size:
            pixels = pixels.resize((size[1], size[0]), Image.Resampling.BOX)
        return np.asarray(pixels).reshape(*size, -1)


def _turned(picture: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(picture)
    assert turned is not None  # only where it works in place
    return turned
