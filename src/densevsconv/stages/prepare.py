"""Prepare: read each data set, check it against the catalogue, split it, describe it.

in      plan/prepare.json
out     data/<dataset>/train.npz (training and validation), test.npz, info.json

The files depend on the source, the catalogue's entry, the split's settings and the study's seed,
to the byte.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from densevsconv.data.sources import SOURCES
from densevsconv.data.split import split
from densevsconv.errors import DataError
from densevsconv.files import read_json, write_json, write_npz
from densevsconv.layout import Layout

PARTS = ("train", "validation", "test")


def run(layout: Layout, dataset: str | None = None) -> None:
    """Prepare one data set of the study; None: all of them."""
    datasets = read_json(layout.plan("prepare"))["datasets"]
    for name in datasets if dataset is None else [dataset]:
        _prepare(layout, name, datasets[name])


def _prepare(layout: Layout, name: str, plan: dict[str, Any]) -> None:
    images, labels = SOURCES[plan["source"]]()
    _check(name, plan, images, labels)
    indices = split(labels, seed=plan["seed"], **plan["split"])
    parts = {part: (images[rows], labels[rows], rows) for part, rows in indices.items()}
    _check_parts(name, plan, parts)
    train, validation, test = (_arrays(parts[part]) for part in PARTS)
    training = {
        **{f"train_{key}": array for key, array in train.items()},
        **{f"validation_{key}": array for key, array in validation.items()},
    }
    write_npz(layout.train_data(name), training)
    write_npz(layout.test_data(name), test)
    pixels = train["images"].astype(np.float64).reshape(-1, train["images"].shape[-1])
    info = {
        **{key: plan[key] for key in ("title", "citation", "licence", "notes")},
        **{key: plan[key] for key in ("classes", "class_names", "shape", "max_value", "source")},
        "name": name,
        "counts": {part: len(parts[part][1]) for part in PARTS},
        "class_counts": {
            part: np.bincount(parts[part][1], minlength=plan["classes"]).tolist() for part in PARTS
        },
        "channel_mean": pixels.mean(axis=0).tolist(),
        "channel_std": pixels.std(axis=0).tolist(),
        "train_hash": _hash(training, plan),
        "test_hash": _hash(test, plan),
        "split": {**plan["split"], "seed": plan["seed"]},
    }
    write_json(layout.data_info(name), info)


def _arrays(part: tuple[np.ndarray, np.ndarray, np.ndarray]) -> dict[str, np.ndarray]:
    images, labels, rows = part
    return {"images": images, "labels": labels, "indices": rows.astype(np.int64)}


def _hash(arrays: dict[str, np.ndarray], plan: dict[str, Any]) -> str:
    """Return SHA-256 over all that a trial sees of the data: arrays, pixel range, classes."""
    digest = hashlib.sha256(f"{plan['max_value']} {plan['classes']}".encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _check(name: str, plan: dict[str, Any], images: np.ndarray, labels: np.ndarray) -> None:
    found = {
        "images": len(images),
        "shape": list(images.shape[1:]),
        "classes": len(np.unique(labels)),
    }
    for key, value in found.items():
        if value != plan[key]:
            raise DataError(
                f"data set {name}: the source has {key} {value}, config/datasets.yaml says "
                f"{plan[key]}"
            )
    if images.max() > plan["max_value"]:
        raise DataError(
            f"data set {name}: found a pixel of {images.max()}, config/datasets.yaml says "
            f"max_value {plan['max_value']}"
        )


def _check_parts(name: str, plan: dict[str, Any], parts: dict[str, Any]) -> None:
    for part in PARTS:
        present = len(np.unique(parts[part][1]))
        if present < plan["classes"]:
            raise DataError(
                f"data set {name}: the {part} part has images of {present} of "
                f"{plan['classes']} classes; make it larger in the study's datasets.{name}"
            )
