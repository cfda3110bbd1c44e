"""The engine as the study sees it."""

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar

from densevsconv.errors import UnableError
from densevsconv.training.engine import FinishedTrial, Group
from densevsconv.training.engines.execution import recorded_choice
from densevsconv.training.engines.programs import CompilingEngine
from densevsconv.training.loop import Trainer

WIDER = 8
"""How many times as many networks are tried in one program next."""


class JaxEngine(CompilingEngine):
    """Functional layers in compiled JAX programs, each of which trains many networks at once.

    On a GPU a small network leaves nearly all of it idle, and a thousand of them take little longer
    than one. On a processor it is mostly the other way round: how many are trained together, and
    how they convolve, is measured.
    """

    name = "jax"
    title = "JAX"
    packages = ("jax", "jaxlib")
    code = (
        "densevsconv.training.engines.jax.trainer",
        "densevsconv.training.engines.jax.together",
        "densevsconv.training.loop",
    )
    words = (
        "run compiled by XLA, from JAX {frostig2018}; how they convolve, and how many are trained "
        "in one program, a short measurement chose, and is listed"
    )
    modes: ClassVar[dict[str, str]] = {
        "native": "run compiled by XLA, from JAX {frostig2018}, with its own convolutions",
        "patches": "run compiled by XLA, from JAX {frostig2018}, their convolutions as products of "
        "matrices",
        "auto": words,
    }

    @cached_property
    def _library(self) -> Any:
        """The modules that import JAX, after it was told its threads; and its device."""
        trainer, together = (import_module(module) for module in self.code[:2])
        kinds = {"deterministic": self.deterministic, "tf32": self.tf32}
        return trainer, together, trainer.set_up(self.threads, self._programs, **kinds)

    def _made(self, group: Group) -> Trainer:
        trainer, _, device = self._library
        made: Trainer = trainer.JaxTrainer(group, device)
        return made

    def ready(self, group: Group, clocked: bool) -> Trainer:
        trainer, _, device = self._library
        made: Any = self.trainer(group)
        most = 1 if clocked else group.planned
        mode, kind = trainer.Mode, self.execution.partition(" ")[0]
        if kind in ("native", "patches"):
            forced = mode.parsed(self.execution)
            made.use(forced._replace(width=min(most, forced.width)))
            return made
        # of many networks XLA's own convolutions are one of many groups, which gains nothing
        tried = [mode(1, False)] + [mode(n, True) for n in widths(most) if made.convolves or n > 1]
        seconds: dict[Any, float] = {}

        def measure(name: str) -> float:
            mine = mode.parsed(name)
            before = [seconds.get(mode, math.inf) for mode in tried[: tried.index(mine)]]
            if mine.width > 1 and before[-1] > min(before):
                raise UnableError("not tried: fewer at once were faster")
            with self.able():
                seconds[mine] = made.measure(mine)
            return seconds[mine]

        model = {
            **{key: self.identity[key] for key in ("code", "libraries", "threads")},
            "engine": self.name,
            "architecture": group.architecture.identity_dict(),
            **group.structure,
            "device": device,
            "networks": most,
        }
        made.use(mode.parsed(recorded_choice(self.choices, model, map(str, tried), measure)))
        self._seal()
        return made

    def each(
        self, trainer: Any, group: Group, indices: Sequence[int], clocked: bool
    ) -> Iterator[FinishedTrial]:
        _, together, _ = self._library
        waiting = list(indices)
        while waiting and trainer.mode.width > 1:
            try:
                with self.able():
                    for finished in together.train(trainer, group, waiting):
                        waiting.remove(finished.index)
                        yield finished
            except UnableError:  # others have taken the memory since it was measured
                fewer = trainer.mode._replace(width=trainer.mode.width // 2)
                trainer.use(fewer)
        yield from super().each(trainer, group, waiting, clocked)

    def beyond(self, error: Exception) -> bool:
        return super().beyond(error) or self._library[0].beyond(error)


def widths(most: int) -> list[int]:
    """Return numbers of networks to try in one program, up to ``most``, so that rounds are full."""
    found = [1]
    while found[-1] < most:
        rounds = -(-most // (found[-1] * WIDER))
        found.append(-(-most // rounds))
    return found
