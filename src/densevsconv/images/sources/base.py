"""What every source is: a schema of its files, which reads them, and what all have in common.

A kind of source says which files it names (``names``) and what each of them holds (``parts``); the
rest is here: files put together, labels counted, groups kept apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from os.path import realpath
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
from pydantic import Field, model_validator

from densevsconv.errors import DataError
from densevsconv.images.sources.keys import Archive, Files, OwnFolder, SomeFiles
from densevsconv.images.sources.places import Place, files_of
from densevsconv.schema.strict import Strict

CHANNELS = 4
"""Most channels an image may have. More are nearly always a file with its axes in another order,
whose images would be read as nonsense."""

MOST_CLASSES = 65_536


@dataclass(frozen=True)
class RawImages:
    """All images of a source in fixed order, training rows first."""

    images: np.ndarray
    """uint8 (N, height, width, channels)."""
    labels: np.ndarray
    """int64 (N,), from 0, every class with an image."""
    test_from: int | None
    """The first row of the source's own test part; None: it has none."""
    groups: np.ndarray | None
    """int64 (N,): images of one number belong together; None: none do. None is in both parts."""
    class_names: list[str] = field(default_factory=list)
    """As the files have them; numbers where they have none."""
    notes: list[str] = field(default_factory=list)
    """What of the files was not used, or changed, in words."""


@dataclass(frozen=True)
class Probe:
    """What a source holds, without its pixels."""

    images: int
    """How many there are, those of the test part included."""
    test_images: int | None
    """How many of them are the source's own test part; None: it has none."""
    shape: tuple[int, int, int]
    """Height, width and channels."""
    classes: int
    class_names: list[str]
    """Numbers where the files have no names."""
    source_names: list[str] = field(default_factory=list)
    """As the files have them, where they were looked at and a study calls them otherwise."""
    notes: list[str] = field(default_factory=list)
    """What of the files is not used, or changed, in words."""


@dataclass
class Part:
    """What one file of a source (or a file of images and one of labels) holds."""

    name: str
    """The file, for messages."""
    shape: tuple[int, int, int, int]
    """Images, height, width, channels."""
    labels: np.ndarray | None
    """int64 (N,), or names of classes; None where only the shape was asked for and the classes are
    stated."""
    images: np.ndarray | None
    """uint8 of ``shape``; None where only the shape was asked for."""
    test: bool = False
    """Whether it belongs to the source's own test part."""
    groups: np.ndarray | list[str] | None = None
    """For each image the number or name of its group; None: the file tells none."""
    class_names: list[str] | None = None
    """Where the files name the classes."""
    notes: list[str] = field(default_factory=list)
    """What of the file was not used, or changed, in words."""
    unit: bool | None = None
    """Whether fractions were read as 0 to 1 because none is above 1; None: nothing was guessed."""


