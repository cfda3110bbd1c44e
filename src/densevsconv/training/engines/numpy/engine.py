"""The engine as the study sees it."""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from densevsconv.images.prepared import TrainingData
from densevsconv.images.scaling import Scaling
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.store.identity import code_digest
from densevsconv.training.settings import Training

if TYPE_CHECKING:
    from densevsconv.training.engines.numpy.trainer import NumpyTrainer


class NumpyEngine:
    """numpynet: every layer and gradient written out in NumPy.

    Parameters
    ----------
    threads
        Threads of NumPy's matrix products. More than there are free cores slows small products
        down tenfold.
    """

    name = "numpy"

    def __init__(self, threads: int) -> None:
        self.threads = threads

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What of the engine decides the bits of a result."""
        return {
            "name": self.name,
            "code": code_digest(
                "densevsconv.training.engines.numpy.trainer", "densevsconv.training.loop"
            ),
            "libraries": {"numpy": version("numpy")},
            "threads": self.threads,
        }

    def trainer(
        self,
        architecture: BoundArchitecture,
        data: TrainingData,
        scaling: Scaling,
        training: Training,
        *,
        execution: str,
        execution_folder: Path,
    ) -> NumpyTrainer:
        """Make ready one architecture; there is one way to run it, so no mode to choose."""
        from densevsconv.training.engines.numpy.trainer import NumpyTrainer

        threadpool_limits(self.threads)
        return NumpyTrainer(architecture, data, scaling)
