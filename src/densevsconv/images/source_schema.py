"""The key ``source`` of a data set: the kind of its files, what they are called, how to read them.

What reads them is ``images/sources.py``; each kind here has its reader there.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from densevsconv.schema.strict import Allowed, Strict

_LABEL = re.compile(r"(?:0|-?[1-9][0-9]{0,8})\Z")


def _file_name(value: Any) -> Any:
    """Return a name in its one spelling: ``./a`` and ``b//c`` become ``a`` and ``b/c``."""
    if isinstance(value, str) and value.isprintable():
        path = PurePosixPath(value)  # leaves empty parts and dots out
        if path.parts and not path.is_absolute() and ".." not in path.parts:
            return str(path)
    raise ValueError("not the name of a file in the folder")


def _plain_name(value: Any) -> Any:
    if _file_name(value) != value or "/" in value:
        raise ValueError("not a name without folders")
    return value


def _as_list(value: Any) -> Any:
    """Turn the name of one file into a list of one."""
    return [value] if isinstance(value, str) else value


def _label_map(value: Any) -> Any:
    """Turn labels given as numbers into text, as YAML and JSON files have them."""
    if not isinstance(value, dict):
        raise ValueError("not a mapping")
    texts = {str(key) if type(key) is int else key: label for key, label in value.items()}
    for key, label in texts.items():
        if not (isinstance(key, str) and _LABEL.match(key) and type(label) is int and label >= 0):
            raise ValueError("not labels to labels")
    return texts


FileName = Annotated[
    str,
    BeforeValidator(_file_name),
    Allowed("the name of a file, below the folder of the source"),
]
PlainName = Annotated[
    str,
    BeforeValidator(_plain_name),
    Allowed("the name of a file, without folders"),
]
Files = Annotated[
    list[FileName],
    BeforeValidator(_as_list),
    Allowed("the name of a file below the folder of the source, or a list of names"),
]
SomeFiles = Annotated[
    list[FileName],
    BeforeValidator(_as_list),
    Field(min_length=1),
    Allowed("the name of a file below the folder of the source, or a list of at least one"),
]
LabelMap = Annotated[
    dict[str, int],
    BeforeValidator(_label_map),
    Allowed('labels to labels from 0, such as {"10": 0}'),
]
Size = Annotated[int, Field(ge=1)]
Shape = Annotated[
    list[Size],
    Field(min_length=3, max_length=3),
    Allowed("[height, width, channels], whole numbers of at least 1"),
]
HeightWidth = Annotated[
    list[Size],
    Field(min_length=2, max_length=2),
    Allowed("[height, width], whole numbers of at least 1"),
]
ArrayName = Annotated[str, Field(min_length=1, max_length=64)]

_PATH = (
    "Folder of your own files, seen from where the study is run; null: the files are those that "
    "were fetched."
)
_LABEL_MAP = 'Labels that become others, such as `{"10": 0}`; the others stay as they are.'
_ARCHIVE = "A .tar.gz (or .tar) file that holds the files; null: they lie in the folder."


class DigitsSource(Strict):
    """The 8x8 digits that come with scikit-learn."""

    kind: Literal["digits"] = Field(description="`digits`")


class IdxSource(Strict):
    """IDX files of unsigned bytes, as of MNIST; plain or compressed by gzip."""

    kind: Literal["idx"] = Field(description="`idx`")
    path: str | None = Field(default=None, min_length=1, description=_PATH)
    train_images: SomeFiles = Field(description="Training images: IDX files of 3 or 4 dimensions.")
    train_labels: SomeFiles = Field(description="Their labels, as many files in the same order.")
    test_images: Files = Field(
        default_factory=list, description="The test part; empty: there is none."
    )
    test_labels: Files = Field(default_factory=list, description="The labels of the test part.")
    label_map: LabelMap = Field(default_factory=dict, description=_LABEL_MAP)

    @model_validator(mode="after")
    def _paired(self) -> IdxSource:
        _check_pairs("train", self.train_images, self.train_labels)
        _check_pairs("test", self.test_images, self.test_labels)
        return self


class MatSource(Strict):
    """MATLAB 5 files (.mat) of images and labels, as of SVHN's cropped digits."""

    kind: Literal["mat"] = Field(description="`mat`")
    path: str | None = Field(default=None, min_length=1, description=_PATH)
    train: SomeFiles = Field(description="Files of the training part.")
    test: Files = Field(
        default_factory=list, description="Files of the test part; empty: there is none."
    )
    images_key: ArrayName = Field(
        default="X", description="The variable of images: uint8, height x width x channels x N."
    )
    labels_key: ArrayName = Field(
        default="y", description="The variable of labels: N whole numbers."
    )
    label_map: LabelMap = Field(default_factory=dict, description=_LABEL_MAP)


