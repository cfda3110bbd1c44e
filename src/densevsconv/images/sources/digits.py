"""The 8x8 digits that come with scikit-learn.

1,797 images from the *test* file of UCI's "Optical Recognition of Handwritten Digits" (Alpaydin
and Kaynak, 1998): 32x32 bitmaps, counted in 4x4 blocks, so that a pixel is a number from 0 to
16. They are not MNIST, although papers call them "MNIST 8x8".
"""

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from densevsconv.images.sources.base import ImageSource, Part, image_shape


class DigitsSource(ImageSource):
    """The 8x8 digits that come with scikit-learn."""

    kind: Literal["digits"] = Field(description="`digits`")

    def names(self) -> list[str]:
        return []

    def parts(self, folder: Path, *, pixels: bool) -> list[Part]:
        from sklearn.datasets import load_digits  # slow to import, needed once

        digits = load_digits()
        images = digits.images.astype(np.uint8)[..., np.newaxis]
        labels = digits.target.astype(np.int64)
        return [Part("digits", image_shape(images.shape, "digits"), labels, images)]
