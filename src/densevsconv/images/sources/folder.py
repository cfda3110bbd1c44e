"""Pictures in one folder a class: ``<folder>/<class>/<picture>``.

All pictures below a folder of a class, at any depth, are a group, such as the pictures of one
person, which a split must not divide. Folders of the same name are one group, whatever their
classes: a person is both happy and sad.
"""

from __future__ import annotations

import glob
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np
from PIL import Image, ImageOps
from pydantic import Field, model_validator

from densevsconv.errors import DataError
from densevsconv.images.sources.base import ImageSource, Part, reading
from densevsconv.images.sources.keys import FileName, HeightWidth

FORMATS = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".bmp": "BMP", ".gif": "GIF",
    ".tif": "TIFF", ".tiff": "TIFF", ".webp": "WEBP",
}  # fmt: skip
"""What a picture may be, by the end of its name."""

_ORIENTATION = 0x0112
"""EXIF tag: how the camera was held."""

_GREY, _COLOUR = ("1", "L"), ("RGB", "P")


class FolderSource(ImageSource):
    """Your own pictures, one folder a class: `<path>/<class>/<picture>`.

    Pictures in a folder of a class (`<path>/<class>/<group>/<picture>`) belong together, such as
    those of one person, and with `grouped: true` a study's split keeps them together. Folders of
    the same name in several classes are one group; no group may be in both official parts.
    """

    kind: Literal["folder"] = Field(description="`folder`")
    path: str = Field(min_length=1, description="The folder, seen from where the study is run.")
    train: FileName | None = Field(
        default=None,
        description="The folder in it whose folders are the classes of the training part; null: "
        "the classes are in the folder itself, and there is no test part.",
    )
    test: FileName | None = Field(
        default=None, description="The same for the test part; null: there is none."
    )
    size: HeightWidth | None = Field(
        default=None,
        description="Height and width that every image is scaled to, by averaging over areas; "
        "null: all images must have the same size.",
    )
    mode: Literal["grey", "rgb"] | None = Field(
        default=None,
        description="Channels of the images: `grey` (1) or `rgb` (3); null: grey if all images "
        "are, or else rgb.",
    )

    @model_validator(mode="after")
    def _apart(self) -> FolderSource:
        if self.test is None:
            return self
        if self.train is None:
            raise ValueError("train: found null; allowed: a folder beside the test part")
        train, test = PurePosixPath(self.train), PurePosixPath(self.test)
        if train.is_relative_to(test) or test.is_relative_to(train):
            raise ValueError(
                f'train: found "{train}", and "{test}" as the test part; allowed: two folders, '
                "neither in the other"
            )
        return self

    def names(self) -> list[str]:
        return [name for name in (self.train, self.test) if name is not None]

    def files(self, folder: Path) -> list[Path]:
        return [file for _, _, files in self._listings(folder) for file in files]

    def parts(self, folder: Path, *, pixels: bool) -> list[Part]:
        """Return each folder class by class, each class sorted by path."""
        listings = self._listings(folder)
        every = [file for _, _, files in listings for file in files]
        height, width = self.size or _size(every[0])
        mode = self.mode or ("grey" if all(map(_is_grey, every)) else "rgb")
        parts = []
        for number, (place, classes, files) in enumerate(listings):
            shape = (len(files), height, width, 1 if mode == "grey" else 3)
            below = [file.relative_to(place).parts for file in files]
            labels = np.array([classes.index(names[0]) for names in below], np.int64)
            part = Part(str(place), shape, labels, None, test=number > 0, class_names=classes)
            part.group_names = sorted({names[1] for names in below if len(names) > 2})
            if part.group_names:
                keys = [names[1] if len(names) > 2 else names for names in below]
                numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
                part.groups = np.array([numbers[key] for key in keys], np.int64)
            if pixels:
                part.images = np.empty(shape, np.uint8)
                for row, file in enumerate(files):
                    part.images[row] = _read(file, (height, width), mode, self.size is not None)
            parts.append(part)
        return parts

    def _listings(self, folder: Path) -> list[tuple[Path, list[str], list[Path]]]:
        """Return the folder, classes and pictures of each part."""
        listings: list[tuple[Path, list[str], list[Path]]] = []
        for place in [folder / name for name in self.names()] or [folder]:
            known = listings[0][1] if listings else None
            present = _classes(place, known)
            files = [file for name in present for file in _pictures(place / name)]
            listings.append((place, known or present, files))
        return listings


