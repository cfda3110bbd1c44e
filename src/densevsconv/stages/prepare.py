"""Prepare: read each data set, check it against the catalogue, change it, split it, describe it.

The files depend on the source, the catalogue's entry, the study's changes and split, and the
study's seed, to the byte; not on the number of processor cores. Arrays are handled in turn, so that
SVHN in full takes less than 2 GB of memory.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.images.fetch import fetch_files
from densevsconv.images.sources import RawImages, source_of
from densevsconv.images.split import split
from densevsconv.images.transforms.apply import each_step, transform
from densevsconv.results.plan import Split
from densevsconv.results.record import Record
from densevsconv.stages.fetch import WantedFile
from densevsconv.stages.plan import Files, Plan
from densevsconv.store.files import read_json, write_json, write_npz
from densevsconv.store.layout import Layout
from densevsconv.store.seeds import derive_seed

PARTS = ("train", "validation", "test")
CHUNK = 4096  # images worked on at a time
SHEET_CLASSES = 10
"""Images of the contact sheet, one a class, at most."""


class PreparedDataset(Record):
    """What decides the files of one data set of the study."""

    dataset: str = Field(description="Its name in the catalogue.")
    source: dict[str, Any] = Field(description="Where the images come from: kind and settings.")
    folder: str = Field(description="Where the source's files lie.")
    files: dict[str, WantedFile] = Field(description="Those that are fetched.")
    stamp: str = Field(description="Changes with a user's own files; empty for fetched ones.")
    images: int = Field(description="Number of images the source must hold.")
    test_images: int | None = Field(description="How many are the source's own test part.")
    shape: tuple[int, int, int] = Field(description="Of the images before any change.")
    classes: int = Field(description="Number of classes.")
    class_names: list[str] = Field(description="In the order of labels.")
    max_value: int = Field(description="The largest value a pixel can have.")
    split: Split = Field(description="How it is divided.")
    transform: list[dict[str, Any]] = Field(description="Changes of every image, in order.")
    seed: int = Field(description="The study's.")


class PreparePlan(Plan):
    """plan/prepare.json."""

    datasets: dict[str, PreparedDataset] = Field(description="By name in the study.")

    @property
    def parts(self) -> list[Any]:
        """Data sets of the study."""
        return list(self.datasets)

    def of(self, part: object) -> object:
        """Return what decides the files of one data set."""
        return self.datasets[str(part)].model_dump(mode="json")


def inputs(plan: PreparePlan, at: Layout, dataset: str) -> Files:
    """Return the record of the fetched files, for a data set that has such."""
    prepared = plan.datasets[dataset]
    return {"fetched": at.fetched(prepared.dataset)} if prepared.files else {}


def outputs(plan: PreparePlan, at: Layout, dataset: str) -> Files:
    """Return training and validation images, test images, their description, a contact sheet.

    The sheet has some training images after every step of the transformation.
    """
    return {
        "train": at.train_data(dataset),
        "test": at.test_data(dataset),
        "info": at.data_info(dataset),
        "sheet": at.contact_sheet(dataset),
    }


def run(plan: PreparePlan, at: Layout, dataset: str, *, mirror: str | None = None) -> None:
    """Prepare one data set of the study.

    ``mirror`` is where files that have gone missing since they were fetched are looked for first.
    """
    _prepare(at, dataset, plan.datasets[dataset].model_dump(mode="json"), mirror)


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
    if plan["files"]:
        # a checksum that the catalogue does not state is that of what was fetched
        fetched = read_json(layout.fetched(base))["files"]
        files = {
            file: wanted | {"sha256": wanted["sha256"] or fetched[file]["sha256"]}
            for file, wanted in plan["files"].items()
        }
        fetch_files(base, files, folder, mirror)
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
