"""The engines of this project, each as a search of a study uses it."""

import os
from dataclasses import replace
from functools import partial
from importlib import import_module

from benchmarks.cases import Case, unit
from benchmarks.ways import Searched
from densevsconv.images.prepared import TrainingData
from densevsconv.store.cards import cards
from densevsconv.store.machine import peak_memory, reset_peak_memory
from densevsconv.store.process import forks
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
    """Search as a study does: a shard a core, each with one thread; on a GPU in one process."""
    whole = group(case, data)
    shards = 1 if cards() else min(os.cpu_count() or 1, len(whole.trials))
    each_of = partial(_shard, engine, whole, shards)
    if shards == 1:
        parts = [each_of(0)]
    else:
        with forks(shards) as pool:
            parts = list(pool.map(each_of, range(shards)))
    found = {each.index: each for part, _ in parts for each in part}
    return Searched(
        [last(found[index]) for index in sorted(found)],
        training=max(sum(each.seconds for each in part) for part, _ in parts),
        compiling=max(each.compile_seconds for each in found.values()),
        execution=found[0].execution,
        memory_bytes=sum(memory for _, memory in parts) if shards > 1 else 0,
    )


def _shard(engine: str, whole: Group, step: int, first: int) -> tuple[list[FinishedTrial], int]:
    """Return every ``step``-th trial, of its index in the whole group, and the memory it took."""
    before = reset_peak_memory()
    own = range(first, len(whole.trials), step)
    part = replace(whole, trials=tuple(whole.trials[index] for index in own), planned=0)
    trained = ENGINES[engine](1 if step > 1 else os.cpu_count() or 1).train(part)
    done = [replace(each, index=own[each.index], weights={}) for each in trained]
    return done, peak_memory() - before


def last(trial: FinishedTrial) -> float:
    """Return the accuracy on the validation images; 0 for a training that diverged."""
    return trial.at_best("validation_accuracy") or 0.0
