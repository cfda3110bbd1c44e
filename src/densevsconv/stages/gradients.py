"""Gradients: is backpropagation right? The study's NumPy networks against finite differences.

Only the cases that the study's ``gradients`` names. Each network is checked in float64
from the start of its first refit, on the first training images, with the case's loss and penalty.
Biases, which start at zero, are moved a little: a unit over black pixels would else be at the kink
of relu, where there is no derivative.
"""

from importlib import import_module
from typing import Any

import numpy as np
from pydantic import Field

from densevsconv.images.load import load_training_data
from densevsconv.images.prepared import Scaling
from densevsconv.networks.initialise import initial_weights
from densevsconv.results.plan import TrainedCase
from densevsconv.results.timing import CheckedArray, CheckedCase, Gradients
from densevsconv.stages.plan import Files, Plan
from densevsconv.stages.trained import image_files
from densevsconv.store.layout import Layout
from densevsconv.store.progress import Progress
from densevsconv.store.seeds import derive_seed, generator, training_seeds
from densevsconv.training.engine import Group, Trial
from densevsconv.training.engines.registry import ENGINES
from densevsconv.training.settings import Training
from numpynet.gradient_check import TOLERANCE

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

    @property
    def parts(self) -> list[Any] | None:
        return None if self.cases else []


def inputs(plan: GradientsPlan, at: Layout) -> Files:
    return image_files(at, plan.cases.values())


def outputs(plan: GradientsPlan, at: Layout) -> Files:
    return {"gradients": at.gradients}


def run(plan: GradientsPlan, at: Layout) -> None:
    progress = Progress("gradients", len(plan.cases))
    cases = {}
    for name, case in plan.cases.items():
        cases[name] = _checked(at, case, plan.seed)
        progress.advance(name)
    Gradients(
        images=IMAGES,
        entries=ENTRIES,
        directions=DIRECTIONS,
        tolerance=TOLERANCE,
        worst=max((case.worst for case in cases.values()), default=None),
        cases=cases,
    ).write(at.gradients)


def _checked(at: Layout, case: TrainedCase, seed: int) -> CheckedCase:
    architecture = case.bound
    training = Training.model_validate(case.training)
    data = load_training_data(at, case.dataset)
    seeds = training_seeds(seed, "refit", 0)
    start = initial_weights(architecture, seeds["initialisation"], training.initializer)
    moved = generator(derive_seed(seed, "gradients/biases", 0))
    weights = {
        name: array + (moved.normal(0.0, 0.01, array.shape) if name.endswith("/bias") else 0.0)
        for name, array in start.items()
    }
    scaling = Scaling.for_training(training.scaling, data.info)
    errors: dict[str, float] = import_module(ENGINES[case.engine].checks).gradient_errors(
        Group(architecture, data, scaling, (Trial(training, seeds),)),
        weights,
        images=IMAGES,
        entries=ENTRIES,
        directions=DIRECTIONS,
    )
    arrays = [
        CheckedArray(
            array=name,
            values=np.size(weights[name]),
            checked=min(np.size(weights[name]), ENTRIES),
            relative_error=error,
        )
        for name, error in errors.items()
    ]
    return CheckedCase(worst=max(errors.values(), default=0.0), arrays=arrays)
