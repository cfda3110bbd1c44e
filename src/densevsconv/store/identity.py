"""The identity of a trial: what it is made of, as one short id (wall 2 of the design).

The id is the key in the journal, in MLflow and in the report. It covers everything that decides
the result: data, architecture, training settings, seeds, engine and the engine's own code. A
change of comments or docstrings is not a change of code.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import densevsconv

_PACKAGES = {
    "densevsconv": Path(densevsconv.__file__).parent,
    "numpynet": Path(densevsconv.__file__).parent.parent / "numpynet",
}


def canonical(value: Any) -> str:
    """Return ``value`` as JSON that is equal for equal values (sorted keys, no spaces)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """Return the 16 hexadecimal digits that identify a JSON-like value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]


def _module_file(module: str) -> Path | None:
    package, _, rest = module.partition(".")
    if package not in _PACKAGES:
        return None
    base = _PACKAGES[package].joinpath(*rest.split(".")) if rest else _PACKAGES[package]
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.exists() and (rest or candidate.name == "__init__.py"):
            return candidate
    return None


def _imported_modules(tree: ast.AST) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def source_files(*modules: str) -> list[Path]:
    """Return the package's files that ``modules`` import, directly or not, themselves included.

    Read from the syntax trees, without importing anything: cheap enough for the Snakefile, whose
    rules have the digest of these files among their params, so that a job depends on the code of
    its own stage and on no other. A module of a package is listed without the package's
    ``__init__``, so packages keep their ``__init__`` free of code.
    """
    found: set[Path] = set()
    waiting = [file for module in modules if (file := _module_file(module))]
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.add(file)
        for module in _imported_modules(ast.parse(file.read_text(encoding="utf-8"))):
            imported = _module_file(module)
            if imported is not None and imported not in found:
                waiting.append(imported)
    return sorted(found)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        node.body = [
            statement
            for statement in node.body
            if not (
                isinstance(statement, ast.Expr)
                and isinstance(statement.value, ast.Constant)
                and isinstance(statement.value.value, str)
            )
        ] or [ast.Pass()]
    return tree


def code_digest(*modules: str) -> str:
    """Return the digest of the code that ``modules`` run, comments and docstrings left out."""
    parts = [
        (file.name, ast.dump(_without_docstrings(ast.parse(file.read_text(encoding="utf-8")))))
        for file in source_files(*modules)
    ]
    return digest(parts)


def trial_id(
    *,
    dataset: str,
    architecture: dict[str, Any],
    training: dict[str, Any],
    seeds: dict[str, int],
    engine: dict[str, Any],
) -> str:
    """Return the id of one training run.

    Parameters
    ----------
    dataset
        Hash of the prepared data the run may see.
    architecture
        The bound description: layers, image shape, number of classes.
    training
        Every training setting, defaults filled in.
    seeds
        The seed of each axis (:func:`densevsconv.store.seeds.training_seeds`).
    engine
        Name, library versions and code digest of the engine; threads and device, which decide
        the order of floating-point sums.
    """
    return digest(
        {
            "dataset": dataset,
            "architecture": architecture,
            "training": training,
            "seeds": seeds,
            "engine": engine,
        }
    )
