"""Reading prepared data, checked for what the rest of the study relies on.

The test images have a function of their own, for refit and what comes after it.
Measure calls it too, to count them and to find duplicates; nothing of it reaches a choice.
"""

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
    info: dict[str, Any] = read_json(file)
    if missing := {"shape", "classes", "max_value", "train_hash", "test_hash"} - set(info):
        raise DataError(
            f"{file}: {', '.join(sorted(missing))} missing; delete the file and run again"
        )
    return info


def load_training_data(layout: Layout, dataset: str) -> TrainingData:
    info, file = load_info(layout, dataset), layout.train_data(dataset)
    arrays = read_npz(file)
    return TrainingData(
        **_checked(arrays, "train_", info, file),
        **_checked(arrays, "validation_", info, file),
        info=info,
    )


def load_test_data(layout: Layout, dataset: str) -> TestData:
    """Return the test images of a prepared data set; no choice may depend on them."""
    info, file = load_info(layout, dataset), layout.test_data(dataset)
    return TestData(**_checked(read_npz(file), "", info, file), info=info)


def _checked(
    arrays: dict[str, np.ndarray], prefix: str, info: dict[str, Any], file: Path
) -> dict[str, np.ndarray]:
    """Return images, labels and indices of a part, by name."""
    count = len(arrays.get(f"{prefix}images", ()))
    wanted = {
        f"{prefix}images": (np.uint8, (count, *info["shape"])),
        f"{prefix}labels": (np.int64, (count,)),
        f"{prefix}indices": (np.int64, (count,)),
    }
    for name, (dtype, shape) in wanted.items():
        array = arrays.get(name)
        if array is None or array.dtype != dtype or array.shape != shape:
            problem = "missing" if array is None else f"{array.dtype} of shape {array.shape}"
            raise DataError(
                f"{file}: {name} is {problem}; allowed: {np.dtype(dtype)} of shape {shape}; "
                "delete the file and run again"
            )
    labels = arrays[f"{prefix}labels"]
    if not count or labels.min() < 0 or labels.max() >= info["classes"]:
        raise DataError(
            f"{file}: {prefix}labels outside 0..{info['classes'] - 1}, or none; "
            "delete the file and run again"
        )
    return {name: arrays[name] for name in wanted}
