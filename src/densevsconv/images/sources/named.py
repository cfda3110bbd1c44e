"""Data sets by name, from a package that has them or fetches them itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.images.sources.arrays import Array, ArrayKeys
from densevsconv.images.sources.base import ImageSource, Part, image_shape
from densevsconv.images.sources.folder import DEEP, eight_bits
from densevsconv.images.sources.keys import Files, SomeFiles
from densevsconv.images.sources.places import Place, reading


class DigitsSource(ImageSource):
    """The 8x8 digits that come with scikit-learn.

    1,797 images from the *test* file of UCI's "Optical Recognition of Handwritten Digits" (Alpaydin
    and Kaynak, 1998): 32x32 bitmaps, counted in 4x4 blocks, so that a pixel is a number from 0 to
    16. They are not MNIST, although papers call them "MNIST 8x8".
    """

    kind: Literal["digits"] = Field(description="`digits`")

    def parts(self, at: Place, *, pixels: bool) -> list[Part]:
        from sklearn.datasets import load_digits  # slow to import, needed once

        digits = load_digits()
        images = digits.images.astype(np.uint8)[..., np.newaxis]
        labels = digits.target.astype(np.int64)
        return [Part("digits", image_shape(images.shape, "digits"), labels, images)]


class NamedSource(ArrayKeys, ImageSource):
    """A data set by its name in scikit-learn, Hugging Face's `datasets` or TensorFlow Datasets.

    The package fetches it into a folder of its own when the images are prepared.
    """

    kind: Literal["sklearn", "huggingface", "tensorflow_datasets"] = Field(
        description="`sklearn`, `huggingface` or `tensorflow_datasets`"
    )
    name: str = Field(
        min_length=1, description="Its name there, or a folder that the package reads."
    )
    config: str | None = Field(default=None, description="Which of several versions it has.")
    train: SomeFiles = Field(default=["train"], description="Splits of the training part.")
    test: Files = Field(
        default=["test"], description="Splits of the test part; those that are not there are none."
    )

    def parts(self, at: Place, *, pixels: bool) -> list[Part]:
        where = f"{self.kind} {self.name}"
        with reading(Path(where), "a data set of images of one size, each with its class"):
            load: Callable[[], tuple[list[_Split], Sequence[str]]] = getattr(self, f"_{self.kind}")
            splits, names = load()
            parts = [
                self.part(Array.of(where, images), labels, pixels=pixels, test=test)
                for images, labels, test in splits
            ]
            if named := [str(name) for name in names]:
                places = self._replaced(np.arange(len(named)))
                if sorted(places) != list(range(len(named))):
                    raise DataError(
                        f"{where}: found the classes {', '.join(named[:20])}; allowed: a "
                        "source.label_map that gives each a place of its own, and no labels_from"
                    )
                named = [named[row] for row in np.argsort(places)]
            for part in parts:
                part.class_names = named or None
        return parts

    def _splits(self, there: Mapping[str, Any]) -> list[tuple[Any, bool]]:
        """Return those asked for of the splits that there are, and whether each is a test part."""
        usual = self.test == type(self).model_fields["test"].default
        tested = [name for name in self.test if not usual or {name} & {*there} - {*self.train}]
        if absent := [name for name in [*self.train, *tested] if name not in there]:
            raise DataError(
                f"{self.kind} {self.name}: found no split {absent[0]}; allowed: {', '.join(there)}"
            )
        names = [*self.train, *tested]
        if twice := [name for name in names if names.count(name) > 1]:
            raise DataError(
                f"{self.kind} {self.name}: found the split {twice[0]} twice; allowed: once, in one "
                "part"
            )
        return [(there[name], name in tested) for name in names]

    def _sklearn(self) -> tuple[list[_Split], Sequence[str]]:
        from sklearn import datasets

        if self.name == "digits":
            found = datasets.load_digits()
        elif self.name in ("olivetti_faces", "lfw_people"):
            found = getattr(datasets, f"fetch_{self.name}")()
        else:
            found = datasets.fetch_openml(
                self.name, version=_version(self.config), as_frame=False, parser="auto"
            )
        labels = found.target.astype(str) if found.target.dtype.kind == "O" else found.target
        names = found.target_names if self.name in ("digits", "lfw_people") else []
        return [(found.get("images", found.data), labels, False)], names

    def _columns(self, features: Mapping[str, Any], kinds: Any) -> tuple[str, str]:
        """Return what the pictures and the classes are called, by their types in a package."""
        pictures = [key for key, of in features.items() if isinstance(of, kinds.Image)]
        classes = [key for key, of in features.items() if isinstance(of, kinds.ClassLabel)]
        classes = [key for key in classes if self.label_column in (None, key)]
        if len(pictures) != 1 or len(classes) != 1:
            raise DataError(
                f"{self.kind} {self.name}: found the columns {', '.join(features)}; allowed: one "
                "of pictures and one of classes (of several: source.label_column)"
            )
        return pictures[0], classes[0]

    def _huggingface(self) -> tuple[list[_Split], Sequence[str]]:
        datasets = _package("datasets")
        if int(datasets.__version__.partition(".")[0]) < 4:
            raise DataError(
                f"source: found datasets {datasets.__version__}; allowed: 4 or newer, which runs "
                "no code that a data set brings (`.venv/bin/pip install -U datasets`)"
            )
        there = datasets.load_dataset(self.name, self.config)
        features = next(iter(there.values())).features
        image, label = self._columns(features, datasets)
        splits: list[_Split] = []
        for rows, test in self._splits(there):
            # those with more bits are scaled with the rest of the array
            images = [
                of if self.range and of.mode in DEEP else eight_bits(of, self.name, None)
                for of in rows[image]
            ]
            splits.append((np.stack(list(map(np.asarray, images))), np.array(rows[label]), test))
        return splits, features[label].names

    def _tensorflow_datasets(self) -> tuple[list[_Split], Sequence[str]]:
        tfds = _package("tensorflow_datasets")
        name = f"{self.name}/{self.config}" if self.config else self.name
        there, info = tfds.load(name, batch_size=-1, with_info=True)
        image, label = self._columns(info.features, tfds.features)
        splits = [
            (*tfds.as_numpy((rows[image], rows[label])), test) for rows, test in self._splits(there)
        ]
        return splits, info.features[label].names


_Split = tuple[np.ndarray, np.ndarray, bool]
"""Images, labels, and whether it is the test part."""


def _version(stated: str | None) -> int | str:
    return int(stated) if stated and stated.isdigit() else stated or "active"


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise DataError(
            f"source: the Python package {name} is not installed; allowed: this kind once "
            f"`.venv/bin/pip install {name}` has run"
        ) from None
