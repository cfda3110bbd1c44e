"""MATLAB 5 files (.mat) of images and labels, the format of SVHN's cropped digits."""

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.images.sources.base import Part, PartedSource, by, image_shape, mapped, reading
from densevsconv.images.sources.keys import ArrayName, LabelMap

_LARGEST_LABEL = 2**31


class MatSource(PartedSource):
    """MATLAB 5 files (.mat) of images and labels, as of SVHN's cropped digits."""

    kind: Literal["mat"] = Field(description="`mat`")
    images_key: ArrayName = Field(
        default="X", description="The variable of images: uint8, height x width x channels x N."
    )
    labels_key: ArrayName = Field(
        default="y", description="The variable of labels: N whole numbers."
    )
    label_map: LabelMap = Field(default_factory=dict)

    def parts(self, folder: Path, *, pixels: bool) -> list[Part]:
        return [
            self._part(folder / name, pixels, test=number >= len(self.train))
            for number, name in enumerate(self.names())
        ]

    def _part(self, file: Path, pixels: bool, *, test: bool) -> Part:
        from scipy.io import loadmat, whosmat  # slow to import, needed by this kind alone

        images = None
        with reading(file, "a MATLAB 5 file (save it with -v7)"):
            found = {name: (shape, kind) for name, shape, kind in whosmat(file, appendmat=False)}
            for key in (self.images_key, self.labels_key):
                if key not in found:
                    raise DataError(
                        f"{file}: found no variable {key}; allowed: a file with it (it has "
                        f"{', '.join(found) or 'none'})"
                    )
            shape, kind = found[self.images_key]
            if kind != "uint8" or len(shape) != 4:
                raise DataError(
                    f"{file}: found {self.images_key} of class {kind} and shape {by(shape)}; "
                    "allowed: uint8 of shape height x width x channels x images"
                )
            full = image_shape((shape[3], *shape[:3]), f"{file}: {self.images_key}")
            wanted = [self.labels_key, *([self.images_key] if pixels else [])]
            content = loadmat(file, variable_names=wanted, appendmat=False)
            labels = self._labels(file, content[self.labels_key])
            if pixels:
                images = np.ascontiguousarray(content[self.images_key].transpose(3, 0, 1, 2))
        return Part(str(file), full, mapped(labels, self.label_map), images, test=test)

    def _labels(self, file: Path, values: np.ndarray) -> np.ndarray:
        allowed = f"allowed: N whole numbers below {_LARGEST_LABEL:,}, N x 1 or 1 x N"
        if values.dtype.kind not in "iuf" or values.size != max(values.shape, default=0):
            raise DataError(
                f"{file}: found {self.labels_key} of type {values.dtype} and shape "
                f"{by(values.shape)}; {allowed}"
            )
        values = np.asarray(values).ravel()
        # NaN compares false
        wrong = np.flatnonzero(~((values == np.floor(values)) & (np.abs(values) < _LARGEST_LABEL)))
        if len(wrong):
            raise DataError(
                f"{file}: found the label {values[wrong[0]]} of image {wrong[0]:,} in "
                f"{self.labels_key}; {allowed}"
            )
        return values
