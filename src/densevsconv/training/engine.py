"""What the study asks of an engine: to train groups of trials, and how people speak of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np

from densevsconv.errors import UnableError
from densevsconv.images.prepared import Scaling, TrainingData
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.store.identity import code_digest
from densevsconv.training.settings import Training

NOT_FOLLOWED = ("densevsconv.store.identity", "numpynet.layers")
"""How ids are made, and the list of all layers: see :meth:`Engine.layer_code`."""

REASON = 300
"""Characters of a reason, at most."""

Weights = dict[str, np.ndarray]
"""Arrays by name, such as ``"0_conv/kernel"``."""

Predictor = Callable[[np.ndarray], np.ndarray]
"""Maps uint8 images (N, H, W, C) to class probabilities (N, classes), float32."""


@dataclass(frozen=True)
class Trial:
    """One training: its settings, for the mean gradient, and the seed of each axis."""

    training: Training
    seeds: Mapping[str, int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "training", self.training.plain)


@dataclass(frozen=True)
class Group:
    """Trials of one structure, which one program can train: learning rates, seeds, ... differ."""

    architecture: BoundArchitecture
    data: TrainingData
    scaling: Scaling
    trials: tuple[Trial, ...]
    planned: int = 0
    """How many trials the group has of those planned together, finished ones too: what is left
    after a kill is trained by the same program. 0: as many as there are here."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "planned", self.planned or len(self.trials))
        if any(trial.training.structure != self.structure for trial in self.trials):
            raise ValueError(f"not all trials of the group have the structure {self.structure}")

    @property
    def structure(self) -> dict[str, Any]:
        """What a compiled program is made for, apart from layers and images."""
        return self.trials[0].training.structure


@dataclass(frozen=True)
class FinishedTrial:
    """One trial after its training. Epochs count from 1."""

    index: int
    """Which trial of the group it is; they may finish in any order."""
    status: Literal["finished", "diverged", "failed"]
    """Diverged: a loss stopped being finite, and the run ended there with weights from before.
    Failed: it could not be trained here, and there are none."""
    epochs_run: int
    """Epochs whose losses are finite."""
    best_epoch: int
    """Whose weights are kept: of lowest validation loss under early stopping, else the last."""
    history: dict[str, list[float]]
    """A number an epoch of each curve."""
    weights: Weights
    """With the moving statistics, float32."""
    seconds: float
    """Of the whole run, validation included; of a trial of a stacked group, its share."""
    execution: str
    device: str
    compile_seconds: float = 0.0
    """Of its program, before the training began."""
    epoch_seconds: list[float] = field(default_factory=list)
    """Of each epoch, validation outside the clock; perhaps none unless clocked."""
    reason: str | None = None
    """Why it failed, in a line."""

    @classmethod
    def failed(cls, index: int, reason: str) -> Self:
        """Return what became of a trial that could not be trained here."""
        return cls(index, "failed", 0, 0, {}, {}, 0.0, "none", "none", reason=reason)

    def at_best(self, curve: str) -> float | None:
        """Return the value of a curve at ``best_epoch``; None unless the run finished."""
        return self.history[curve][self.best_epoch - 1] if self.status == "finished" else None


class Engine(ABC):
    """What trains. Making one and asking its identity is cheap and imports no framework.

    ``execution`` is one of its :attr:`modes`, or "auto" to measure which of them is faster; an
    engine without that mode runs as it always does. ``choices`` is the folder where measured modes
    are kept, so that a rerun gives the same bits; None: nowhere. ``deterministic`` and ``tf32`` are
    the study's keys of these names, which matter on a GPU. ``shared``: compiled programs are kept
    beside the choices for other processes, and theirs used.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    """What people call it."""
    packages: ClassVar[tuple[str, ...]]
    """The distributions whose versions decide the bits of a result."""
    code: ClassVar[tuple[str, ...]]
    """The modules that do, with what they import. They are named, and imported when something is
    trained, so that who only asks an engine for its title does not depend on them."""
    checks: ClassVar[str] = ""
    """The module whose function ``gradient_errors`` checks its gradients, if there is one."""
    modes: ClassVar[dict[str, str]] = {}
    """The ways it can run a network, each in words that follow "Networks ..."; with more than one,
    those for "auto" too. ``{key}`` in them is a citation of the report's reference ``key``."""
    words: ClassVar[str] = ""
    """Likewise, for an engine that runs networks in one way only."""

    def __init__(
        self,
        threads: int,
        execution: str = "auto",
        choices: Path | None = None,
        *,
        deterministic: bool = True,
        tf32: bool = False,
        shared: bool = True,
    ) -> None:
        self.threads = threads
        self.deterministic, self.tf32, self.shared = deterministic, tf32, shared
        self.execution = execution
        self.choices = choices

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What of the engine decides the bits of a result."""
        return {
            "name": self.name,
            "code": code_digest(*self.code, without=NOT_FOLLOWED),
            "libraries": {package: version(package) for package in self.packages},
            "threads": self.threads,
            **({} if self.deterministic else {"deterministic": False}),
            **({"tf32": True} if self.tf32 else {}),
        }

    def layer_code(self, architecture: BoundArchitecture) -> dict[str, str]:
        """What of its code decides them for this architecture only: each kind of layer's digest."""
        return {}

    @abstractmethod
    def train(self, group: Group, *, clocked: bool = False) -> Iterator[FinishedTrial]:
        """Train the trials of a group; yield each as it finishes, one that cannot be as failed.

        ``clocked`` times every epoch by itself, validation outside the clock. The group's program
        is kept until another group comes or :meth:`release` is called.
        """

    @abstractmethod
    def predictor(self, group: Group, weights: Weights) -> Predictor:
        """Return what the group's network predicts with the weights of a run."""

    @abstractmethod
    def release(self) -> None:
        """Let go of what the last group needed: programs, images on a device."""

    def beyond(self, error: Exception) -> bool:
        """Return whether an error says that this machine cannot do it, not that we are wrong."""
        return isinstance(error, MemoryError)

    @contextmanager
    def able(self) -> Iterator[None]:
        """Turn what this machine cannot do into :class:`UnableError`, with the reason in a line."""
        try:
            yield
        except Exception as error:
            if not self.beyond(error):
                raise
            words = " ".join(str(error).split()) or "no memory left"
            raise UnableError(words if len(words) <= REASON else f"{words[:REASON]}...") from None

    @classmethod
    def says(cls, execution: str) -> str:
        """Return how it runs networks under the study's ``execution``, to follow "Networks"."""
        return cls.modes.get(execution, cls.words)
