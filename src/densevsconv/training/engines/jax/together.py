"""Trials of a group side by side in one program of fixed width.

A trial's numbers depend on the program and on its own inputs, not on its place in the stack or on
what is beside it: where one ends the next begins, and places without one count for nothing.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import jax
import numpy as np

from densevsconv.training.engine import FinishedTrial, Group
from densevsconv.training.engines.jax.compiled import chosen
from densevsconv.training.loop import Course

_chosen = jax.jit(chosen)
_placed = jax.jit(
    lambda stack, place, one: jax.tree.map(lambda all_, own: all_.at[place].set(own), stack, one)
)


def train(trainer: Any, group: Group, indices: Iterable[int]) -> Iterator[FinishedTrial]:
    """Yield each trial of these indices as it ends.

    Its seconds are its share of the calls it was part of.
    """
    width = trainer.mode.width
    waiting = iter(tuple(indices))
    running: list[Course | None] = [None] * width
    seconds: defaultdict[int, float] = defaultdict(float)
    stack = kept = None

    def begin() -> Iterator[tuple[int, Any]]:
        """Give each free place the next trial, as long as there are some."""
        for place, course in enumerate(running):
            if course is None and (index := next(waiting, None)) is not None:
                running[place] = new = Course(group, index)
                yield place, trainer.begun(new.start(group), new.training, new.seeds["dropout"])

    while True:
        clock = time.perf_counter()
        if stack is None:
            first = dict(begin())
            stack = kept = trainer.stacked([first.get(n, first[0]) for n in range(width)])
        for place, one in begin():
            stack, kept = (_placed(each, place, one) for each in (stack, kept))
        courses = [course for course in running if course]
        if not courses:
            return
        stopping = any(course.training.early_stopping for course in courses)
        at_once = 1 if stopping else trainer.epochs_a_call
        count = min(at_once, *(course.left for course in courses))
        epochs = [course and course.coming(count) for course in running]
        stack, curves = trainer.run(stack, epochs, count, validating=True)
        better = [
            course is not None and course.add(own)
            for course, own in zip(running, curves, strict=True)
        ]
        kept = stack if all(better) else _chosen(np.array(better), stack, kept)
        share = (time.perf_counter() - clock) / len(courses)
        ended = [(n, course) for n, course in enumerate(running) if course and course.over]
        host = jax.device_get(kept) if ended else None
        for course in courses:
            seconds[course.index] += share
        for place, course in ended:
            running[place] = None
            weights = trainer.weights(host, place)
            yield course.finished(trainer, weights, seconds=seconds[course.index])
