"""The engine as the study sees it."""

from __future__ import annotations

from importlib import import_module

from threadpoolctl import threadpool_limits

from densevsconv.training.engine import Group
from densevsconv.training.loop import LoopEngine, Trainer


class NumpyEngine(LoopEngine):
    """numpynet: every layer and gradient written out in NumPy.

    Its threads are those of NumPy's matrix products. More than there are free cores slows small
    products down tenfold.
    """

    name = "numpy"
    title = "NumPy"
    packages = ("numpy",)
    code = ("densevsconv.training.engines.numpy.trainer", "densevsconv.training.loop")
    words = (
        "are the study's own implementation, written from scratch on arrays and matrix products; "
        "nothing is compiled"
    )
    checks = "densevsconv.training.engines.numpy.gradients"

    def _made(self, group: Group) -> Trainer:
        threadpool_limits(self.threads)
        made: Trainer = import_module(self.code[0]).NumpyTrainer(group)
        return made
