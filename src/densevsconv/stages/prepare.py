"""Prepare: read each data set, check it against the catalogue, change it, split it, describe it.

The files depend on the source, the catalogue's entry, the study's changes and split, and the
study's seed, to the byte; not on the number of processor cores. Arrays are handled in turn, so that
SVHN in full takes less than 2 GB of memory.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.images.fetch import RemoteFile, fetch_files
from densevsconv.images.load import content_hash
from densevsconv.images.sources import RawImages, source_of
from densevsconv.images.sources.base import numbers
from densevsconv.images.split import split
from densevsconv.images.transforms.apply import each_step, transform
from densevsconv.images.transforms.base import chunks
from densevsconv.results.data import ClassCounts, Counts, DataInfo, FetchedFiles
from densevsconv.results.plan import Split
from densevsconv.results.record import Record
from densevsconv.schema.messages import shown
from densevsconv.stages.plan import Files, Plan
from densevsconv.store.files import atomic_path, write_npz
from densevsconv.store.layout import Layout
from densevsconv.store.progress import say
from densevsconv.store.seeds import derive_seed

SHEET_CLASSES = 10
"""Images of the contact sheet, one a class, at most."""
WITHOUT_CODE = ("densevsconv.report.figures.pictures", "densevsconv.report.figures.style")
"""How the sheet of classes looks: an edit of it is no reason to prepare, and train, again."""

DRAWN_CLASSES = 100
"""Classes of the class sheet, at most: each of its pictures takes 30 ms."""


class PreparedDataset(Record):
    """What decides the files of one data set of the study."""

    dataset: str = Field(description="Its name in the catalogue.")
    source: dict[str, Any] = Field(description="Where the images come from: kind and settings.")
    folder: str = Field(description="Where the source's files lie.")
    files: dict[str, RemoteFile] = Field(description="Those that are fetched.")
    stamp: str = Field(description="Changes with a user's own files; empty for fetched ones.")
    images: int = Field(description="Number of images the source must hold.")
    test_images: int | None = Field(description="How many are the source's own test part.")
    shape: tuple[int, int, int] = Field(description="Of the images before any change.")
    classes: int = Field(description="Number of classes.")
    class_names: list[str] = Field(description="In the order of labels.")
    source_names: list[str] = Field(
        default_factory=list, description="What the files call them; empty: not known yet."
    )
    max_value: int = Field(description="The largest value a pixel can have.")
    split: Split = Field(description="How it is divided.")
    transform: list[dict[str, Any]] = Field(description="Changes of every image, in order.")
    seed: int = Field(description="The study's.")


class PreparePlan(Plan):
    """plan/prepare.json."""

    datasets: dict[str, PreparedDataset] = Field(description="By name in the study.")

    @property
    def parts(self) -> list[Any]:
        return list(self.datasets)

    def of(self, part: object) -> object:
        return self.datasets[str(part)].model_dump(mode="json")


def inputs(plan: PreparePlan, at: Layout, dataset: str) -> Files:
    """Return the record of the fetched files, for a data set that has such."""
    asked = plan.datasets[dataset]
    return {"fetched": at.fetched(asked.dataset)} if asked.files else {}


def outputs(plan: PreparePlan, at: Layout, dataset: str) -> Files:
    """Return all that a data set has; the sheet shows some training images after every change."""
    return {
        "train": at.train_data(dataset),
        "test": at.test_data(dataset),
        "info": at.data_info(dataset),
        "sheet": at.contact_sheet(dataset),
        "classes": at.class_sheet(dataset),
    }


def run(plan: PreparePlan, at: Layout, dataset: str, *, mirror: str | None = None) -> None:
    """Prepare one data set of the study.

    ``mirror`` is where files that have gone missing since they were fetched are looked for first.
    """
    asked = plan.datasets[dataset]
    raw = _read(asked, at, mirror)
    try:
        _check(asked, raw)
        rows = _divided(dataset, asked, raw)
    except DataError as error:
        raise DataError(f"data set {dataset}: {error}") from None
    change: dict[str, Any] = {
        "transforms": asked.transform,
        "seed": derive_seed(asked.seed, "transform", 0),
        "max_value": asked.max_value,
    }
    for note in raw.notes:
        say(f"data set {dataset}", note)
    _draw_classes(asked, raw, rows["train"], at.class_sheet(dataset))
    sheet, train_images = _changed_with_sheet(raw, rows["train"], change)
    write_npz(at.contact_sheet(dataset), sheet)
    # each part by itself: clutter is cut from images of the same part, so none leaks into another
    images = {
        part: train_images if part == "train" else transform(raw.images[of], of, **change)
        for part, of in rows.items()
    }
    labels = {part: raw.labels[of] for part, of in rows.items()}
    training: dict[str, np.ndarray] = {}
    for part in ("train", "validation"):
        training |= {
            f"{part}_images": images[part],
            f"{part}_labels": labels[part],
            f"{part}_indices": rows[part].astype(np.int64),
        }
    test = {
        "images": images["test"],
        "labels": labels["test"],
        "indices": rows["test"].astype(np.int64),
    }
    write_npz(at.train_data(dataset), training)
    write_npz(at.test_data(dataset), test)
    mean, std = channel_statistics(train_images)
    counts = {
        part: np.bincount(of, minlength=asked.classes).tolist() for part, of in labels.items()
    }
    DataInfo(
        name=dataset,
        classes=asked.classes,
        class_names=asked.class_names,
        max_value=asked.max_value,
        shape=train_images.shape[1:],
        counts=Counts(**{part: len(of) for part, of in labels.items()}),
        class_counts=ClassCounts(**counts),
        channel_mean=mean.tolist(),
        channel_std=std.tolist(),
        train_hash=content_hash(training, asked.max_value, asked.classes),
        test_hash=content_hash(test, asked.max_value, asked.classes),
        split=asked.split.model_dump() | {"seed": asked.seed},
        transform=asked.transform,
        notes=raw.notes,
    ).write(at.data_info(dataset))


def _read(asked: PreparedDataset, at: Layout, mirror: str | None) -> RawImages:
    folder = Path(asked.folder)
    if asked.files:
        # a checksum that the catalogue does not state is that of what was fetched
        fetched = FetchedFiles.read(at.fetched(asked.dataset)).files
        files = {
            name: file.model_dump() | {"sha256": file.sha256 or fetched[name].sha256}
            for name, file in asked.files.items()
        }
        fetch_files(asked.dataset, files, folder, mirror)
    return source_of(asked.source).read(folder)


def _check(asked: PreparedDataset, raw: RawImages) -> None:
    """Refuse images that are not what the catalogue says."""
    for key, found, stated in (
        ("images", len(raw.images), asked.images),
        (
            "test_images",
            None if raw.test_from is None else len(raw.images) - raw.test_from,
            asked.test_images,
        ),
        ("shape", list(raw.images.shape[1:]), list(asked.shape)),
        ("classes", len(np.unique(raw.labels)), asked.classes),
    ):
        if found != stated:
            raise DataError(f"the source has {key} {found}, config/datasets.yaml says {stated}")
    known = asked.source_names or asked.class_names
    named = bool(asked.source_names) or not numbers(raw.class_names)
    if named and raw.class_names != known:
        raise DataError(
            f"the source has the classes {', '.join(raw.class_names[:20])}, config/datasets.yaml "
            f"says {', '.join(known[:20])}"
        )
    if raw.images.max() == 1 < asked.max_value:
        raise DataError(
            f"found pixels of 0 and 1 alone, config/datasets.yaml says max_value {asked.max_value};"
            " allowed: max_value: 1 (or source.range: [0, 1] of arrays)"
        )
    if raw.images.max() > asked.max_value:
        raise DataError(
            f"found a pixel of {raw.images.max()}, config/datasets.yaml says max_value "
            f"{asked.max_value}"
        )


def _divided(name: str, asked: PreparedDataset, raw: RawImages) -> dict[str, np.ndarray]:
    """Return the rows of each part, every class in each of them."""
    if asked.split.grouped and raw.groups is None:
        raise DataError(
            "split.grouped is true, but its source tells no groups; allowed: false, or a source "
            "with groups"
        )
    rows = split(
        raw.labels,
        seed=asked.seed,
        test_from=raw.test_from,
        groups=raw.groups if asked.split.grouped else None,
        **asked.split.model_dump(exclude={"grouped"}),
    )
    for part, of in rows.items():
        counts = np.bincount(raw.labels[of], minlength=asked.classes)
        if not counts.all():
            absent = [asked.class_names[label] for label in np.flatnonzero(counts == 0)]
            whole = np.bincount(raw.labels)[counts == 0].min()
            raise DataError(
                f"the {part} part has no image of class {shown(absent[0])}"
                f"{f' and {len(absent) - 1} others' if absent[1:] else ''}, of which there are "
                f"{whole} in all; allowed: one of every class in every part (more images, or "
                f"larger parts in the study's datasets.{name})"
            )
    return rows


def _changed_with_sheet(
    raw: RawImages, rows: np.ndarray, change: dict[str, Any]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return an image of each class after 0, 1, ... steps, and all images after the last."""
    labels = raw.labels[rows]
    first = [np.flatnonzero(labels == label)[0] for label in np.unique(labels)]
    show = np.array(first[:SHEET_CLASSES])
    images = raw.images[rows]
    sheet = {"step0": images[show]}
    for number, changed in enumerate(each_step(images, rows, **change), start=1):
        images = changed
        sheet[f"step{number}"] = images[show]
    return sheet, images


