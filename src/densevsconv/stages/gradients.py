"""Gradients: is backpropagation right? The study's NumPy networks against finite differences.

Only the cases that the study's ``gradients`` names. Each network is checked in float64
from the start of its first refit, on the first training images, with the case's loss and penalty.
Biases, which start at zero, are moved a little: a unit over black pixels would else be at the kink
of relu, where there is no derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from densevsconv.images.load import load_training_data
from densevsconv.images.scaling import Scaling
from densevsconv.networks.initialise import initial_weights
from densevsconv.results.plan import TrainedCase
from densevsconv.stages.plan import Files, Plan
from densevsconv.store.files import write_json
from densevsconv.store.layout import Layout
from densevsconv.store.progress import Progress
from densevsconv.store.seeds import training_seeds
from densevsconv.training.engines.numpy.build import network
from densevsconv.training.settings import Training
from numpynet.gradient_check import TOLERANCE, check_gradients

IMAGES = 10
"""A batch, as the published code checks itself on."""
ENTRIES = 32
"""Of each array, one by one; all of a small kernel."""
DIRECTIONS = 4
"""Random ones, over the whole array."""


class GradientsPlan(Plan):
    """plan/gradients.json."""

    seed: int = Field(description="The study's.")
    cases: dict[str, TrainedCase] = Field(description="Those to check, by name.")


def inputs(plan: GradientsPlan, at: Layout) -> Files:
    """Return the training images of the cases."""
    datasets = sorted({case.dataset for case in plan.cases.values()})
    return {
        "train": [at.train_data(dataset) for dataset in datasets],
        "info": [at.data_info(dataset) for dataset in datasets],
    }


def outputs(plan: GradientsPlan, at: Layout) -> Files:
    """Return the table of errors."""
    return {"gradients": at.gradients}


def run(plan: GradientsPlan, at: Layout) -> None:
    """Check the gradients of every case of the plan."""
    progress = Progress("gradients", len(plan.cases))
    cases = {}
    for name, case in plan.cases.items():
        cases[name] = _checked(at, case, plan.seed)
        progress.advance(name)
    write_json(
        at.gradients,
        {
            "images": IMAGES,
            "entries": ENTRIES,
            "directions": DIRECTIONS,
            "tolerance": TOLERANCE,
            "worst": max((case["worst"] for case in cases.values()), default=None),
            "cases": cases,
        },
    )


def _checked(at: Layout, case: TrainedCase, seed: int) -> dict[str, Any]:
    architecture = case.bound
    training = Training.model_validate(case.training)
    data = load_training_data(at, case.dataset)
    made = network(
        architecture,
        l2=training.l2,
        l2_biases=training.l2_biases,
        reduction=training.gradient,
        dtype="float64",
    )
    start = initial_weights(
        architecture, training_seeds(seed, "refit", 0)["initialisation"], training.initializer
    )
    sizes = {name: array.size for name, array in made.parameters().items()}
    moved = np.random.default_rng(0)
    made.set_parameters(
        {
            name: start[name] + (moved.normal(0.0, 0.01, size) if name.endswith("/bias") else 0.0)
            for name, size in ((name, start[name].shape) for name in sizes)
        }
    )
    images = Scaling.for_training(training.scaling, data.info).apply(data.train_images[:IMAGES])
    found = check_gradients(
        made,
        images.astype(np.float64),
        data.train_labels[:IMAGES],
        entries=ENTRIES,
        directions=DIRECTIONS,
        check_input=False,
    )
    return {
        "worst": found.worst,
        "arrays": [
            {
                "array": name,
                "values": size,
                "checked": min(size, ENTRIES),
                "relative_error": found.errors[name],
            }
            for name, size in sizes.items()
        ],
    }