class ImageSource(Strict):
    """The key ``source`` of a data set: the kind of its files, what they are called, how to read.

    ``folder`` is where the files lie: what ``path`` means, or the folder of the fetched files.
    """

    kind: str

    def names(self) -> list[str]:
        """Return the names of the files, in fixed order."""
        return []

    def parts(self, at: Place, *, pixels: bool) -> list[Part]:
        """Return what each file holds, training part first; without ``pixels`` only the shapes."""
        raise NotImplementedError

    def growth(self) -> dict[str, float]:
        """Return what the images that networks need grow as, up to a factor, where theory says.

        By how a network is bound: "dense", "local", or "shared" weights.
        """
        return {}

    def files(self, folder: Path) -> list[Path]:
        """Return every file that is read, in fixed order."""
        return [folder / name for name in self.names()]

    def read(self, folder: Path) -> RawImages:
        """Return all images; DataError, in one line, for a file that is not what it should be."""
        parts = self._checked(folder, pixels=True)
        labels = np.concatenate([part.labels for part in parts if part.labels is not None])
        names, groups = self._class_names(parts, labels), _groups(parts)
        return RawImages(_images(parts), labels, _test_from(parts), groups, names, _notes(parts))

    def probe(self, folder: Path) -> Probe:
        """Return what the files hold, from headers, labels and names; errors as in ``read``."""
        parts = self._checked(folder, pixels=False)
        labels = [part.labels for part in parts if part.labels is not None]
        names = self._class_names(parts, np.concatenate(labels) if labels else None)
        count, test_from = sum(part.shape[0] for part in parts), _test_from(parts)
        tested = None if test_from is None else count - test_from
        shape = parts[0].shape[1:]
        return Probe(count, tested, shape, len(names), names, names, _notes(parts))

    def _checked(self, folder: Path, *, pixels: bool) -> list[Part]:
        with files_of(folder, getattr(self, "archive", None)) as at:
            parts = self.parts(at, pixels=pixels)
        first = parts[0]
        _number_names(parts)
        for part in parts:
            if part.shape[1:] != first.shape[1:]:
                raise DataError(
                    f"{part.name}: found images of shape {by(part.shape[1:])}; allowed: "
                    f"{by(first.shape[1:])}, as in {first.name}"
                )
            if part.labels is not None and len(part.labels) != part.shape[0]:
                raise DataError(
                    f"{part.name}: found {part.shape[0]:,} images and {len(part.labels):,} labels; "
                    "allowed: as many labels as images"
                )
        units = {part.unit: part.name for part in parts if part.unit is not None}
        if len(units) > 1:
            raise DataError(
                f"{units[True]}: found pixels from 0 to 1, and larger ones in {units[False]}; "
                "allowed: one meaning in all files (source.range, such as [0, 1] or [0, 255])"
            )
        trained, tested = (_group_keys(parts, test=test) for test in (False, True))
        if shared := trained & tested:
            raise DataError(
                f"{parts[-1].name}: found the group {min(shared)} in the training part too; "
                "allowed: groups of one part only"
            )
        return parts

    def _class_names(self, parts: list[Part], labels: np.ndarray | None) -> list[str]:
        """Return a name for each class; DataError unless labels run from 0 without a gap.

        ``labels`` are those of all parts; None: the classes are stated.
        """
        names, stated = parts[0].class_names, getattr(self, "classes", None)
        if labels is None:
            return [str(label) for label in range(stated or 0)]
        where = ", ".join(dict.fromkeys(part.name for part in parts))
        found = sorted(set(labels.tolist()))
        most = stated or MOST_CLASSES
        listed = f"labels {', '.join(map(str, found[:12]))}{', ..' if len(found) > 12 else ''}"
        if len(found) < 2:
            raise DataError(f"{where}: found one class ({listed}); allowed: two or more")
        wanted = range(stated or len(found))
        if len(names or wanted) == len(found) and found[-1] < most and found == list(wanted):
            return names or [str(label) for label in found]
        if found[0] == 1 and len(found) == found[-1]:
            hint = (
                f"source.labels_from: 1 where 1 is the first class, or source.label_map: "
                f'{{"{found[-1]}": 0}} where {found[-1]} stands for 0'
            )
        else:
            swaps = ", ".join(f'"{label}": {new}' for new, label in enumerate(found[:6]))
            hint = f"source.label_map: {{{swaps}{', ..' if len(found) > 6 else ''}}}"
        raise DataError(
            f"{where}: found {listed}; allowed: "
            f"{f'0 to {stated - 1}' if stated else 'from 0 on without a gap'}, each with images "
            f"({hint})"
        )


def _number_names(parts: list[Part]) -> None:
    """Turn labels that are names into numbers, which follow the names' order in all parts."""
    texts = [part.labels for part in parts if part.labels is not None]
    if not any(of.dtype.kind in "US" for of in texts):
        return
    names = ordered({str(name) for of in texts for name in of})
    number = {name: number for number, name in enumerate(names)}
    for part in parts:
        if part.labels is not None:
            part.labels = np.array([number[str(name)] for name in part.labels], np.int64)
            part.class_names = names


def ordered(names: Iterable[str]) -> list[str]:
    """Return names of classes sorted: as numbers where all are numbers, else as text."""
    names = list(names)
    return sorted(names, key=(lambda name: (int(name), name)) if numbers(names) else None)


def numbers(names: Iterable[str]) -> bool:
    return all(
        name.isascii() and name.removeprefix("-").isdigit() and len(name) < 20 for name in names
    )


def _notes(parts: list[Part]) -> list[str]:
    return list(dict.fromkeys(note for part in parts for note in part.notes))


def _test_from(parts: list[Part]) -> int | None:
    if not any(part.test for part in parts):
        return None
    return sum(part.shape[0] for part in parts if not part.test)


