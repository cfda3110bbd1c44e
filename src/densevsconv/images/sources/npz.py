"""NumPy's .npz files: a zip archive with one .npy file an array, and a checksum for each."""

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.lib import format as npy
from numpy.lib.npyio import NpzFile
from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.images.sources.base import ImageSource, Part, by, image_shape, mapped, reading
from densevsconv.images.sources.keys import ArrayName, FileName, LabelMap, OwnFolder


class NpzSource(ImageSource):
    """A NumPy file (.npz) of images, uint8 (N, height, width[, channels]), and whole labels."""

    kind: Literal["npz"] = Field(description="`npz`")
    path: OwnFolder = None
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
    label_map: LabelMap = Field(default_factory=dict)

    def names(self) -> list[str]:
        return [self.file]

    def parts(self, folder: Path, *, pixels: bool) -> list[Part]:
        file = folder / self.file
        # objects are refused: they may run code when they are read
        with (
            reading(file, "a file as numpy.savez writes it, of numbers"),
            np.load(file, allow_pickle=False) as arrays,
        ):
            tested = [name for name in (self.test_images, self.test_labels) if name in arrays]
            if len(tested) == 1:
                raise DataError(f"{file}: found {tested[0]} alone; allowed: both of a test part")
            parts = [self._part(file, arrays, self.images, self.labels, self.groups, pixels)]
            if tested:
                names = (self.test_images, self.test_labels, self.test_groups)
                parts.append(self._part(file, arrays, *names, pixels))
                parts[1].test = True
        return parts

    def _part(
        self, file: Path, arrays: NpzFile, images: str, labels: str, groups: str, pixels: bool
    ) -> Part:
        where = f"{file}: {images}"
        dtype, shape = _header(file, arrays, images)
        if dtype != np.uint8:
            raise DataError(
                f"{where}: found {dtype}; allowed: uint8, pixels from 0 to 255, such as "
                "numpy.round(255 * images).astype(numpy.uint8) of numbers from 0 to 1"
            )
        full = image_shape(shape, where)
        part = Part(where, full, mapped(_whole_numbers(file, arrays, labels), self.label_map), None)
        if groups in arrays:
            numbers = _whole_numbers(file, arrays, groups)
            if len(numbers) != full[0]:
                raise DataError(
                    f"{file}: found {len(numbers):,} numbers in {groups}; allowed: {full[0]:,}, "
                    "one for each image"
                )
            group_names, part.groups = np.unique(numbers, return_inverse=True)
            part.group_names = group_names.tolist()
        if pixels:
            part.images = np.ascontiguousarray(arrays[images]).reshape(full)
        return part


def _header(file: Path, arrays: NpzFile, name: str) -> tuple[np.dtype, tuple[int, ...]]:
    """Return type and shape of an array, whose values may be gigabytes, from its header."""
    if name not in arrays:
        raise DataError(
            f"{file}: found no array {name}; allowed: a file with it (it has "
            f"{', '.join(arrays.files) or 'none'})"
        )
    assert arrays.zip is not None
    with arrays.zip.open(f"{name}.npy") as stream:
        first = npy.read_magic(stream) == (1, 0)
        read = npy.read_array_header_1_0 if first else npy.read_array_header_2_0
        shape, _, dtype = read(stream)
    return dtype, shape


def _whole_numbers(file: Path, arrays: NpzFile, name: str) -> np.ndarray:
    """Return an array of labels or groups, int64 of shape (N,)."""
    dtype, shape = _header(file, arrays, name)
    if dtype.kind not in "iu" or len(shape) != 1 or not shape[0]:
        raise DataError(
            f"{file}: {name}: found {dtype} of shape {by(shape) or 'one number'}; allowed: whole "
            "numbers of shape (N,), such as labels.astype(numpy.int64)"
        )
    values = arrays[name]
    if values.max() > np.iinfo(np.int64).max:
        raise DataError(f"{file}: {name}: found {values.max()}; allowed: below 2^63")
    return values.astype(np.int64)
