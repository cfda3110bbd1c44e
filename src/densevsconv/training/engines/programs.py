"""Compiled programs that processes share: search compiles, refit loads. Same program, same bits.

No compiler notices a damaged file of its cache, so each has its digest beside it. One without, or
with another, is removed before the compiler sees the folder.
"""

import platform
from functools import cached_property
from pathlib import Path

from densevsconv.store.cards import cards
from densevsconv.store.files import file_digest, write_text
from densevsconv.store.identity import digest
from densevsconv.store.machine import processor_features
from densevsconv.training.loop import LoopEngine

_SUFFIX = ".sha256"
_READ = "-atime"
"""Of what JAX keeps of when a program was read."""


class CompilingEngine(LoopEngine):
    """An engine whose compiled programs are shared."""

    @cached_property
    def _programs(self) -> Path | None:
        if self.choices is None or not self.shared:
            return None
        what = {key: self.identity[key] for key in ("code", "libraries")}
        return program_folder(self.choices.absolute(), what)

    def _seal(self) -> None:
        if self._programs:
            seal_programs(self._programs)

    def release(self) -> None:
        super().release()
        self._seal()


def program_folder(choices: Path, identity: dict[str, object]) -> Path:
    """Return the folder for programs of this engine on a machine like this, damaged ones removed.

    They hold instructions of a processor or a card that another may not have.
    """
    machine = [platform.machine(), processor_features(), [card.name for card in cards()]]
    folder = choices / "programs" / digest([identity, machine])
    folder.mkdir(parents=True, exist_ok=True)
    for file in _programs(folder):
        seal = file.with_name(file.name + _SUFFIX)
        if not seal.exists() or seal.read_text(encoding="utf-8") != file_digest(file):
            file.unlink(missing_ok=True)
    return folder


def seal_programs(folder: Path) -> None:
    """Write the digests of programs that have none yet."""
    for file in _programs(folder):
        seal = file.with_name(file.name + _SUFFIX)
        if not seal.exists():
            write_text(seal, file_digest(file))


def _programs(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if not file.name.endswith((_SUFFIX, _READ))]
