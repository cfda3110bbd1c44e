"""The identity of a trial: what it is made of, as one short id (wall 2 of the design).

The id is the key in the journal, in MLflow and in the report. It covers everything that decides
the result: data, architecture, training settings, seeds, engine and the code that trains. What
cannot change a bit of the result is left out of the code: docstrings, descriptions and help texts,
the words of errors, where a file lies, and what is only reached through a package's ``__init__``.
"""

import ast
import hashlib
import inspect
import json
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any

import densevsconv

_PACKAGES = {
    "densevsconv": Path(densevsconv.__file__).parent,
    "numpynet": Path(densevsconv.__file__).parent.parent / "numpynet",
}
_WORDS = frozenset({"description", "help"})
"""Keywords whose text is for people."""


def canonical(value: Any) -> str:
    """Return ``value`` as JSON that is equal for equal values (sorted keys, no spaces)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """Return the 16 hexadecimal digits that identify a JSON-like value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]


def source_files(*modules: str, without: Collection[str] = ()) -> list[Path]:
    """Return the project's files that ``modules`` import, directly or not, themselves included.

    Read from the syntax trees, without importing anything: cheap enough for the Snakefile, whose
    rules have the digest of these files among their params, so that a job depends on the code of
    its own stage and on no other.

    A name that is imported from a package leads to the module that the package's ``__init__``
    takes it from, and to nothing else that stands there. Modules of ``without`` are not followed.
    """
    left_out = {_module_file(module) for module in without}
    found: set[Path] = set()
    waiting = [file for module in modules if (file := _module_file(module))]
    while waiting:
        file = waiting.pop()
        if file not in found and file not in left_out:
            found.add(file)
            waiting += [target for _, target in _imports(file)]
    return sorted(found)


def code_digest(
    *modules: str, without: Collection[str] = (), plugins: Collection[Path] = ()
) -> str:
    """Return the digest of the code of :func:`source_files`, and of files that nothing imports.

    Each file counts by what it says and by which file each of its imports is, known by its content:
    a file may be moved or renamed, and two files may not be swapped.
    """
    bodies = {file: _body(file) for file in source_files(*modules, without=without)}
    parts = [
        [body, sorted([imported, bodies.get(target, "")] for imported, target in _imports(file))]
        for file, body in bodies.items()
    ]
    parts += [[_body(file), []] for file in plugins]
    return digest(sorted(parts, key=canonical))


@cache
def function_digest(function: Callable[..., Any]) -> str:
    """Return the digest of the file that defines a function: a plug-in's, which nothing imports."""
    return _body(Path(inspect.getfile(function)))


def source_digest(file: Path) -> str:
    """Return the digest of one file of code, what is said to people left out."""
    return _body(file)


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


def _module_file(module: str) -> Path | None:
    """Return the file of a module, the ``__init__`` of a package; None for other projects'."""
    package, *rest = module.split(".")
    if package not in _PACKAGES:
        return None
    base = _PACKAGES[package].joinpath(*rest)
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((file for file in candidates if file.exists()), None)


def _imports(file: Path) -> list[tuple[str, Path]]:
    """Return what a file imports of the project, as written there, and the file it is from."""
    return _imported(file, file.read_text(encoding="utf-8"))


@cache
def _imported(file: Path, text: str) -> list[tuple[str, Path]]:
    return [
        (f"{name} {alias}".lstrip(), found)
        for module, name, alias in _statements(text)
        if (found := _origin(module, name) if name else _module_file(module))
    ]


@cache
def _statements(text: str) -> list[tuple[str, str, str]]:
    """Return module, name ("" of the module itself) and alias of every import of a file."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "", alias.asname or "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found += [(node.module, alias.name, alias.asname or "") for alias in node.names]
    return found


def _origin(module: str, name: str) -> Path | None:
    """Return the file where ``from module import name`` finds the name defined."""
    submodule = _module_file(f"{module}.{name}")
    file = _module_file(module)
    if submodule is not None or file is None or file.name != "__init__.py":
        return submodule or file
    for origin, taken, alias in _statements(file.read_text(encoding="utf-8")):
        if (alias or taken) == name:
            return _origin(origin, taken)
    return file


def _body(file: Path) -> str:
    return _said(file.read_text(encoding="utf-8"))


@cache
def _said(text: str) -> str:
    return digest(ast.dump(_WithoutWords().visit(ast.parse(text))))


class _WithoutWords(ast.NodeTransformer):
    """Leaves out of a file what is said to people, and from where it imports.

    Docstrings (of attributes too), keywords named :data:`_WORDS` that are text, the texts of
    ``Allowed``, and what an error says.
    """

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if text else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == "Allowed":
            node.args, node.keywords = [], []
        node.keywords = [
            keyword
            for keyword in node.keywords
            if not (keyword.arg in _WORDS and _is_text(keyword.value))
        ]
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        if isinstance(node.exc, ast.Call):
            node.exc = node.exc.func
        return self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> ast.AST | None:
        return None if any(_module_file(alias.name) for alias in node.names) else node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        return None if node.module and _module_file(node.module) else node


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    constant = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return constant or isinstance(node, ast.JoinedStr)
