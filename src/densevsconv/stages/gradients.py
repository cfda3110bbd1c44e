"""Gradients: is backpropagation right? The study's NumPy networks against finite differences.

in      plan/gradients.json, data/<dataset>/train.npz, info.json
out     gradients.json

Only the cases that the study's ``report.counterparts`` asks for. Each network is checked in float64
from the start of its first refit, on the first training images, with the case's loss and penalty.
Biases, which start at zero, are moved a little: a unit over black pixels would else be at the kink
of relu, where there is no derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from densevsconv.images.load import load_training_data
from densevsconv.images.scaling import Scaling
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.initialise import initial_weights
from densevsconv.store.files import read_json, write_json
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


def run(layout: Layout, *, threads: int = 1) -> None:
    """Check the gradients of every case of the plan."""
    plan = read_json(layout.plan("gradients"))
    progress = Progress("gradients", len(plan["cases"]))
    cases = {}
    for name, case in plan["cases"].items():
        cases[name] = _checked(layout, case, plan["seed"])
        progress.advance(name)
    write_json(
        layout.gradients,
        {
            "images": IMAGES,
            "entries": ENTRIES,
            "directions": DIRECTIONS,
            "tolerance": TOLERANCE,
            "worst": max((case["worst"] for case in cases.values()), default=None),
            "cases": cases,
        },
    )


def _checked(layout: Layout, case: dict[str, Any], seed: int) -> dict[str, Any]:
    architecture = BoundArchitecture.from_dict(case["architecture"])
    training = Training.model_validate(case["training"])
    data = load_training_data(layout, case["dataset"])
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
