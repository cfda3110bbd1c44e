"""The engines of this project, each as a search of a study uses it."""

import os
from importlib import import_module

from benchmarks.cases import Case, unit
from benchmarks.ways import Searched
from densevsconv.images.prepared import TrainingData
from densevsconv.store.seeds import training_seeds
from densevsconv.training.engine import FinishedTrial, Group, Trial
from densevsconv.training.engines.registry import ENGINES
from densevsconv.training.settings import Training


def prepare(engine: str) -> None:
    """Import what the engine imports when it first trains."""
    for module in ENGINES[engine].code:
        import_module(module)


def group(case: Case, data: TrainingData) -> Group:
    """Return the points as trials, each with seeds of its own, so that they err independently."""
    trials = tuple(
        Trial(
            Training(
                learning_rate=rate,
                l2=l2,
                batch_size=case.batch_size,
                epochs=case.epochs,
                initializer="glorot_uniform",
            ),
            training_seeds(0, "benchmark", index),
        )
        for index, (rate, l2) in enumerate(case.points)
    )
    return Group(case.bound(data), data, unit(data), trials)


def search(engine: str, case: Case, data: TrainingData) -> Searched:
    made = ENGINES[engine](os.cpu_count() or 1)
    finished = sorted(made.train(group(case, data)), key=lambda each: each.index)
    return Searched(
        [last(each) for each in finished],
        training=sum(each.seconds for each in finished),
        compiling=max(each.compile_seconds for each in finished),
        execution=finished[0].execution,
    )


def last(trial: FinishedTrial) -> float:
    """Return the accuracy on the validation images; 0 for a training that diverged."""
    return trial.at_best("validation_accuracy") or 0.0
