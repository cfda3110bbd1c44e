"""Where images come from: a catalogue entry's ``source``, its files and the reader for their kind.

A new kind of file is a reader in ``readers/``, a schema in ``config/sources.py`` and an entry in
the tables of ``readers/kinds.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from densevsconv.errors import DataError
from densevsconv.images.digits import read_digits
from densevsconv.images.readers import folder as pictures
from densevsconv.images.readers.kinds import look_at_parts, read_parts
from densevsconv.images.readers.npz import NpzFile, open_npz
from densevsconv.images.readers.parts import Parts, count_classes, joined, mapped

SourceKeys = dict[str, Any]
"""``model_dump()`` of a model of ``config/sources.py``, directly or through JSON."""


@dataclass(frozen=True)
class RawImages:
    """All images of a source in fixed order, training rows first.

    Attributes
    ----------
    images
        uint8 of shape (N, height, width, channels).
    labels
        int64 of shape (N,), from 0, every class with an image.
    test_from
        The first row of the source's own test part; None: it has none.
    groups
        int64 of shape (N,): images of one number belong together; None: none do. No group is in
        both parts.
    """

    images: np.ndarray
    labels: np.ndarray
    test_from: int | None
    groups: np.ndarray | None


@dataclass(frozen=True)
class Probe:
    """What a source holds, without its pixels.

    Attributes
    ----------
    images
        How many there are, those of the test part included.
    test_images
        How many of them are the source's own test part; None: it has none.
    shape
        Height, width and channels.
    classes, class_names
        How many classes, and a name for each; numbers where the files have no names.
    """

    images: int
    test_images: int | None
    shape: tuple[int, int, int]
    classes: int
    class_names: list[str]


def read_source(source: SourceKeys, folder: Path) -> RawImages:
    """Return the images of a source.

    Parameters
    ----------
    source
        Its kind and the keys of that kind.
    folder
        Where its files lie: what ``path`` means, or the folder of the fetched files.

    Raises
    ------
    DataError
        A file that is missing, damaged or not what the source says; one line that names it.
    """
    kind = source["kind"]
    if kind == "digits":
        images, labels = read_digits()
        return RawImages(images, labels, None, None)
    _check_distinct(source, folder)
    if kind == "folder":
        return _read_folder(source, folder)
    if kind == "npz":
        return _read_npz(source, folder)
    parts = read_parts(source, folder)
    labels = mapped(joined(parts.labels), source.get("label_map", {}))
    count_classes(labels, source.get("classes"), parts.names)
    return RawImages(joined(parts.images), labels, parts.test_from, None)


def probe(source: SourceKeys, folder: Path) -> Probe:
    """Return what a source holds from headers, labels and names; arguments as `read_source`."""
    kind = source["kind"]
    if kind == "digits":
        images, labels = read_digits()
        return _probe(len(images), None, images.shape[1:], _numbers(int(labels.max()) + 1))
    _check_distinct(source, folder)
    if kind == "folder":
        return _probe_folder(source, folder)
    if kind == "npz":
        with open_npz(folder / source["file"]) as file:
            parts = _npz_parts(source, file, str(folder / source["file"]), look=True)
    else:
        parts = look_at_parts(source, folder)
    classes = source.get("classes")
    if parts.labels:
        labels = mapped(joined(parts.labels), source.get("label_map", {}))
        classes = count_classes(labels, classes, parts.names)
    assert classes is not None  # kinds whose labels are not looked at state their classes
    return _probe(parts.count, parts.test_from, parts.shapes[0][1:], _numbers(classes))


def source_files(source: SourceKeys, folder: Path) -> list[Path]:
    """Return every file that a source reads, in fixed order; those of a folder must be there."""
    kind = source["kind"]
    if kind == "digits":
        return []
    if kind == "folder":
        return [file for listing in _listings(source, folder) for file in listing.files]
    if source.get("archive"):
        return [folder / source["archive"]]
    return [folder / name for name in _names(source)]


def _names(source: SourceKeys) -> list[str]:
    """Return the names of the files of a source, in the order of reading."""
    keys = ("train", "test", "train_images", "test_images", "train_labels", "test_labels")
    if source["kind"] == "npz":
        return [source["file"]]
    if source["kind"] == "folder":
        return []
    return [name for key in keys for name in source.get(key, [])]


def _check_distinct(source: SourceKeys, folder: Path) -> None:
    """Refuse a file or folder that is there twice, also by way of a symbolic link."""
    names = _names(source)
    if source["kind"] == "folder":
        names = [source[part] for part in ("train", "test") if source[part] is not None]
    seen: list[Path] = []
    for name in names:
        path = (folder / name).resolve()
        if any(path.is_relative_to(other) or other.is_relative_to(path) for other in seen):
            raise DataError(
                f"{folder / name}: found twice in the source; allowed: once, since one image must "
                "not be in two parts"
            )
        seen.append(path)


def _probe(images: int, test_from: int | None, shape: tuple[int, ...], names: list[str]) -> Probe:
    tested = None if test_from is None else images - test_from
    height, width, channels = shape
    return Probe(images, tested, (height, width, channels), len(names), names)


def _numbers(classes: int) -> list[str]:
    return [str(label) for label in range(classes)]


# npz: both parts in one file, with groups if it has them


def _npz_parts(source: SourceKeys, file: NpzFile, name: str, *, look: bool) -> Parts:
    parts = [("images", "labels")]
    tested = [key for key in ("test_images", "test_labels") if source[key] in file.names]
    if len(tested) == 1:
        raise DataError(f"{name}: found {source[tested[0]]} alone; allowed: both of a test part")
    if tested:
        parts.append(("test_images", "test_labels"))
    shapes = [file.image_shape(source[images]) for images, _ in parts]
    labels = [file.whole_numbers(source[labels]) for _, labels in parts]
    images = [] if look else [file.images(source[images]) for images, _ in parts]
    return Parts([f"{name}: {source[part[0]]}" for part in parts], 1, shapes, labels, images)


def _read_npz(source: SourceKeys, folder: Path) -> RawImages:
    path = folder / source["file"]
    with open_npz(path) as file:
        parts = _npz_parts(source, file, str(path), look=False)
        groups = _npz_groups(source, file, parts, str(path))
    labels = mapped(joined(parts.labels), source["label_map"])
    count_classes(labels, None, parts.names)
    return RawImages(joined(parts.images), labels, parts.test_from, groups)


def _npz_groups(source: SourceKeys, file: NpzFile, parts: Parts, name: str) -> np.ndarray | None:
    keys = ("groups", "test_groups")
    arrays = {
        part: file.whole_numbers(source[key])
        for part, key in enumerate(keys[: len(parts.shapes)])
        if source[key] in file.names
    }
    if not arrays:
        return None
    for part, array in arrays.items():
        if len(array) != parts.shapes[part][0]:
            raise DataError(
                f"{name}: found {len(array):,} numbers in {source[keys[part]]}; allowed: "
                f"{parts.shapes[part][0]:,}, one for each image"
            )
    if len(arrays) == 2 and (shared := np.intersect1d(arrays[0], arrays[1])).size:
        raise DataError(
            f"{name}: found the group {shared[0]} in both parts; allowed: groups of one part only"
        )
    # numbered anew from 0; images of a part without groups are each a group of their own
    whole, first = [], 0
    for part, shape in enumerate(parts.shapes):
        count = shape[0]
        numbers = np.unique(arrays[part], return_inverse=True)[1] if part in arrays else None
        whole.append(first + (np.arange(count) if numbers is None else numbers))
        first = int(whole[-1].max()) + 1
    return np.concatenate(whole).astype(np.int64)


# folder: pictures, whose folders name the classes


def _listings(source: SourceKeys, folder: Path) -> list[pictures.Listing]:
    if source["train"] is None:
        return [pictures.list_folder(folder)]
    train = pictures.list_folder(folder / source["train"])
    if source["test"] is None:
        return [train]
    return [train, pictures.list_folder(folder / source["test"], train.classes)]


def _folder_look(
    source: SourceKeys, listings: list[pictures.Listing]
) -> tuple[tuple[int, int], str, int | None]:
    """Return size and mode of the pictures, and the first row of the test part."""
    if source["size"] is None:
        size = pictures.picture_size(listings[0].files[0])
    else:
        size = (source["size"][0], source["size"][1])
    mode = source["mode"] or pictures.colour_mode(listings)
    return size, mode, len(listings[0].files) if len(listings) > 1 else None


def _read_folder(source: SourceKeys, folder: Path) -> RawImages:
    listings = _listings(source, folder)
    size, mode, test_from = _folder_look(source, listings)
    resize = source["size"] is not None
    images = joined([pictures.read_pictures(part, size, mode, resize) for part in listings])
    labels = np.concatenate([part.labels for part in listings])
    groups, first = [], 0
    _check_groups_apart(listings)
    for part in listings:
        groups.append(first + part.groups)
        first += int(part.groups.max()) + 1
    grouped = any(part.group_names for part in listings)
    return RawImages(images, labels, test_from, np.concatenate(groups) if grouped else None)


def _check_groups_apart(listings: list[pictures.Listing]) -> None:
    names = [set(part.group_names) for part in listings]
    if shared := sorted(set.intersection(*names) if len(names) > 1 else ()):
        raise DataError(
            f"{listings[1].folder}: found the group {shared[0]} (a folder in a class) in the "
            "training part too; allowed: groups of one part only"
        )


def _probe_folder(source: SourceKeys, folder: Path) -> Probe:
    listings = _listings(source, folder)
    _check_groups_apart(listings)
    size, mode, test_from = _folder_look(source, listings)
    count = sum(len(part.files) for part in listings)
    shape = (*size, 1 if mode == "grey" else 3)
    return _probe(count, test_from, shape, listings[0].classes)
