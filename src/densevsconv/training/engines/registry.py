"""The engines that can train an architecture, by name."""

from densevsconv.training.engine import Engine
from densevsconv.training.engines.jax.engine import JaxEngine
from densevsconv.training.engines.numpy.engine import NumpyEngine
from densevsconv.training.engines.tensorflow.engine import TensorFlowEngine

ENGINES: dict[str, type[Engine]] = {
    engine.name: engine for engine in (TensorFlowEngine, JaxEngine, NumpyEngine)
}

ENGINE_CODE = tuple(
    module for engine in ENGINES.values() for module in filter(None, (*engine.code, engine.checks))
)
"""The modules of all engines, which nothing imports by a statement."""


def engine_title(name: str) -> str:
    """Return what people call an engine; one that is no more goes by its name."""
    return ENGINES[name].title if name in ENGINES else name
