"""What every source is: a schema of its files, which reads them, and what all have in common.

A kind of source says which files it names (``names``) and what each of them holds (``parts``); the
rest is here: files put together, labels counted, groups kept apart, and one line for whatever is
wrong with a file.
"""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self, cast

import numpy as np
from pydantic import Field, model_validator

from densevsconv.errors import DataError
from densevsconv.images.sources.keys import Files, OwnFolder, SomeFiles
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


@dataclass
class Part:
    """What one file of a source (or a file of images and one of labels) holds."""

    name: str
    """The file, for messages."""
    shape: tuple[int, int, int, int]
    """Images, height, width, channels."""
    labels: np.ndarray | None
    """int64 (N,); None where only the shape was asked for and the classes are stated."""
    images: np.ndarray | None
    """uint8 of ``shape``; None where only the shape was asked for."""
    test: bool = False
    """Whether it belongs to the source's own test part."""
    groups: np.ndarray | None = None
    """int64 (N,): numbers from 0 of images that belong together; None: it tells none."""
    group_names: list[Any] = field(default_factory=list)
    """What the groups are called that must not be in both parts."""
    class_names: list[str] | None = None
    """Where the files name the classes."""


class ImageSource(Strict):
    """The key ``source`` of a data set: the kind of its files, what they are called, how to read.

    ``folder`` is where the files lie: what ``path`` means, or the folder of the fetched files.
    """

    kind: str

    def names(self) -> list[str]:
        """Return the names of the files, in fixed order."""
        raise NotImplementedError

    def parts(self, folder: Path, *, pixels: bool) -> list[Part]:
        """Return what each file holds, training part first; without ``pixels`` only the shapes."""
        raise NotImplementedError

    def files(self, folder: Path) -> list[Path]:
        """Return every file that is read, in fixed order."""
        if archive := getattr(self, "archive", None):
            return [folder / archive]
        return [folder / name for name in self.names()]

    def read(self, folder: Path) -> RawImages:
        """Return all images; DataError, in one line, for a file that is not what it should be."""
        parts = self._checked(folder, pixels=True)
        labels = np.concatenate([part.labels for part in parts if part.labels is not None])
        self._count_classes(parts, labels)
        groups = _groups(parts)
        return RawImages(_images(parts), labels, _test_from(parts), groups)

    def probe(self, folder: Path) -> Probe:
        """Return what the files hold, from headers, labels and names; errors as in ``read``."""
        parts = self._checked(folder, pixels=False)
        names = parts[0].class_names
        if names is None:
            labels = [part.labels for part in parts if part.labels is not None]
            stated: int = getattr(self, "classes", 0)
            classes = self._count_classes(parts, np.concatenate(labels)) if labels else stated
            names = [str(label) for label in range(classes)]
        count, test_from = sum(part.shape[0] for part in parts), _test_from(parts)
        tested = None if test_from is None else count - test_from
        return Probe(count, tested, parts[0].shape[1:], len(names), names)

    def _checked(self, folder: Path, *, pixels: bool) -> list[Part]:
        seen: list[Path] = []
        for name in self.names():
            path = (folder / name).resolve()  # a symbolic link may hide that it is there twice
            if any(path.is_relative_to(other) or other.is_relative_to(path) for other in seen):
                raise DataError(
                    f"{folder / name}: found twice in the source; allowed: once, since one image "
                    "must not be in two parts"
                )
            seen.append(path)
        parts = self.parts(folder, pixels=pixels)
        first = parts[0]
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
            if part.test and (shared := set(first.group_names) & set(part.group_names)):
                raise DataError(
                    f"{part.name}: found the group {min(shared)} in the training part too; "
                    "allowed: groups of one part only"
                )
        return parts

    def _count_classes(self, parts: list[Part], labels: np.ndarray) -> int:
        """Return the number of classes; DataError unless they run from 0 without a gap."""
        classes = getattr(self, "classes", None)
        where = ", ".join(part.name for part in parts)
        lowest, highest = int(labels.min()), int(labels.max())
        most = classes or MOST_CLASSES
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
                f"{where}: found labels from {lowest} to {highest} and {missing}; allowed: two or "
                f"more classes from 0, each with images{hint}"
            )
        return len(counts)


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


def _groups(parts: list[Part]) -> np.ndarray | None:
    """Return groups numbered on from part to part; each image of a part without is its own."""
    if all(part.groups is None for part in parts):
        return None
    whole = np.empty(0, np.int64)
    for part in parts:
        numbers = np.arange(part.shape[0]) if part.groups is None else part.groups
        whole = np.append(whole, numbers + whole.max(initial=-1) + 1)
    return whole


class PartedSource(ImageSource):
    """Files of images and labels, training and test parts apart."""

    path: OwnFolder = None
    train: SomeFiles = Field(description="Files of the training part, in this order.")
    test: Files = Field(
        default_factory=list, description="Files of the test part; empty: there is none."
    )

    def names(self) -> list[str]:
        return [*self.train, *self.test]


class PairedSource(ImageSource):
    """Files of images, and as many of labels."""

    path: OwnFolder = None
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


@contextmanager
def reading(file: Path, allowed: str) -> Iterator[None]:
    """Turn whatever a library raises for a file it cannot read into one line that names the file.

    ``allowed`` is what the file may be, in words.
    """
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # the libraries raise dozens of kinds for damaged files
        if isinstance(error, OSError) and error.strerror:
            raise DataError(f"{file}: {error.strerror.lower()}") from None
        text = " ".join(str(error).split())[:120] or type(error).__name__
        raise DataError(
            f"{file}: found a file that cannot be read ({text}); allowed: {allowed}"
        ) from None


@contextmanager
def unpacked(file: Path) -> Iterator[IO[bytes]]:
    """Give the bytes of a file, decompressed where it is a gzip file (whatever its name)."""
    with file.open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if compressed:
            with gzip.open(raw, "rb") as stream:
                yield cast(IO[bytes], stream)
        else:
            yield raw


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


def mapped(labels: np.ndarray, label_map: dict[str, int]) -> np.ndarray:
    """Return labels, int64, with those that the map names replaced."""
    replaced = labels.astype(np.int64)
    for label, other in label_map.items():
        replaced[labels == int(label)] = other
    return replaced
