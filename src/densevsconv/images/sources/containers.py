"""Files that hold arrays by name: NumPy's .npz, MATLAB's .mat (also 7.3), and HDF5."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import zip_longest
from typing import IO, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from densevsconv.errors import DataError
from densevsconv.images.sources.arrays import Array, ArrayKeys
from densevsconv.images.sources.base import Part, PartedSource, by
from densevsconv.images.sources.keys import ArrayNames, ColumnNumber
from densevsconv.images.sources.pairs import npy_shape
from densevsconv.images.sources.places import Place, reading, unpacked

Arrays = dict[str, Array]

_NAMES = (
    ("images", "labels"), ("X", "y"), ("x", "y"), ("x_{}", "y_{}"), ("X_{}", "y_{}"),
    ("{}_images", "{}_labels"), ("{}_x", "{}_y"), ("{}_set_x", "{}_set_y"), ("{}_X", "{}_y"),
)  # fmt: skip
"""What images and labels are usually called; ``{}`` is the part."""

_ALLOWED = {
    "npz": "a file as numpy.savez writes it, of numbers",
    "mat": "a MATLAB file of arrays and structs of numbers",
    "hdf5": "an HDF5 file",
}


class ContainerSource(ArrayKeys, PartedSource):
    """Arrays by name in a NumPy file (.npz), a MATLAB file (.mat, also 7.3) or an HDF5 file."""

    kind: Literal["npz", "mat", "hdf5"] = Field(description="`npz`, `mat` or `hdf5`")
    label_column: ColumnNumber = None
    images: ArrayNames = Field(
        default_factory=list,
        description="The array of images, or several to join, such as those of a training and a "
        "validation part; empty: one of a usual name.",
    )
    labels: ArrayNames = Field(default_factory=list, description="Their labels.")
    test_images: ArrayNames = Field(
        default_factory=list, description="The images of the test part, if the file has one."
    )
    test_labels: ArrayNames = Field(default_factory=list, description="Their labels.")
    groups: ArrayNames = Field(
        default_factory=lambda: ["groups"],
        description="A number for each image, if the file has them; a split keeps images of the "
        "same number together.",
    )
    test_groups: ArrayNames = Field(
        default_factory=lambda: ["test_groups"], description="The same for the test part."
    )

    @model_validator(mode="after")
    def _as_many(self) -> Self:
        for images, labels in (("images", "labels"), ("test_images", "test_labels")):
            if len(getattr(self, images)) != len(found := getattr(self, labels)):
                raise ValueError(
                    f"{labels}: found {len(found)} names; allowed: as many as {images} has"
                )
        if len(set(names := self.images + self.test_images)) < len(names):
            raise ValueError("images: found one array twice; allowed: once, in one part")
        return self

    def layouts(self) -> tuple[str, ...]:
        return ("HWCN", "NHWC", "NCHW") if self.kind == "mat" else super().layouts()

    def parts(self, at: Place, *, pixels: bool) -> list[Part]:
        found = []
        for number, name in enumerate(self.names()):
            file = at / name
            with (
                reading(file, _ALLOWED[self.kind]),
                unpacked(file) as stream,
                _opened(self.kind, stream, str(file)) as arrays,
            ):
                found += self._parts(file, arrays, pixels, number >= len(self.train))
        return sorted(found, key=lambda part: part.test)

    def _parts(self, file: Place, arrays: Arrays, pixels: bool, test: bool) -> list[Part]:
        own = list(zip(self.images, self.labels, strict=True)) or _usual(arrays, "train", "")
        tested = list(zip(self.test_images, self.test_labels, strict=True))
        tested = tested or [pair for pair in _usual(arrays, "test") if pair not in own]
        if test and tested:
            own = []
        chosen = [
            (*pair, of_test, group)
            for pairs, of_test, key in ((own, test, "groups"), (tested, True, "test_groups"))
            for pair, group in zip_longest(pairs, self._group_names(key, arrays)[: len(pairs)])
        ]
        if not chosen:
            raise DataError(
                f"{file}: found {_listed(arrays)}; allowed: arrays of a usual name, such as images "
                "and labels, or source.images and source.labels, which name them"
            )
        parts = []
        for images, labels, of_test, group in chosen:
            if absent := [name for name in (images, labels, group) if name and name not in arrays]:
                raise DataError(
                    f"{file}: found no array {absent[0]}; allowed: one of {_listed(arrays)}"
                )
            values, where = arrays[labels].values(), arrays[labels].where
            part = self.part(arrays[images], values, pixels=pixels, test=of_test, where=where)
            if group:
                part.groups = _groups(arrays[group], part.shape[0])
            parts.append(part)
        used = {name for names in chosen for name in names}
        if unused := [name for name in arrays if name not in used]:
            parts[0].notes += [
                f"{file}: not used: {', '.join(unused)} (source.images and source.labels may name "
                "several arrays, to join a validation part to the training part)"
            ]
        return parts

    def _group_names(self, key: str, arrays: Arrays) -> list[str]:
        """Return the arrays of groups; one that nobody asked for need not be there."""
        names: list[str] = getattr(self, key)
        usual = names == type(self).model_fields[key].get_default(call_default_factory=True)
        return [name for name in names if name in arrays or not usual]


def _usual(arrays: Arrays, *parts: str) -> list[tuple[str, str]]:
    """Return the first pair of arrays that have the usual names of images and labels of a part."""
    for part in parts:
        for pair in _NAMES:
            images, labels = (name.format(part) for name in pair)
            if ("{}" in pair[0]) == bool(part) and {images, labels} <= set(arrays):
                return [(images, labels)]
    return []


def _listed(arrays: Arrays) -> str:
    return ", ".join(f"{name} ({by(of.shape)})" for name, of in arrays.items()) or "no arrays"


def _groups(array: Array, count: int) -> np.ndarray:
    numbers = array.values()
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu" or len(numbers) != count:
        raise DataError(
            f"{array.where}: found {numbers.dtype} of shape {by(numbers.shape)}; allowed: {count:,}"
            " whole numbers, one for each image"
        )
    return numbers.astype(np.int64)


@contextmanager
def _opened(kind: str, stream: IO[bytes], where: str) -> Iterator[Arrays]:
    """Give the arrays of a file by name; objects are refused: they may run code when read."""
    with ExitStack() as opened:
        if kind == "npz":
            arrays = opened.enter_context(np.load(stream, allow_pickle=False))
            yield {
                name: Array(f"{where}: {name}", _npz_shape(arrays, name), partial(arrays.get, name))
                for name in arrays.files
            }
        elif kind == "hdf5" or stream.read(10) == b"MATLAB 7.3":
            import h5py  # slow to import, needed by these kinds alone

            file, found = opened.enter_context(h5py.File(stream, "r")), []
            file.visititems(lambda _, item: found.append(item))
            yield {
                name: Array(f"{where}: {name}", shape, partial(_values, item, kind))
                for item in found
                if isinstance(item, h5py.Dataset) and (name := item.name.removeprefix("/"))
                # MATLAB's first axis is the fastest, and so the last
                for shape in (item.shape[:: -1 if kind == "mat" else 1],)
            }
        else:
            stream.seek(0)
            yield _matlab(stream, where)


def _values(item: Any, kind: str) -> np.ndarray:
    if item.external or item.is_virtual:
        raise ValueError(f"the values of {item.name} are in another file")
    text = item.dtype.kind in "OS"
    values = np.asarray(item.asstr()[()], str) if text else np.asarray(item[()])
    return values.T if kind == "mat" else values


def _npz_shape(arrays: Any, name: str) -> tuple[int, ...]:
    with arrays.zip.open(f"{name}.npy") as stream:
        return npy_shape(stream)


def _matlab(stream: IO[bytes], where: str) -> Arrays:
    from scipy.io import loadmat, whosmat  # slow to import

    def load(name: str) -> Any:
        stream.seek(0)
        return loadmat(stream, variable_names=[name])[name]

    def inside(name: str, value: np.ndarray) -> Arrays:
        if value.dtype.names is None or value.size != 1:
            return {name: Array.of(f"{where}: {name}", value)}
        found: Arrays = {}
        for key in value.dtype.names:
            found |= inside(f"{name}/{key}", value.flat[0][key])
        return found

    found: Arrays = {}
    for name, shape, kind in whosmat(stream):
        if kind == "struct":
            found |= inside(name, load(name))
        else:
            found[name] = Array(f"{where}: {name}", tuple(shape), partial(load, name))
    return found
