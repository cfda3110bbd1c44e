"""What the stages before found, as the tests of claims ask for it: numbers a seed, by case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow
import pyarrow.compute

from densevsconv.store.files import read_json
from densevsconv.store.layout import Layout
from densevsconv.store.tables import probability_columns, read_parquet

ROUNDING = 1e-9
"""Shares of images that differ by less are the same."""


@dataclass(frozen=True)
class Results:
    """Reads a study's results.

    Attributes
    ----------
    layout
        Names of the result files.
    datasets
        Data set of every case.
    """

    layout: Layout
    datasets: Mapping[str, str]

    def accuracies(self, case: str) -> list[float]:
        """Return the test accuracy of every refitted seed, diverged ones included."""
        values: list[float] = read_json(self.layout.evaluation(case))["accuracy"]["per_seed"]
        return values

    def images(self, case: str) -> int:
        """Return the number of test images of a case."""
        count: int = read_json(self.layout.evaluation(case))["images"]
        return count

    def images_of_classes(self, case: str) -> list[int]:
        """Return the number of test images of every class, in the order of labels."""
        return [entry["support"] for entry in read_json(self.layout.evaluation(case))["per_class"]]

    def learned(self, case: str) -> dict[int, bool]:
        """Return whether each seed's network is better on test images than one class for all.

        By repetition; the commonest class of the test images is meant.
        """
        images = self.images_of_classes(case)
        bar = max(images) / sum(images)
        pairs = zip(self.runs(case), self.accuracies(case), strict=True)
        return {run["repetition"]: accuracy > bar + ROUNDING for run, accuracy in pairs}

    def runs(self, case: str) -> list[dict[str, Any]]:
        """Return the record of every refitted seed."""
        runs: list[dict[str, Any]] = read_json(self.layout.runs(case))["runs"]
        return runs

    def share_seeds(self, a: str, b: str) -> bool:
        """Return whether two cases were refitted with the same seeds, so that these pair them."""
        first, second = (
            [(run["repetition"], run["seeds"]) for run in self.runs(case)] for case in (a, b)
        )
        return first == second

    def training_seconds(self, case: str) -> list[float]:
        """Return the seconds of every timed training."""
        seconds: list[float] = read_json(self.layout.timing(case))["train_seconds"]["all"]
        return seconds

    def validation_losses(self, case: str) -> dict[int, np.ndarray]:
        """Return the validation loss by epoch of every refitted seed that did not diverge.

        One array a repetition, all finite.
        """
        table = read_parquet(self.layout.history(case))
        finished = [run["repetition"] for run in self.runs(case) if run["status"] != "diverged"]
        curves = {}
        for repetition in finished:
            rows = _of_repetition(table, repetition).sort_by("epoch")
            curves[repetition] = np.asarray(rows.column("validation_loss").to_numpy(), np.float64)
        return curves

    def recalls(self, case: str) -> np.ndarray:
        """Return the recall of each class on the test images: shape (seeds, classes).

        NaN for a class without test images. A network of NaNs predicts class 0, as in the
        evaluation.
        """
        table = read_parquet(self.layout.predictions(case))
        names = probability_columns(table.column_names)
        seeds = []
        for run in self.runs(case):
            rows = _of_repetition(table, run["repetition"])
            labels = rows.column("label").to_numpy()
            predicted = np.stack([rows.column(name).to_numpy() for name in names]).argmax(axis=0)
            right = np.bincount(labels[predicted == labels], minlength=len(names))
            images = np.bincount(labels, minlength=len(names))
            seeds.append(np.where(images > 0, right / np.maximum(images, 1), np.nan))
        return np.array(seeds)

    def class_names(self, case: str) -> list[str]:
        """Return the names of the classes of a case's data set, in the order of labels."""
        names: list[str] = read_json(self.layout.data_info(self.datasets[case]))["class_names"]
        return names


def _of_repetition(table: pyarrow.Table, repetition: int) -> pyarrow.Table:
    return table.filter(pyarrow.compute.field("repetition") == repetition)
