"""Prepare: read each data set, check it against the catalogue, change it, split it, describe it.

in      plan/prepare.json, plan/fetch.json, the source's files
out     data/<dataset>/train.npz (training and validation), test.npz, info.json,
        sheet.npz (some training images after every step of the transformation)

The files depend on the source, the catalogue's entry, the study's changes and split, and the
study's seed, to the byte; not on the number of processor cores. Arrays are handled in turn, so that
SVHN in full takes less than 2 GB of memory.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from densevsconv.errors import DataError
from densevsconv.images.fetch import fetch_files
from densevsconv.images.sources import RawImages, source_of
from densevsconv.images.split import split
from densevsconv.images.transforms.apply import each_step, transform
from densevsconv.store.files import read_json, write_json, write_npz
from densevsconv.store.layout import Layout
from densevsconv.store.seeds import derive_seed

PARTS = ("train", "validation", "test")
CHUNK = 4096  # images worked on at a time
SHEET_CLASSES = 10
"""Images of the contact sheet, one a class, at most."""


def run(layout: Layout, *, mirror: str | None = None, threads: int = 1) -> None:
    """Prepare all data sets of the study.

    ``mirror`` is where files that have gone missing since they were fetched are looked for first.
    """
    for name, plan in read_json(layout.plan("prepare"))["datasets"].items():
        _prepare(layout, name, plan, mirror)


def _prepare(layout: Layout, name: str, plan: dict[str, Any], mirror: str | None) -> None:
    raw = _read(layout, name, plan, mirror)
    split_plan = dict(plan["split"])
    grouped = split_plan.pop("grouped")
    if grouped and raw.groups is None:
        raise DataError(
            f"data set {name}: split.grouped is true, but its source tells no groups; allowed: "
            "false, or a source with groups"
        )
    try:
        indices = split(
            raw.labels,
            seed=plan["seed"],
            test_from=raw.test_from,
            groups=raw.groups if grouped else None,
            **split_plan,
        )
    except DataError as error:  # too few groups
        raise DataError(f"data set {name}: {error}") from None
    _check_parts(name, plan, {part: raw.labels[rows] for part, rows in indices.items()})
    change = {
        "transforms": plan["transform"],
        "seed": derive_seed(plan["seed"], "transform", 0),
        "max_value": plan["max_value"],
    }
    sheet, train = _changed_with_sheet(raw, indices["train"], change)
    write_npz(layout.contact_sheet(name), sheet)
    # each part by itself: clutter is cut from images of the same part, so none leaks into another
    parts = {
        part: {
            "images": train if part == "train" else transform(raw.images[rows], rows, **change),
            "labels": raw.labels[rows],
            "indices": rows.astype(np.int64),
        }
        for part, rows in indices.items()
    }
    labels = {part: arrays["labels"] for part, arrays in parts.items()}
    training = {
        f"{part}_{key}": array
        for part in ("train", "validation")
        for key, array in parts[part].items()
    }
    write_npz(layout.train_data(name), training)
    write_npz(layout.test_data(name), parts["test"])
    mean, std = channel_statistics(training["train_images"])
    info = {
        "name": name,
        "classes": plan["classes"],
        "class_names": plan["class_names"],
        "max_value": plan["max_value"],
        "shape": list(training["train_images"].shape[1:]),
        "counts": {part: len(labels[part]) for part in PARTS},
        "class_counts": {
            part: np.bincount(labels[part], minlength=plan["classes"]).tolist() for part in PARTS
        },
        "channel_mean": mean.tolist(),
        "channel_std": std.tolist(),
        "train_hash": _hash(training, plan),
        "test_hash": _hash(parts["test"], plan),
        "split": {**plan["split"], "seed": plan["seed"]},
        "transform": plan["transform"],
    }
    write_json(layout.data_info(name), info)


def _read(layout: Layout, name: str, plan: dict[str, Any], mirror: str | None) -> RawImages:
    base, folder = plan["dataset"], Path(plan["folder"])
    fetched = read_json(layout.plan("fetch"))["datasets"].get(base)
    if fetched:
        fetch_files(base, fetched["files"], folder, mirror)
    raw = source_of(plan["source"]).read(folder)
    _check(name, plan, raw)
    return raw


def channel_statistics(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of every channel, float64 (channels,).

    From exact sums of whole numbers, so that the order of adding does not matter.
    """
    channels = images.shape[-1]
    first, second = np.zeros(channels, np.int64), np.zeros(channels, np.int64)
    for start in range(0, len(images), CHUNK):
        pixels = images[start : start + CHUNK].reshape(-1, channels).astype(np.int64)
        first += pixels.sum(axis=0)
        second += (pixels * pixels).sum(axis=0)
    count = images.size // channels
    mean = first / count
    return mean, np.sqrt(np.maximum(second / count - mean**2, 0.0))


def _changed_with_sheet(
    raw: RawImages, rows: np.ndarray, change: dict[str, Any]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return an image of each class after 0, 1, ... steps, and all images after the last."""
    labels = raw.labels[rows]
    first = [np.flatnonzero(labels == label)[0] for label in np.unique(labels)]
    show = np.array(first[:SHEET_CLASSES])
    images = raw.images[rows]
    sheet = {"step0": images[show]}
    for number, (_, changed) in enumerate(each_step(images, rows, **change), start=1):
        images = changed
        sheet[f"step{number}"] = images[show]
    return sheet, images


def _hash(arrays: dict[str, np.ndarray], plan: dict[str, Any]) -> str:
    """Return SHA-256 over all that a trial sees of the data: arrays, pixel range, classes."""
    digest = hashlib.sha256(f"{plan['max_value']} {plan['classes']}".encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.view(np.uint8).data)
    return digest.hexdigest()


def _check(name: str, plan: dict[str, Any], raw: RawImages) -> None:
    found = {
        "images": len(raw.images),
        "test_images": None if raw.test_from is None else len(raw.images) - raw.test_from,
        "shape": list(raw.images.shape[1:]),
        "classes": len(np.unique(raw.labels)),
    }
    for key, value in found.items():
        if value != plan[key]:
            raise DataError(
                f"data set {name}: the source has {key} {value}, config/datasets.yaml says "
                f"{plan[key]}"
            )
    if raw.labels.min() < 0 or raw.labels.max() >= plan["classes"]:
        raise DataError(
            f"data set {name}: found labels {raw.labels.min()}..{raw.labels.max()}; allowed: "
            f"0..{plan['classes'] - 1} (label_map in config/datasets.yaml renames labels)"
        )
    if raw.images.max() > plan["max_value"]:
        raise DataError(
            f"data set {name}: found a pixel of {raw.images.max()}, config/datasets.yaml says "
            f"max_value {plan['max_value']}"
        )


def _check_parts(name: str, plan: dict[str, Any], labels: dict[str, np.ndarray]) -> None:
    for part in PARTS:
        present = len(np.unique(labels[part]))
        if present < plan["classes"]:
            raise DataError(
                f"data set {name}: the {part} part has images of {present} of "
                f"{plan['classes']} classes; make it larger in the study's datasets.{name}"
            )