class CifarSource(Strict):
    """Records of a label and an image in planes: the binary version of CIFAR-10 or CIFAR-100."""

    kind: Literal["cifar"] = Field(description="`cifar`")
    path: str | None = Field(default=None, min_length=1, description=_PATH)
    archive: FileName | None = Field(default=None, description=_ARCHIVE)
    train: SomeFiles = Field(description="Files of the training part, in this order.")
    test: Files = Field(
        default_factory=list, description="Files of the test part; empty: there is none."
    )
    shape: Shape = Field(
        default_factory=lambda: [32, 32, 3],
        description="Height, width and channels of an image.",
    )
    classes: int = Field(default=10, ge=2, le=256, description="Number of classes.")
    label_bytes: Literal[1, 2] = Field(
        default=1,
        description="Bytes before each image, the last of which is its label; CIFAR-100 has 2.",
    )


class StlSource(Strict):
    """STL-10's binary files: images in planes stored column by column, and labels from 1."""

    kind: Literal["stl"] = Field(description="`stl`")
    path: str | None = Field(default=None, min_length=1, description=_PATH)
    archive: FileName | None = Field(default=None, description=_ARCHIVE)
    train_images: SomeFiles = Field(description="Files of training images.")
    train_labels: SomeFiles = Field(description="Their labels, as many files in the same order.")
    test_images: Files = Field(
        default_factory=list, description="The test part; empty: there is none."
    )
    test_labels: Files = Field(default_factory=list, description="The labels of the test part.")
    shape: Shape = Field(
        default_factory=lambda: [96, 96, 3],
        description="Height, width and channels of an image.",
    )
    classes: int = Field(
        default=10, ge=2, le=255, description="Number of classes; label 1 becomes class 0."
    )

    @model_validator(mode="after")
    def _paired(self) -> StlSource:
        _check_pairs("train", self.train_images, self.train_labels)
        _check_pairs("test", self.test_images, self.test_labels)
        return self


class FolderSource(Strict):
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
    def _parts(self) -> FolderSource:
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


class NpzSource(Strict):
    """A NumPy file (.npz) of images, uint8 (N, height, width[, channels]), and whole labels."""

    kind: Literal["npz"] = Field(description="`npz`")
    path: str | None = Field(default=None, min_length=1, description=_PATH)
    file: FileName = Field(description="The file, as `numpy.savez` writes it.")
    images: ArrayName = Field(default="images", description="The array of images.")
    labels: ArrayName = Field(default="labels", description="The array of their labels.")
    test_images: ArrayName = Field(
        default="test_images", description="The images of the test part, if the file has one."
    )
    test_labels: ArrayName = Field(default="test_labels", description="Their labels.")
    groups: ArrayName = Field(
        default="groups",
        description="A number for each image, if the file has them; a split keeps images of the "
        "same number together.",
    )
    test_groups: ArrayName = Field(
        default="test_groups", description="The same for the test part, if the file has them."
    )
    label_map: LabelMap = Field(default_factory=dict, description=_LABEL_MAP)


def _check_pairs(part: str, images: list[str], labels: list[str]) -> None:
    if len(images) != len(labels):
        raise ValueError(
            f"{part}_labels: found {len(labels)} files; allowed: {len(images)}, one for each of "
            f"{part}_images"
        )


AnySource = (
    DigitsSource | IdxSource | MatSource | CifarSource | StlSource | FolderSource | NpzSource
)

SOURCE_KINDS: dict[str, type[Strict]] = {
    "digits": DigitsSource,
    "idx": IdxSource,
    "mat": MatSource,
    "cifar": CifarSource,
    "stl": StlSource,
    "folder": FolderSource,
    "npz": NpzSource,
}
"""The schema of every kind of source."""


def normalised_source(value: Any) -> Any:
    """Turn ``source: digits`` into ``source: {kind: digits}``; refuse kinds that are not there."""
    if isinstance(value, str):
        value = {"kind": value}
    kinds = tuple(SOURCE_KINDS)
    if isinstance(value, Strict) or (isinstance(value, dict) and value.get("kind") in kinds):
        return value
    raise ValueError("not a kind of source")


Source = Annotated[
    Annotated[AnySource, Field(discriminator="kind")],
    BeforeValidator(normalised_source),
    Allowed(
        f"a mapping with a kind ({', '.join(SOURCE_KINDS)}) and the keys of that kind",
        tuple(SOURCE_KINDS),
    ),
]
"""A source as the catalogue has it; ``model_dump`` of it is what ``data.sources`` reads."""
