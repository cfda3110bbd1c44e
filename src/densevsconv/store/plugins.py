"""Plug-ins: what one publication's code does in its own way, registered under names of its own.

Each is a file of the folder ``publications``; importing it adds to the registries of the package
(initialisers, activations, orders of batches, gradients). The package itself knows none of them.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import densevsconv


def plugin_files() -> list[Path]:
    """Return the plug-ins beside the package's sources, or where the process was started."""
    for root in (Path(densevsconv.__file__).parents[2], Path.cwd()):
        if (root / "publications").is_dir():
            return sorted((root / "publications").glob("*.py"))
    return []


def load_plugins() -> None:
    """Import every plug-in, once a process."""
    for file in plugin_files():
        name = f"publications.{file.stem}"
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, file)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