def _images(parts: list[Part]) -> np.ndarray:
    """Return the images of all parts, which lose theirs, so that memory is given back in turn."""
    if len(parts) == 1:
        return cast(np.ndarray, parts[0].images)
    whole = np.empty((sum(part.shape[0] for part in parts), *parts[0].shape[1:]), np.uint8)
    start = 0
    for part in parts:
        whole[start : start + part.shape[0]] = cast(np.ndarray, part.images)
        start += part.shape[0]
        part.images = None
    return whole


def _group_keys(parts: list[Part], *, test: bool) -> set[Any]:
    return {key for part in parts if part.test == test for key in _listed(part.groups)}


def _listed(groups: np.ndarray | list[str] | None) -> list[Any]:
    return groups.tolist() if isinstance(groups, np.ndarray) else groups or []


def _groups(parts: list[Part]) -> np.ndarray | None:
    """Return the number of each image's group; each image of a part without is its own."""
    if all(part.groups is None for part in parts):
        return None
    number: dict[Any, int] = {}
    whole = []
    for place, part in enumerate(parts):
        keys = _listed(part.groups) or [(place, row) for row in range(part.shape[0])]
        for key in sorted(set(keys)) if isinstance(part.groups, np.ndarray) else keys:
            number.setdefault(key, len(number))
        whole += [number[key] for key in keys]
    return np.array(whole, np.int64)


class FileSource(ImageSource):
    """Files in a folder, or in an archive in it."""

    path: OwnFolder = None
    archive: Archive = None

    def files(self, folder: Path) -> list[Path]:
        return [folder / self.archive] if self.archive else super().files(folder)

    def _checked(self, folder: Path, *, pixels: bool) -> list[Part]:
        seen: list[Path] = []
        for name in self.names():
            path = Path(realpath(folder / name))  # a link may hide that it is there twice
            if any(path.is_relative_to(other) or other.is_relative_to(path) for other in seen):
                raise DataError(
                    f"{folder / name}: found twice in the source; allowed: once, since one image "
                    "must not be in two parts"
                )
            seen.append(path)
        return super()._checked(folder, pixels=pixels)


class PartedSource(FileSource):
    """Files of images and labels, training and test parts apart."""

    train: SomeFiles = Field(description="Files of the training part, in this order.")
    test: Files = Field(
        default_factory=list, description="Files of the test part; empty: there is none."
    )

    def names(self) -> list[str]:
        return [*self.train, *self.test]


class PairedSource(FileSource):
    """Files of images, and as many of labels."""

    train_images: SomeFiles = Field(description="Files of training images.")
    train_labels: SomeFiles = Field(description="Their labels, as many files in the same order.")
    test_images: Files = Field(
        default_factory=list, description="The test part; empty: there is none."
    )
    test_labels: Files = Field(default_factory=list, description="The labels of the test part.")

    @model_validator(mode="after")
    def _paired(self) -> Self:
        for part in ("train", "test"):
            images, labels = getattr(self, f"{part}_images"), getattr(self, f"{part}_labels")
            if len(images) != len(labels):
                raise ValueError(
                    f"{part}_labels: found {len(labels)} files; allowed: {len(images)}, one for "
                    f"each of {part}_images"
                )
        return self

    def names(self) -> list[str]:
        return [*self.train_images, *self.test_images, *self.train_labels, *self.test_labels]

    def pairs(self, at: Place) -> list[tuple[Place, Place, bool]]:
        """Return each file of images, that of its labels, and whether it is of the test part."""
        images, labels = self.train_images + self.test_images, self.train_labels + self.test_labels
        return [
            (at / image, at / label, number >= len(self.train_images))
            for number, (image, label) in enumerate(zip(images, labels, strict=True))
        ]


def image_shape(shape: tuple[int, ...], where: str) -> tuple[int, int, int, int]:
    """Return (images, height, width, channels), the last 1 where it is missing, if they may be."""
    full = (*shape, 1) if len(shape) == 3 else shape
    if len(full) != 4 or min(full) < 1 or full[3] > CHANNELS:
        raise DataError(
            f"{where}: found images of shape {by(shape) or 'one number'}; allowed: images x height "
            f"x width, or images x height x width x channels with 1 to {CHANNELS} channels, none "
            "of them 0"
        )
    return full[0], full[1], full[2], full[3]


def by(shape: tuple[int, ...]) -> str:
    """Return a shape for messages: ``7 x 5 x 3``."""
    return " x ".join(map(str, shape))
