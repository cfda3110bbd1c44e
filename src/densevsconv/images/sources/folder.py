"""Pictures in one folder a class: ``<folder>/<class>/<picture>``.

All pictures below a folder of a class, at any depth, are a group, such as the pictures of one
person, which a split must not divide. Folders of the same name are one group, whatever their
classes: a person is both happy and sad.
"""

import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Literal, Self

import numpy as np
from PIL import Image, ImageOps
from pydantic import Field, model_validator

from densevsconv.errors import DataError
from densevsconv.images.sources.arrays import Range, grey_levels
from densevsconv.images.sources.base import FileSource, Part, ordered
from densevsconv.images.sources.keys import Files, HeightWidth
from densevsconv.images.sources.places import Place, reading, unpacked

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "QOI")
"""What a picture may be, by its content. Pillow's others run programs, or know their files by so
little that anything may look like one."""

_GREY, DEEP = ("1", "L", "LA", "I;16"), ("I;16", "I;16B", "I;16L", "I", "F")
_CLEAR = ("LA", "La", "PA", "RGBA", "RGBa")

_TRAIN, _TEST = ("train", "training"), ("test", "testing")
_VALIDATION = ("val", "valid", "validation", "dev")
_PARTS = {"train": _TRAIN, "test": _TEST, "val": _VALIDATION}

_NOBODYS = ("thumbs.db", "desktop.ini", "__macosx")
"""What Windows and macOS leave in folders."""

_ORIENTATION = 0x0112
"""EXIF tag: how the camera was held."""

_LISTED = 10
"""Bad pictures that a message names."""