def _classes(folder: Path, known: list[str] | None) -> list[str]:
    """Return the names of the folders in a folder, sorted; hidden ones are passed over.

    ``known`` are the classes of the training part, for the test part, which must not have others.
    """
    with reading(folder, "a folder with a folder for each class"):
        found = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    for entry in found:
        if not entry.is_dir():
            raise DataError(
                f"{entry}: found a file; allowed: a folder for each class, with pictures"
            )
        if known is not None and entry.name not in known:
            raise DataError(
                f"{entry}: found a class that the training part does not have; allowed: "
                f"{', '.join(known[:20])}"
            )
    if len(found) < (2 if known is None else 1):
        raise DataError(f"{folder}: found {len(found)} folders; allowed: two or more, one a class")
    return [entry.name for entry in found]


def _pictures(folder: Path) -> list[Path]:
    """Return the pictures in a folder and the folders in it, by path; hidden ones are left out."""
    names = glob.glob("**/*", root_dir=folder, recursive=True)
    files = [file for name in sorted(map(Path, names)) if not (file := folder / name).is_dir()]
    for file in files:
        if file.suffix.lower() not in FORMATS:
            raise DataError(
                f"{file}: found a file that is no picture; allowed: {', '.join(FORMATS)}"
            )
    if not files:
        raise DataError(f"{folder}: found no pictures; allowed: {', '.join(FORMATS)}")
    return files


@contextmanager
def _opened(file: Path) -> Iterator[Image.Image]:
    """Give a picture whose header is read and which has no more than grey or RGB of 8 bits."""
    kind = FORMATS[file.suffix.lower()]
    # Pillow warns of much that is refused here or does not matter
    with reading(file, f"a {kind} picture"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(file, formats=[kind]) as picture:
            if picture.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info:
                raise DataError(
                    f"{file}: found transparency; allowed: opaque pictures (give it a background: "
                    "`magick mogrify -background white -alpha remove -alpha off FILE`)"
                )
            # Pillow opens a colour PNG of 16 bits as 8 bits without a word
            deep = any(";16" in str(tile[3]) for tile in getattr(picture, "tile", ()))
            if picture.mode not in _GREY + _COLOUR or deep:
                raise DataError(
                    f"{file}: found {'16 bits a channel' if deep else f'mode {picture.mode}'}; "
                    "allowed: grey or RGB of 8 bits a channel"
                )
            if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
                raise DataError(f"{file}: found several frames; allowed: one picture a file")
            yield picture


def _is_grey(file: Path) -> bool:
    with _opened(file) as picture:
        return picture.mode in _GREY


def _size(file: Path) -> tuple[int, int]:
    with _opened(file) as picture:
        return _upright_size(picture)


def _upright_size(picture: Image.Image) -> tuple[int, int]:
    """Return height and width as the camera was held: EXIF's orientations 5 to 8 lie on a side."""
    width, height = picture.size
    on_side = picture.getexif().get(_ORIENTATION) in (5, 6, 7, 8)
    return (width, height) if on_side else (height, width)


def _read(file: Path, size: tuple[int, int], mode: str, resize: bool) -> np.ndarray:
    """Return a picture, uint8 (height, width, channels): upright, and scaled if it may be.

    Colours become ``grey`` as their luma (ITU-R 601-2); sizes change by averaging over areas,
    without keeping proportions.
    """
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
        pixels = picture
        if _ORIENTATION in picture.getexif():
            pixels = ImageOps.exif_transpose(picture)
        if pixels.mode != (wanted := "L" if mode == "grey" else "RGB"):
            pixels = pixels.convert(wanted)
        if found != size:
            pixels = pixels.resize((size[1], size[0]), Image.Resampling.BOX)
        return np.asarray(pixels).reshape(*size, -1)