def _draw_classes(asked: PreparedDataset, raw: RawImages, rows: np.ndarray, file: Path) -> None:
    """Draw the first training images of every class, as the source has them, under its name."""
    from densevsconv.report.figures import pictures, style  # slow to import

    labels = raw.labels[rows]
    spread = np.linspace(0, asked.classes - 1, min(asked.classes, DRAWN_CLASSES)).astype(int)
    if asked.classes > DRAWN_CLASSES:
        say(file.name, f"shows {DRAWN_CLASSES} of {asked.classes:,} classes, evenly spread")
    images = [list(raw.images[rows[labels == label][: pictures.PICTURES]]) for label in spread]
    names = [asked.class_names[label] for label in spread]
    names = [*map(style.apply(names).legible, names)]
    figure = pictures.sheet(pictures.Pictures(names, images, asked.max_value))
    with atomic_path(file) as temporary:
        figure.savefig(temporary, format="png", dpi=150, metadata={"Software": None})


def channel_statistics(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of every channel, float64 (channels,).

    From exact sums of whole numbers, so that the order of adding does not matter.
    """
    channels = images.shape[-1]
    first, second = np.zeros(channels, np.int64), np.zeros(channels, np.int64)
    for part in chunks(len(images), math.prod(images.shape[1:])):
        pixels = images[part].reshape(-1, channels).astype(np.int64)
        first += pixels.sum(axis=0)
        second += (pixels * pixels).sum(axis=0)
    count = images.size // channels
    mean = first / count
    return mean, np.sqrt(np.maximum(second / count - mean**2, 0.0))
