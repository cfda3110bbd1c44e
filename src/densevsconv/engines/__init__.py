"""The engines that can train an architecture, by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from densevsconv.architecture.bound import BoundArchitecture
from densevsconv.config.training import Training
from densevsconv.data.prepared import TrainingData
from densevsconv.data.scaling import Scaling
from densevsconv.engines.numpy.engine import NumpyEngine
from densevsconv.engines.tensorflow.engine import TensorFlowEngine
from densevsconv.training.fit import Trainer


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
