"""The 8x8 digits that come with scikit-learn.

1,797 images from the *test* file of UCI's "Optical Recognition of Handwritten Digits" (Alpaydin
and Kaynak, 1998): 32x32 bitmaps, counted in 4x4 blocks, so that a pixel is a number from 0 to
16. They are not MNIST, although papers call them "MNIST 8x8".
"""

from __future__ import annotations

import numpy as np


def read_digits() -> tuple[np.ndarray, np.ndarray]:
    """Return images, uint8 of shape (1797, 8, 8, 1) with values 0..16, and labels, int64."""
    from sklearn.datasets import load_digits  # slow to import, needed once

    digits = load_digits()
    return digits.images.astype(np.uint8)[..., np.newaxis], digits.target.astype(np.int64)
