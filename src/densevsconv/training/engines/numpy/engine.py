"""The engine as the study sees it."""

from collections.abc import Callable
from functools import cache, cached_property, partial
from importlib import import_module

from threadpoolctl import threadpool_limits

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.store.identity import code_digest
from densevsconv.training.engine import NOT_FOLLOWED, Group
from densevsconv.training.loop import LoopEngine, Trainer
from numpynet.layers import LAYERS


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

    @cached_property
    def _digest(self) -> Callable[[str], str]:
        return cache(partial(code_digest, without=NOT_FOLLOWED))

    def layer_code(self, architecture: BoundArchitecture) -> dict[str, str]:
        kinds = {layer.kind for layer in architecture.walk()}
        return {kind: self._digest(LAYERS[kind].__module__) for kind in kinds}

    def _made(self, group: Group) -> Trainer:
        threadpool_limits(self.threads)
        made: Trainer = import_module(self.code[0]).NumpyTrainer(group)
        return made
