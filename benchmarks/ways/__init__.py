"""Who is compared: a way is a function that trains a case's grid.

Each searches as its users would: importing is not on its clock, all else is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from benchmarks.cases import Case
from densevsconv.images.prepared import TrainingData
from densevsconv.training.engines.registry import ENGINES, engine_title


@dataclass(frozen=True)
class Searched:
    """What came out of one search; the seconds are known of this project's engines alone."""

    accuracies: list[float]
    """Of the validation images after the last epoch, for each point."""
    training: float | None = None
    compiling: float | None = None
    execution: str = ""
    memory_bytes: int = 0
    """At most taken by processes that searched beside the one that was asked."""


@dataclass(frozen=True)
class Way:
    """``function`` of ``module`` with ``arguments``, then a case and its images, searches."""

    title: str
    module: str
    function: str = "search"
    arguments: tuple[Any, ...] = ()
    needs: tuple[str, ...] = ()
    """Modules that are in the optional group `peers`."""
    leaves_out: tuple[str, ...] = ()
    """Cases that would take it many minutes."""

    @property
    def missing(self) -> list[str]:
        return [name for name in self.needs if find_spec(name) is None]

    def ready(self) -> Callable[[Case, TrainingData], Searched]:
        """Import all that it uses; return the search."""
        module = import_module(f"benchmarks.ways.{self.module}")
        if prepare := getattr(module, "prepare", None):
            prepare(*self.arguments)
        return partial(getattr(module, self.function), *self.arguments)


_LONG = {"numpy": ("convKeras4_20", "lenet5", "leNet2", "convKeras12_32")}

WAYS = {
    engine: Way(
        f"densevsconv, {engine_title(engine)}",
        "engines",
        arguments=(engine,),
        leaves_out=_LONG.get(engine, ()),
    )
    for engine in ENGINES
} | {
    "scikeras": Way("scikeras GridSearchCV", "grid_search", needs=("scikeras",)),
    "keras_tuner": Way("Keras Tuner", "tuner", needs=("keras_tuner",)),
    "keras_fit": Way("Keras fit", "keras_fit"),
    "torch": Way("PyTorch", "torch_loop", arguments=(False,), needs=("torch",)),
    "torch_compile": Way("torch.compile", "torch_loop", arguments=(True,), needs=("torch",)),
}
OURS = tuple(ENGINES)
