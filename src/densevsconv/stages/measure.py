"""Measure: what can be said of the images without training anything.

The training part stands for the data; the test images are counted, and compared with the others to
find duplicates.
"""

from typing import Any

import numpy as np
from pydantic import Field

from densevsconv.images.load import load_test_data, load_training_data
from densevsconv.results.data import Measures
from densevsconv.stages.plan import Files, Plan
from densevsconv.store.files import write_npz
from densevsconv.store.layout import Layout
from densevsconv.store.seeds import derive_seed


class MeasurePlan(Plan):
    """plan/measure.json."""

    seed: int = Field(description="The study's.")
    datasets: list[str] = Field(description="By name in the study.")

    @property
    def parts(self) -> list[Any]:
        return list(self.datasets)

    def of(self, part: object) -> object:
        """Return what decides the measures of one data set, its images apart."""
        return self.seed


def inputs(plan: MeasurePlan, at: Layout, dataset: str) -> Files:
    return {
        "train": at.train_data(dataset),
        "test": at.test_data(dataset),
        "info": at.data_info(dataset),
    }


def outputs(plan: MeasurePlan, at: Layout, dataset: str) -> Files:
    return {"measures": at.measures(dataset), "means": at.mean_images(dataset)}


def run(plan: MeasurePlan, at: Layout, dataset: str) -> None:
    """Measure one data set of the study."""
    from densevsconv.images.measures import measure

    data, test = load_training_data(at, dataset), load_test_data(at, dataset)
    values, means = measure(
        np.concatenate([data.train_images, data.validation_images]),
        np.concatenate([data.train_labels, data.validation_labels]),
        test.images,
        test.labels,
        classes=data.info["classes"],
        max_value=data.info["max_value"],
        seed=derive_seed(plan.seed, "measure", 0),
    )
    Measures(dataset=dataset, **values).write(at.measures(dataset))
    write_npz(at.mean_images(dataset), {"means": means})
