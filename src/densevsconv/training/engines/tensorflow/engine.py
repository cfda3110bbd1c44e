"""The engine as the study sees it."""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from densevsconv.images.prepared import TrainingData
from densevsconv.images.scaling import Scaling
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.store.identity import code_digest
from densevsconv.training.settings import Training

if TYPE_CHECKING:
    from densevsconv.training.engines.tensorflow.trainer import TensorFlowTrainer


class TensorFlowEngine:
    """Keras layers in compiled TensorFlow loops.

    Parameters
    ----------
    threads
        Processor threads that TensorFlow may use; a process keeps the number it first trains with.
    """

    name = "tensorflow"

    def __init__(self, threads: int) -> None:
        self.threads = threads

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What of the engine decides the bits of a result. Imports no framework."""
        return {
            "name": self.name,
            "code": code_digest(
                "densevsconv.training.engines.tensorflow.trainer",
                "densevsconv.training.engines.tensorflow.device",
                "densevsconv.training.loop",
            ),
            "libraries": {package: version(package) for package in ("tensorflow", "keras")},
            "threads": self.threads,
        }

    @cached_property
    def _device(self) -> str:
        from densevsconv.training.engines.tensorflow.device import set_up

        return set_up(self.threads)

    def trainer(
        self,
        architecture: BoundArchitecture,
        data: TrainingData,
        scaling: Scaling,
        training: Training,
        *,
        execution: str,
        execution_folder: Path,
    ) -> TensorFlowTrainer:
        """Make ready one architecture and structure of training; TensorFlow is imported here."""
        device = self._device
        from densevsconv.training.engines.tensorflow.trainer import TensorFlowTrainer

        return TensorFlowTrainer(
            architecture,
            data,
            scaling,
            training,
            device=device,
            execution=execution,
            # not the threads: the timing stage, which may use more, times the mode that was used
            model_key={key: self.identity[key] for key in ("code", "libraries")},
            execution_folder=execution_folder,
        )
