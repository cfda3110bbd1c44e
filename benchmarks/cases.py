"""What is compared: a case is a grid of trainings, the same for every way of doing it."""

import os
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from densevsconv.errors import UserError
from densevsconv.images import MIRROR_VARIABLE
from densevsconv.images.fetch import fetch_files
from densevsconv.images.prepared import Scaling, TrainingData
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.schema import load_architecture
from densevsconv.planning.catalogue import Catalogue
from densevsconv.schema.read import check, read_yaml

ROOT = Path(__file__).resolve().parents[1]
DATASETS = {"digits": ("digits",), "mnist": ("mnist",), "svhn": ("svhn_sample", "svhn")}
"""Where the images of a case are from: the first of these data sets of the catalogue that is there
or can be fetched."""
VALIDATION = {"digits": 360, "mnist": 6000, "svhn": 1600}


@dataclass(frozen=True)
class Case:
    """Adam, a constant learning rate, kernels that start as Glorot and Bengio say, biases at zero.

    Full batches alone, since ``images`` is a multiple of ``batch_size``; pixels over their largest
    value. A point of the grid is a learning rate and an l2 for all kernels.
    """

    name: str
    dataset: str
    images: int
    batch_size: int
    epochs: int
    rates: tuple[float, ...]
    l2s: tuple[float, ...]
    at_least: float | None = None
    """How many times as fast as a grid search of scikit-learn this project wants to be."""

    @property
    def points(self) -> list[tuple[float, float]]:
        return list(product(self.rates, self.l2s))

    @property
    def steps(self) -> int:
        return self.images // self.batch_size

    def macs(self, data: TrainingData) -> int:
        """Return the multiply-accumulates of the whole search, for three passes an image."""
        passes = 3 * self.images + len(data.validation_labels)
        return self.bound(data).macs * passes * self.epochs * len(self.points)

    def bound(self, data: TrainingData) -> BoundArchitecture:
        described = load_architecture(ROOT / "config" / "architectures", self.name)
        return described.bind(data.train_images.shape[1:], data.info["classes"])

    def quick(self) -> "Case":
        """Return the same with ten batches, and two points of one epoch: does it work at all?"""
        return replace(
            self, images=10 * self.batch_size, epochs=1, rates=self.rates[:1], l2s=self.l2s[:2]
        )


def _rates(count: int) -> tuple[float, ...]:
    return tuple(np.geomspace(1e-3, 1e-2, count).round(5).tolist())


CASES = {
    case.name: case
    for case in (
        Case("denseNet2_20", "digits", 1280, 32, 20, _rates(15), (0.0, 1e-5, 1e-4, 1e-3), 50),
        Case("convNet1_3", "digits", 1280, 32, 20, _rates(6), (0.0, 1e-4), 15),
        Case("conv_small", "digits", 1280, 32, 20, _rates(4), (0.0, 1e-4), 4),
        Case("denseNet4_300", "mnist", 51_200, 128, 3, _rates(2), (0.0, 1e-4), 4),
        Case("convKeras4_20", "mnist", 12_000, 30, 3, _rates(2), (0.0, 1e-4), 1.7),
        Case("lenet5", "mnist", 12_800, 64, 3, _rates(2), (0.0, 1e-4)),
        Case("leNet2", "svhn", 6400, 32, 3, _rates(2), (0.0, 1e-4), 1.4),
        Case("convKeras12_32", "svhn", 6400, 128, 3, _rates(2), (0.0, 1e-4)),
    )
}


def images(dataset: str) -> TrainingData:
    """Return all images that a search could see; :class:`UserError` where they cannot be had."""
    problems = []
    for name in DATASETS[dataset]:
        try:
            return _read(dataset, name)
        except UserError as error:
            problems.append(str(error))
    raise UserError("; ".join(problems))


def _read(dataset: str, name: str) -> TrainingData:
    file = ROOT / "config" / "datasets.yaml"
    entry = check(Catalogue, read_yaml(file), file).datasets[name]
    folder = ROOT / "data" / "raw" / name
    files = {each: wanted.model_dump() for each, wanted in entry.files.items()}
    fetch_files(name, files, folder, os.environ.get(MIRROR_VARIABLE))
    raw = entry.source.read(folder)
    rows = np.random.default_rng(0).permutation(raw.test_from or len(raw.images))
    train, validation = np.split(rows, [len(rows) - VALIDATION[dataset]])
    info = {"shape": raw.images.shape[1:], "max_value": entry.max_value, "classes": 10}
    return TrainingData(
        raw.images[train], raw.labels[train], train,
        raw.images[validation], raw.labels[validation], validation,
        info | {"name": name},
    )  # fmt: skip


def first(data: TrainingData, images: int) -> TrainingData:
    """Return as many training images, repeated where there are not as many."""
    rows = np.arange(images) % len(data.train_images)
    return replace(
        data,
        train_images=data.train_images[rows],
        train_labels=data.train_labels[rows],
        train_indices=data.train_indices[rows],
    )


def unit(data: TrainingData) -> Scaling:
    return Scaling.for_training("unit", data.info)
