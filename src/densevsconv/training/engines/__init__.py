"""The engines that can train an architecture, by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from densevsconv.images.prepared import TrainingData
from densevsconv.images.scaling import Scaling
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.training.engines.numpy.engine import NumpyEngine
from densevsconv.training.engines.tensorflow.engine import TensorFlowEngine
from densevsconv.training.loop import Trainer
from densevsconv.training.settings import Training


class Engine(Protocol):
    """What the study asks of an engine. Making one and asking its identity is cheap."""

    name: str
    threads: int

    @property
    def identity(self) -> dict[str, Any]:
        """What of the engine decides the bits of a result."""

    def trainer(
        self,
        architecture: BoundArchitecture,
        data: TrainingData,
        scaling: Scaling,
        training: Training,
        *,
        execution: str,
        execution_folder: Path,
    ) -> Trainer:
        """Make ready one architecture, optimiser and batch size."""


ENGINES: dict[str, Callable[[int], Engine]] = {
    "tensorflow": TensorFlowEngine,
    "numpy": NumpyEngine,
}
"""Makes engines by name; the argument is the number of threads."""
