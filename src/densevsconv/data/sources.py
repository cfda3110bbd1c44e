"""Where images can come from: one reader a source, named in ``config/datasets.yaml``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from densevsconv.data.digits import read_digits

Reader = Callable[[], tuple[np.ndarray, np.ndarray]]
"""Returns images, uint8 (N, height, width, channels), and labels, int64 (N,), in fixed order."""

SOURCES: dict[str, Reader] = {"digits": read_digits}
