"""The engine as the study sees it."""

from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar

from densevsconv.store.process import without
from densevsconv.training.engine import Group
from densevsconv.training.engines.execution import add_flags, recorded_choice
from densevsconv.training.engines.programs import CompilingEngine
from densevsconv.training.loop import Trainer

UNUSED = ("jax", "matplotlib", "pandas", "sklearn")
"""What TensorFlow and Keras import for features that no stage uses: half the time they take."""


class TensorFlowEngine(CompilingEngine):
    """Keras layers in compiled TensorFlow loops.

    XLA makes one fused program of a training loop, a graph calls a library for each operation. On
    a processor XLA wins on small dense networks and loses on convolutions, by factors both ways.
    A process keeps the number of threads that it first trains with.
    """

    name = "tensorflow"
    title = "TensorFlow"
    packages = ("tensorflow", "keras")
    code = ("densevsconv.training.engines.tensorflow.trainer", "densevsconv.training.loop")
    modes: ClassVar[dict[str, str]] = {
        "graph": "run as a TensorFlow graph {abadi2016}",
        "xla": "run compiled by XLA, from TensorFlow {abadi2016}",
        "auto": "run compiled by XLA or as a TensorFlow graph {abadi2016}, whichever a short "
        "measurement found faster; the mode is listed",
    }

    @cached_property
    def _library(self) -> Any:
        """The modules that import TensorFlow, after it was told its threads; and its device."""
        if self.deterministic:
            add_flags("XLA_FLAGS", "--xla_gpu_deterministic_ops=true")
        if self._programs:
            add_flags("TF_XLA_FLAGS", f'--tf_xla_persistent_cache_directory="{self._programs}"')
        with without(*UNUSED):
            trainer = import_module(self.code[0])
        kinds = {"deterministic": self.deterministic, "tf32": self.tf32}
        return trainer, trainer.set_up(self.threads, **kinds)

    def _made(self, group: Group) -> Trainer:
        trainer, device = self._library
        made = trainer.TensorFlowTrainer(group, device, deterministic=self.deterministic)
        if self.execution in ("graph", "xla"):
            made.use(self.execution)
        else:

            def measure(mode: str) -> float:
                with self.able():
                    return float(made.measure(mode))

            model = {
                # not the threads: the timing stage may use more, and times the same mode
                **{key: self.identity[key] for key in ("code", "libraries")},
                "architecture": group.architecture.identity_dict(),
                **group.structure,
                "device": device,
            }
            made.use(recorded_choice(self.choices, model, ("graph", "xla"), measure))
        self._seal()
        ready: Trainer = made
        return ready

    def beyond(self, error: Exception) -> bool:
        return super().beyond(error) or self._library[0].beyond(error)
