"""Reading prepared data, checked for what the rest of the study relies on.

The test images have a function of their own, for refit and what comes after it.
Measure calls it too, to count them and to find duplicates; nothing of it reaches a choice.
"""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from densevsconv.errors import DataError
from densevsconv.images.prepared import TestData, TrainingData
from densevsconv.store.files import read_json, read_npz
from densevsconv.store.layout import Layout

WANTED = {"shape", "classes", "max_value", "counts", "train_hash", "test_hash"}


def load_info(layout: Layout, dataset: str) -> dict[str, Any]:
    """Return the description of a prepared data set."""
    file = layout.data_info(dataset)
    info: dict[str, Any] = read_json(file)
    if missing := WANTED - set(info):
        raise DataError(
            f"{file}: {', '.join(sorted(missing))} missing; delete the file and run again"
        )
    return info


def content_hash(arrays: dict[str, np.ndarray], max_value: int, classes: int) -> str:
    """Return SHA-256 over all that a trial sees of the data: arrays, pixel range, classes."""
    digest = hashlib.sha256(f"{max_value} {classes}".encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.view(np.uint8).data)
    return digest.hexdigest()


def load_training_data(layout: Layout, dataset: str) -> TrainingData:
    info, file = load_info(layout, dataset), layout.train_data(dataset)
    arrays = _loaded(file, info, "train_hash", "train_", "validation_")
    return TrainingData(**arrays, info=info)


def load_test_data(layout: Layout, dataset: str) -> TestData:
    """Return the test images of a prepared data set; no choice may depend on them."""
    info, file = load_info(layout, dataset), layout.test_data(dataset)
    return TestData(**_loaded(file, info, "test_hash", ""), info=info)


def _loaded(
    file: Path, info: dict[str, Any], content: str, *prefixes: str
) -> dict[str, np.ndarray]:
    """Return the arrays of some parts, whose hash is the ``content`` of the data set's info."""
    found = read_npz(file)
    arrays: dict[str, np.ndarray] = {}
    for prefix in prefixes:
        arrays |= _checked(found, prefix, info, file)
    if content_hash(arrays, info["max_value"], info["classes"]) != info[content]:
        raise DataError(
            f"{file}: not the images that info.json beside it describes ({content}); delete both "
            "and run again"
        )
    return arrays


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
