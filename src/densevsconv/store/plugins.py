"""Plug-ins: what one publication's code does and nobody else's should, ``publications/NAME.py``.

Such a file calls :func:`register` for what it adds; nothing of it is known before it is loaded.
Only a trial that makes use of it depends on its code (:func:`digests_of`).
"""

import importlib.util
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import densevsconv
from densevsconv.errors import ConfigError
from densevsconv.store.identity import source_digest


@dataclass(frozen=True)
class Extra:
    """What a plug-in added.

    ``engines`` are those that can do it (None: all), ``predicts_as`` what stands for it in a
    prediction, where a part of training does not matter; both are said of a name in a file.
    """

    plugin: str
    engines: tuple[str, ...] | None
    predicts_as: str | None


@dataclass
class _Loaded:
    digests: dict[str, str]
    extras: dict[str, Extra]
    loading: str = ""


_LOADED = _Loaded({}, {})


def register(
    registry: dict[str, Any],
    name: str,
    value: Any,
    *,
    engines: tuple[str, ...] | None = None,
    predicts_as: str | None = None,
) -> None:
    """Add ``value`` to a registry under a name; to be called by a plug-in, see :class:`Extra`."""
    if name in registry:
        raise ValueError(f"{_LOADED.loading}: {name} is there already")
    registry[name] = value
    _LOADED.extras[name] = Extra(_LOADED.loading, engines, predicts_as)


def plugin_folder() -> Path:
    """Return ``publications`` beside the package's sources, or where the process was started."""
    folder = Path(densevsconv.__file__).parents[2] / "publications"
    return folder if folder.is_dir() else Path("publications")


def plugin_files() -> list[Path]:
    """Return the files of all plug-ins."""
    return sorted(plugin_folder().glob("*.py"))


def load_plugins(names: Iterable[str] | None = None, folder: Path | None = None) -> None:
    """Load the plug-ins of these names, or all there are, each once a process.

    Raises
    ------
    ConfigError
        A name with no file in ``folder``.
    """
    folder = folder or plugin_folder()
    known = sorted(file.stem for file in folder.glob("*.py"))
    for name in known if names is None else names:
        if name in _LOADED.digests:
            continue
        file = folder / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"publications.{name}", file)
        if not file.is_file() or spec is None or spec.loader is None:
            allowed = ", ".join(known) or "none, there are none"
            raise ConfigError(f'{folder}: unknown plug-in "{name}"; allowed: {allowed}')
        _LOADED.loading = name
        sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        _LOADED.digests[name] = source_digest(file)


def extras_in(*values: Any) -> dict[str, Extra]:
    """Return what plug-ins added and these JSON-like values name."""
    return {word: _LOADED.extras[word] for word in _words(values) if word in _LOADED.extras}


def digests_of(*values: Any) -> dict[str, str]:
    """Return the digest of the source of each plug-in that these JSON-like values make use of."""
    used = {extra.plugin for extra in extras_in(*values).values()}
    return {plugin: _LOADED.digests[plugin] for plugin in sorted(used)}


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _words(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _words(item)
