"""The schema of ``config/datasets.yaml``: the data sets that studies may use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from unicodedata import category, normalize

from pydantic import BeforeValidator, Field, model_validator

from densevsconv.images.fetch import RemoteFile
from densevsconv.images.sources import Source
from densevsconv.images.sources.base import numbers
from densevsconv.images.sources.keys import PlainName
from densevsconv.schema.messages import nearest, shown
from densevsconv.schema.strict import Allowed, Name, Strict
from densevsconv.training.settings import Augmentation

Count = Annotated[int, Field(ge=1, le=10_000)]


def _list_or_mapping(value: Any) -> Any:
    texts = [*value, *value.values()] if isinstance(value, dict) else value
    if texts is None or (isinstance(texts, list) and all(isinstance(of, str) for of in texts)):
        return value
    raise ValueError("not names")


ClassNames = Annotated[
    list[str] | dict[str, str] | None,
    BeforeValidator(_list_or_mapping),
    Allowed(
        "a list of names, a mapping of the files' names to others (numbers in quotes), or null"
    ),
]


class DatasetEntry(Strict):
    """One data set of the catalogue, as it is before a study splits it.

    What a user's own files say themselves (number, shape, classes) may be left out.
    """

    title: str = Field(min_length=1)
    """Name for people."""
    source: Source
    """Where the images come from, see the kinds of source."""
    files: dict[PlainName, RemoteFile] = Field(default_factory=dict)
    """Files to fetch, each with the keys of RemoteFile: all that the source names, unless it has a
    path."""
    images: int | None = Field(default=None, ge=1)
    """Number of images, test images included; checked when they are read. null: as many as the
    user's own files hold."""
    test_images: int | None = Field(default=None, ge=1)
    """How many of them are the source's own test part; null: it has none, or the user's own files
    say."""
    shape: list[Count] | None = Field(default=None, min_length=3, max_length=3)
    """Height, width and channels of an image, in pixels; null: the files' own."""
    classes: int | None = Field(default=None, ge=2)
    """Number of classes; labels run from 0. null: the files' own."""
    class_names: ClassNames = None
    """A name for each class: a list in the order of labels, or a mapping from what the files call
    them (their folders, or labels); null: the files' own, or the labels."""
    max_value: int = Field(default=255, ge=1, le=255)
    """The largest value a pixel can have."""
    augmentation: Augmentation = Augmentation()
    """What `augmentation: default` stands for in a study: changes that keep the labels of these
    images true, see Augmentation."""
    flip_changes_class: bool = False
    """Whether a mirrored image is of another class, or of none, as with digits; then `flip: true`
    is refused."""
    label_errors: float | None = Field(default=None, ge=0, lt=1)
    """The share of wrong labels among the test images, where somebody has counted them (say who in
    `notes`); null: not known."""
    citation: str = ""
    """Where the data come from, for the report."""
    licence: str = ""
    """Terms of use."""
    homepage: str = ""
    """Address of the data's own page."""
    notes: str = ""
    """What a reader must know about the data."""

    @model_validator(mode="after")
    def _consistent(self) -> DatasetEntry:
        self._check_files()
        names = _names(self.class_names)
        changed = [key for key in ("labels_from", "label_map") if getattr(self.source, key, None)]
        if changed and isinstance(self.class_names, dict) and numbers(self.class_names):
            raise ValueError(
                f"class_names: found a mapping of labels beside source.{changed[0]}, which changes "
                "them; allowed: a list, in the order of the labels after it"
            )
        if names and self.classes and len(names) != self.classes:
            raise ValueError(
                f"class_names: found {len(names)} names; allowed: {self.classes}, as classes says"
            )
        if self.images and self.test_images and self.test_images >= self.images:
            raise ValueError(
                f"test_images: found {self.test_images} of {self.images} images; allowed: fewer"
            )
        return self

    def _check_files(self) -> None:
        if getattr(self.source, "path", None) is not None:
            if self.files:
                raise ValueError(
                    f"files: found {shown(next(iter(self.files)))} beside source.path; allowed: "
                    "one of the two, since files in a folder of your own are not fetched"
                )
            return
        for file in self.source.files(Path()):
            if (name := file.as_posix()) not in self.files:
                raise ValueError(
                    f"files: the source names {shown(name)}, which is not there"
                    f"{nearest(name, self.files)} allowed: every file of the source (or "
                    "source.path, the folder that has them)"
                )


def _names(stated: ClassNames) -> list[str]:
    return list(stated.values() if isinstance(stated, dict) else stated or [])


def named(stated: ClassNames, found: list[str]) -> list[str]:
    """Return the names of classes that the files call ``found``; ValueError where none follow.

    A list is in the order of labels. Where the files have names of their own, such as folders', it
    would name them by their place among those, which nobody sees.
    """
    names = _names(stated) or found
    if isinstance(stated, dict):
        if odd := set(found) ^ set(stated):
            raise ValueError(f"found {shown(min(odd))}; allowed: a name for each of {_list(found)}")
        return _legible([stated[name] for name in found])
    if len(names) != len(found):
        raise ValueError(
            f"found {len(names)} names; allowed: {len(found)}, one for each class of the files"
        )
    if names != found and not numbers(found):
        example = ", ".join(f"{name}: .." for name in found[:3])
        raise ValueError(
            f"found a list, and files that name the classes themselves ({_list(found)}); allowed: "
            f"a mapping of these names to others, {{{example}}}, or no such key"
        )
    return _legible(names)


def _legible(names: list[str]) -> list[str]:
    """Return names that people can read and tell apart; ValueError for others."""
    seen: dict[str, str] = {}
    for name in names:
        seem = normalize("NFC", "".join(c for c in name if category(c) != "Cf"))
        seem = " ".join(seem.split())
        if not seem or {"Cc", "Cs", "Zl", "Zp"} & {*map(category, name)}:
            raise ValueError(f"found {shown(name)}; allowed: text in one line")
        if seem in seen:
            raise ValueError(
                f"found {shown(seem)} twice"
                f"{', written differently' if name != seen[seem] else ''}; allowed: once each "
                "(where the files call two classes so, a mapping gives them other names)"
            )
        seen[seem] = name
    return names


def _list(names: list[str]) -> str:
    return ", ".join(names[:20]) + (", .." if len(names) > 20 else "")


class Catalogue(Strict):
    """``config/datasets.yaml``: the data sets that studies may use."""

    datasets: dict[Name, DatasetEntry] = Field(min_length=1)
    """Data sets by name, each with the keys of DatasetEntry."""
