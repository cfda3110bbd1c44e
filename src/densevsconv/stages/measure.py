"""Measure: what can be said of the images without training anything.

in      plan/measure.json, data/<dataset>/train.npz, test.npz, info.json
out     data/<dataset>/measures.json, means.npz

The training part stands for the data; the test images are counted, and compared with the others to
find duplicates.
"""

from __future__ import annotations

import numpy as np

from densevsconv.images.load import load_test_data, load_training_data
from densevsconv.images.measures.measure import measure
from densevsconv.store.files import read_json, write_json, write_npz
from densevsconv.store.layout import Layout
from densevsconv.store.progress import Progress
from densevsconv.store.seeds import derive_seed


def run(layout: Layout, *, threads: int = 1) -> None:
    """Measure every data set of the study."""
    plan = read_json(layout.plan("measure"))
    progress = Progress("measure", len(plan["datasets"]))
    for dataset in plan["datasets"]:
        data, test = load_training_data(layout, dataset), load_test_data(layout, dataset)
        values, arrays = measure(
            np.concatenate([data.train_images, data.validation_images]),
            np.concatenate([data.train_labels, data.validation_labels]),
            test.images,
            test.labels,
            classes=data.info["classes"],
            max_value=data.info["max_value"],
            seed=derive_seed(plan["seed"], "measure", 0),
        )
        write_json(layout.measures(dataset), {"dataset": dataset} | values)
        write_npz(layout.mean_images(dataset), {"means": arrays["class_means"]})
        progress.advance(dataset)