class FolderSource(FileSource):
    """Pictures, one folder a class: `<path>/<class>/<picture>`.

    Pictures in a folder of a class (`<path>/<class>/<group>/<picture>`) belong together, such as
    those of one person, and with `grouped: true` a study's split keeps them together. Folders of
    the same name in several classes are one group; no group may be in both official parts. Classes
    are in the order of their folders' names: as numbers where all are numbers, else as text.

    A picture is PNG, JPEG, BMP, GIF, TIFF, WebP, AVIF, JPEG 2000, PPM or QOI, whatever its name
    ends in. Hidden files, `Thumbs.db`, `desktop.ini` and `__MACOSX` are passed over.
    """

    kind: Literal["folder"] = Field(description="`folder`")
    train: Files = Field(
        default_factory=list,
        description="The folder in it whose folders are the classes of the training part, or "
        "several to join, such as `[train, val]`; empty: the classes are in the folder itself, and "
        "there is no test part.",
    )
    test: Files = Field(
        default_factory=list, description="The same for the test part; empty: there is none."
    )
    size: HeightWidth | None = Field(
        default=None,
        description="Height and width that every image is scaled to, by averaging over areas; "
        "null: all images must have the same size.",
    )
    mode: Literal["grey", "rgb"] | None = Field(
        default=None,
        description="Channels of the images: `grey` (1) or `rgb` (3); null: grey if all images "
        "are, or else rgb. Pictures for print (CMYK) are converted where this says to what.",
    )
    range: Range = None
    leave_out: Files = Field(
        default_factory=list,
        description="Files that are not read, such as damaged ones, as messages name them; a name "
        "that ends in .txt is a file with one such name a line.",
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.path is None and self.archive is None:
            raise ValueError(
                "path: missing; allowed: a folder of your own, or source.archive, a fetched file"
            )
        if self.test and not self.train:
            raise ValueError("train: found nothing; allowed: a folder beside the test part")
        names = list(map(PurePosixPath, self.names()))
        for number, name in enumerate(names):
            for other in names[:number]:
                if name.is_relative_to(other) or other.is_relative_to(name):
                    raise ValueError(
                        f'train: found "{other}", and "{name}" as another part; allowed: folders '
                        "of which none is in another"
                    )
        return self

    def names(self) -> list[str]:
        return [*self.train, *self.test]

    def files(self, folder: Path) -> list[Path]:
        if self.archive:
            return super().files(folder)
        return [folder / name for name in _Folders(self, folder).pictures]

    def parts(self, at: Place, *, pixels: bool) -> list[Part]:
        """Return the training part and the test part, class by class, each sorted by path."""
        folders, bad = _Folders(self, at), _Bad(at)
        modes: dict[str, str] = {}
        size = tuple(self.size or ())
        for name in folders.pictures:
            with bad.about(name), _opened(at / name) as picture:
                modes[name] = picture.mode
                size = size or _upright_size(picture)
            colour = modes.get(name, "1") not in _GREY + DEEP
            if modes and (colour or self.mode) and not bad.problems:
                break  # the others need not be looked at
        if not pixels or not modes:
            bad.refuse()
        grey = all(mode in _GREY + DEEP for mode in modes.values())
        mode = self.mode or ("grey" if grey else "rgb")
        parts = []
        for test, listed in folders.parts.items():
            shape = (len(listed), size[0], size[1], 1 if mode == "grey" else 3)
            labels = np.array([folders.classes.index(name) for _, name, _ in listed], np.int64)
            where = str(at / (self.test if test else [*self.train, ""])[0])
            part = Part(where, shape, labels, None, test, class_names=folders.classes)
            if any(group for _, _, group in listed):
                part.groups = [group or f"{name}/" for name, _, group in listed]
            if pixels:
                part.images = np.empty(shape, np.uint8)
                for row, (name, _, _) in enumerate(listed):
                    with bad.about(name):
                        part.images[row] = self._read(at / name, size, mode, folders.notes)
            parts.append(part)
        bad.refuse()
        parts[0].notes = folders.said()
        return parts

    def _read(
        self, file: Place, size: tuple[int, ...], mode: str, notes: Counter[str]
    ) -> np.ndarray:
        """Return a picture, uint8 (height, width, channels): upright, and scaled if it may be.

        Colours become ``grey`` as their luma (ITU-R 601-2); sizes change by averaging over areas,
        without keeping proportions.
        """
        with _opened(file) as picture:
            if picture.format == "PNG":
                picture.verify()  # the checksums, which loading does not compare
        with _opened(file) as picture:
            found = _upright_size(picture)
            if found != size and not self.size:
                raise DataError(
                    f"{file}: found {found[0]} x {found[1]} pixels (height x width); allowed: "
                    f"{size[0]} x {size[1]} as the first picture, or set source.size to scale all"
                )
            if picture.mode in ("L", "1") and mode == "rgb" and not self.mode:
                notes["grey pictures became rgb, since others have colours"] += 1
            if picture.mode in ("CMYK", "YCCK"):
                notes["pictures for print (CMYK) were converted without a colour profile"] += 1
            upright: Image.Image = picture
            if _ORIENTATION in picture.getexif():
                upright = ImageOps.exif_transpose(picture)
            shown = eight_bits(upright, str(file), self.range, converted=self.mode is not None)
            if shown.mode != (wanted := "L" if mode == "grey" else "RGB"):
                shown = shown.convert(wanted)
            if found != size:
                shown = shown.resize((size[1], size[0]), Image.Resampling.BOX)
            return np.asarray(shown).reshape(*size, -1)


class _Folders:
    """The pictures of a folder, their classes and groups; DataError for what is none of these."""

    def __init__(self, source: FolderSource, at: Place) -> None:
        self.source, self.at = source, at
        self.notes: Counter[str] = Counter()
        self.left_out = self._left_out()
        self.classes: list[str] = []
        self.linked = False
        self.parts = {False: self._part(source.train or [""], test=False)}
        if source.train:
            self._tell_others()
        if source.test:
            self.parts[True] = self._part(source.test, test=True)
        if absent := self.left_out - {name for name in self.left_out if (at / name).exists()}:
            raise DataError(
                f"{at}: found no {min(absent)}, which source.leave_out names; allowed: files there"
            )

        if self.linked:
            self._refuse_twice()

    def _refuse_twice(self) -> None:
        seen: dict[Path, str] = {}
        for name in self.pictures:
            file = Path(str(self.at / name)).resolve()
            if file in seen:
                raise DataError(
                    f"{self.at / name}: found a link to {seen[file]}; allowed: a picture once"
                )
            seen[file] = name

    @property
    def pictures(self) -> list[str]:
        """Names below the source's folder."""
        return [name for part in self.parts.values() for name, _, _ in part]

    def said(self) -> list[str]:
        return [f"{self.at}: {count:,} {what}" for what, count in sorted(self.notes.items())]

    def _left_out(self) -> set[str]:
        names: set[str] = set()
        for name in self.source.leave_out:
            if name.endswith(".txt"):
                with (
                    reading(self.at / name, "a text with a name a line"),
                    unpacked(self.at / name) as stream,
                ):
                    lines = stream.read().decode("utf-8-sig").splitlines()
                names |= {str(PurePosixPath(line.strip())) for line in lines if line.strip()}
            names.add(name)
        return names

    def _part(self, tops: list[str], *, test: bool) -> list[tuple[str, str, str]]:
        """Return name, class and group ("": none) of each picture of a part, class by class."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        for top in tops:
            for folder in self._classes(top):
                name = _normalised(folder)
                if test and name not in self.classes:
                    raise DataError(
                        f"{self.at / folder}: found a class that the training part does not have; "
                        f"allowed: {', '.join(self.classes[:20])}"
                    )
                if not (below := list(self._below(folder))):
                    raise DataError(f"{self.at / folder}: found no pictures; allowed: one or more")
                inner = {PurePosixPath(file).relative_to(folder).parts[0].lower() for file in below}
                if inner & {*_TRAIN} and inner & {*_TEST, *_VALIDATION}:
                    raise DataError(
                        f"{self.at / folder}: found the folders of parts in a class; allowed: "
                        "classes in the parts, train/CLASS and test/CLASS, which source.train and "
                        "source.test name"
                    )
                for file in below:
                    inside = PurePosixPath(file).relative_to(folder).parts
                    group = unicodedata.normalize("NFC", inside[0]) if len(inside) > 1 else ""
                    found.setdefault(name, []).append((file, name, group))
        if not test:
            self.classes = ordered(set(found))
        return [each for name in self.classes for each in found.get(name, [])]

    def _classes(self, top: str) -> list[str]:
        """Return the folders of a part's folder, by name below the source's."""
        place = self.at / top
        names = self._entries(top, "a folder with a folder for each class")
        if strays := [name for name in names if not (self.at / name).is_dir()]:
            listed = ", ".join(strays[:_LISTED])
            raise DataError(
                f"{self.at / strays[0]}: found a file; allowed: a folder for each class, with "
                f"pictures (leave it out with source.leave_out: [{listed}])"
            )
        exact, told = (
            {
                part: name
                for name in names
                for part, usual in _PARTS.items()
                if {*usual}.intersection(split(PurePosixPath(name).name.lower()))
            }
            for split in (lambda name: [name], re.compile(r"[^a-z]+").split)  # seg_train
        )
        known = told if len(told) == len(names) > 1 else exact if "train" in exact else {}
        if len(known) > 1 or (known and len(names) == 1):
            joined = ", ".join(known[part] for part in ("train", "val") if part in known)
            keys = f"train: {f'[{joined}]' if ', ' in joined else joined}"
            keys += f", test: {known['test']}" if "test" in known else ""
            raise DataError(
                f"{place}: found the folders {', '.join(known.values())}, which are parts "
                f"and no classes; allowed: source: {{.., {keys}}}"
            )
        twice = Counter(map(_normalised, names)).most_common(1)
        if twice and twice[0][1] > 1:
            raise DataError(
                f"{place}: found two folders {twice[0][0]}, whose accents are written differently; "
                "allowed: one"
            )
        if len(names) < (1 if self.classes else 2):
            inside = f" (if the classes are in it: source.train: {names[0]})" if names else ""
            raise DataError(
                f"{place}: found {len(names)} folder{'s' * (len(names) != 1)}; allowed: two or "
                f"more, one a class{inside}"
            )
        return names

    def _below(self, folder: str) -> Iterator[str]:
        """Yield the names of the pictures below a folder, sorted by path."""
        for name in self._entries(folder, "a folder of pictures"):
            if (self.at / name).is_dir():
                yield from self._below(name)
            else:
                yield name

    def _entries(self, folder: str, allowed: str) -> list[str]:
        """Return what is in a folder, by name below the source's; passed over what nobody means."""
        with reading(self.at / folder, allowed):
            names = sorted({entry.name for entry in (self.at / folder).iterdir()})
        found = []
        for name in names:
            if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
                raise DataError(
                    f"{str(self.at / folder / name)!a}: found a name that is no UTF-8 text, or "
                    "with control characters; allowed: another name"
                )
            path = f"{folder}/{name}" if folder else name
            if name.startswith(".") or name.lower() in _NOBODYS:
                self.notes["hidden files and the like were passed over"] += 1
            elif path in self.left_out:
                self.notes["files were left out, as source.leave_out asks"] += 1
            else:
                self.linked |= isinstance(self.at, Path) and (self.at / path).is_symlink()
                found.append(path)
        return found

    def _tell_others(self) -> None:
        """Note a validation part beside the training part that is not used."""
        parent = self.source.train[0].rpartition("/")[0]
        for entry in (self.at / parent).iterdir():
            name = f"{parent}/{entry.name}" if parent else entry.name
            if entry.name.lower() in _VALIDATION and name not in self.source.names():
                train = ", ".join([*self.source.train, name])
                self.notes[f"folder is not used, {name} (source.train: [{train}] joins it)"] = 1


def _normalised(folder: str) -> str:
    """Return the name of a class: the same whether its accents are letters of their own or not."""
    return unicodedata.normalize("NFC", PurePosixPath(folder).name)


class _Bad:
    """The pictures that cannot be used, gathered to be named all at once."""

    def __init__(self, at: Place) -> None:
        self.at = at
        self.problems: dict[str, str] = {}

    @contextmanager
    def about(self, name: str) -> Iterator[None]:
        try:
            yield
        except DataError as error:
            self.problems.setdefault(name, str(error))

    def refuse(self) -> None:
        """Raise DataError if there are any."""
        if not self.problems:
            return
        names, (first, *_) = list(self.problems), self.problems.values()
        listed = ", ".join(names[:_LISTED]) + (", .." if len(names) > _LISTED else "")
        others = f" and {len(names) - 1:,} more bad pictures" if len(names) > 1 else ""
        raise DataError(f"{first}{others} (source.leave_out: [{listed}])")


@contextmanager
def _opened(file: Place) -> Iterator[Image.Image]:
    """Give a picture whose header is read, and which has one frame."""
    # Pillow warns of much that is refused here or does not matter
    with reading(file, f"a picture ({', '.join(FORMATS)})"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with file.open("rb") as stream, Image.open(stream, formats=FORMATS) as picture:
            if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
                raise DataError(f"{file}: found several frames; allowed: one picture a file")
            # Pillow opens a colour PNG of 16 bits as 8 bits without a word
            tiles = [str(tile[3]) for tile in getattr(picture, "tile", ())]
            if picture.mode not in DEEP and any(";16" in tile for tile in tiles):
                raise DataError(f"{file}: found 16 bits a channel; allowed: 8 where it has colours")
            yield picture


def eight_bits(
    picture: Image.Image, where: str, limits: list[float] | None, *, converted: bool = False
) -> Image.Image:
    """Return a picture as 8 bits of grey or RGB; DataError where that would lose something.

    ``limits`` are black and white of one with more bits; ``converted``: whether colours for print
    may become others.
    """
    if picture.mode in DEEP and limits:
        return Image.fromarray(grey_levels(np.asarray(picture), limits, where))
    if picture.mode in DEEP:
        raise DataError(
            f"{where}: found 16 or more bits a pixel; allowed: 8 bits a channel, or with "
            "source.range, the values that are black and white, such as [0, 65535]"
        )
    if limits and limits != [0, 255]:
        raise DataError(
            f"{where}: found 8 bits a channel; allowed: more, as source.range says of all pictures"
        )
    if picture.mode in _CLEAR or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        if clear.getchannel("A").getextrema() != (255, 255):
            raise DataError(
                f"{where}: found transparency; allowed: opaque pictures (give it a background: "
                "`magick mogrify -background white -alpha remove -alpha off FILE`)"
            )
        return clear.convert("L" if picture.mode in _GREY else "RGB")
    if picture.mode not in ("1", "L", "RGB", "P", *(("CMYK", "YCbCr") if converted else ())):
        raise DataError(
            f"{where}: found mode {picture.mode}; allowed: grey or RGB, or with source.mode, which "
            "says to what pictures for print are converted"
        )
    return (
        picture
        if picture.mode in ("L", "RGB")
        else picture.convert("L" if picture.mode == "1" else "RGB")
    )


def _upright_size(picture: Image.Image) -> tuple[int, int]:
    """Return height and width as the camera was held: EXIF's orientations 5 to 8 lie on a side."""
    width, height = picture.size
    on_side = picture.getexif().get(_ORIENTATION) in (5, 6, 7, 8)
    return (width, height) if on_side else (height, width)
