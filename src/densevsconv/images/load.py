"""Reading prepared data, checked for what the rest of the study relies on.

The test images have a function of their own, for refit and what comes after it.
Measure calls it too, to count them and to find duplicates; nothing of it reaches a choice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from densevsconv.errors import DataError
from densevsconv.images.prepared import TestData, TrainingData
from densevsconv.store.files import read_json, read_npz
from densevsconv.store.layout import Layout


def load_info(layout: Layout, dataset: str) -> dict[str, Any]:
    """Return the description of a prepared data set."""
    file = layout.data_info(dataset)
    info = read_json(file)
    missing = {"shape", "classes", "max_value", "train_hash", "test_hash"} - set(info)
    if missing:
        raise DataError(
            f"{file}: {', '.join(sorted(missing))} missing; delete the file and run again"
        )
    return info


def load_training_data(layout: Layout, dataset: str) -> TrainingData:
    """Return the training and validation images of a prepared data set."""
    info, file = load_info(layout, dataset), layout.train_data(dataset)
    arrays = read_npz(file)
    parts: dict[str, np.ndarray] = {}
    for part in ("train", "validation"):
        parts |= _checked(arrays, f"{part}_", info, file)
    return TrainingData(**parts, info=info)


def load_test_data(layout: Layout, dataset: str) -> TestData:
    """Return the test images of a prepared data set; no choice may depend on them."""
    info, file = load_info(layout, dataset), layout.test_data(dataset)
    return TestData(**_checked(read_npz(file), "", info, file), info=info)


def _checked(
    arrays: dict[str, np.ndarray], prefix: str, info: dict[str, Any], file: Path
) -> dict[str, np.ndarray]:
    names = [prefix + name for name in ("images", "labels", "indices")]
    missing = [name for name in names if name not in arrays]
    if missing:
        raise DataError(f"{file}: {missing[0]} missing; delete the file and run again")
    images, labels, indices = (arrays[name] for name in names)
    count = len(images)
    expected = {
        names[0]: (np.uint8, (count, *info["shape"])),
        names[1]: (np.int64, (count,)),
        names[2]: (np.int64, (count,)),
    }
    for name, (dtype, shape) in expected.items():
        array = arrays[name]
        if array.dtype != dtype or array.shape != shape:
            raise DataError(
                f"{file}: {name} is {array.dtype} of shape {array.shape}; allowed: "
                f"{np.dtype(dtype)} of shape {shape}; delete the file and run again"
            )
    if not count or labels.min() < 0 or labels.max() >= info["classes"]:
        raise DataError(
            f"{file}: {names[1]} outside 0..{info['classes'] - 1}, or none; "
            "delete the file and run again"
        )
    return dict(zip(names, (images, labels, indices), strict=True))
