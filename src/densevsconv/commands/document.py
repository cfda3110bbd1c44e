"""Writes the tables of the documentation from the types: what is documented is what holds.

    python -m densevsconv.commands.document          write them
    python -m densevsconv.commands.document --check  exit with 1 where they are out of date

``config/README.md`` has a table of every schema, ``docs/files.md`` one of every result file's type;
``config/schema`` has the schemas as editors read them.
A table stands between ``<!-- keys of NAME -->`` and ``<!-- end -->``; the text around is written by
hand.
"""

import importlib
import json
import pkgutil
import re
import sys
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from densevsconv import results
from densevsconv.commands.schema import FOLDER, schema_texts
from densevsconv.errors import ConfigError
from densevsconv.networks.schema import LAYERS, ArchitectureFile, Repeat
from densevsconv.planning.catalogue import Catalogue
from densevsconv.planning.study import Config, Study
from densevsconv.results.record import Record
from densevsconv.schema.allowed import allowed, is_model, unwrap
from densevsconv.schema.strict import OneOf
from densevsconv.store.files import write_text
from densevsconv.store.plugins import load_plugins
from densevsconv.training.settings import Training
from densevsconv.trials.search import Search

Models = dict[str, type[BaseModel]]


def parts(annotation: Any) -> list[type[BaseModel]]:
    """Return the schemas that a type is made of, itself first, each once."""
    inner, _ = unwrap(annotation)
    found = [inner] if is_model(inner) else []
    inside = [f.annotation for f in inner.model_fields.values()] if found else get_args(inner)
    return list(dict.fromkeys(found + [each for part in inside for each in parts(part)]))


def schemas() -> Models:
    """Return every schema of a configuration file; layers go by their kind."""
    roots = (Config, Study, Catalogue, Training, Search, ArchitectureFile, Repeat)
    found = {model.__name__: model for root in roots for model in parts(root)}
    return found | dict(LAYERS)


def records() -> Models:
    """Return the type of every result file: those whose docstring begins with a file's path."""
    modules = [
        importlib.import_module(f"{results.__name__}.{module.name}")
        for module in pkgutil.iter_modules(results.__path__)
    ]
    return {
        name: model
        for module in modules
        for name, model in vars(module).items()
        if is_model(model) and re.match(r"[\w/<>*-]+\.(json|csv|parquet)", model.__doc__ or "")
    }


FILES = {Path("config/README.md"): schemas, Path("docs/files.md"): records}
_TABLE = re.compile(r"<!-- keys of (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def table(model: type[BaseModel]) -> str:
    """Return a Markdown table of a type's keys: what they allow, their default, their meaning."""
    if not model.model_fields:
        return "It has no settings."
    if issubclass(model, Record):
        rows = ["| name | value | meaning |", "|---|---|---|"]
    else:
        rows = ["| key | allowed | default | meaning |", "|---|---|---|---|"]
    for key, field in model.model_fields.items():
        cells = [f"`{key}`", allowed(field.annotation, field.metadata)]
        cells += [] if issubclass(model, Record) else [_default(model, field)]
        cells.append(" ".join((field.description or "").split()))
        rows.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(rows)


def _default(model: type[BaseModel], field: FieldInfo) -> str:
    if issubclass(model, OneOf):
        return "absent"  # the default that stands for it is no value that a file may have
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "its defaults"
    return f"`{json.dumps(value)}`" if value != "" else "empty"


def updated(file: Path, text: str) -> str:
    """Return the text of one of :data:`FILES`, the tables between its marks as they should be.

    A record's is followed by those of its parts, where they are not in the file already.
    """
    models = FILES[file]()
    shown: set[type[BaseModel]] = set()

    def rewrite(match: re.Match[str]) -> str:
        name = match[1]
        if name not in models:
            raise ConfigError(f"{file}: no schema named {name}; allowed: {', '.join(models)}")
        tables = [table(models[name])]
        if issubclass(models[name], Record):
            for part in parts(models[name])[1:]:
                if part not in shown:
                    shown.add(part)
                    tables.append(f"{part.__name__}: {part.__doc__}\n\n{table(part)}")
        return "\n".join([f"<!-- keys of {name} -->", "\n\n".join(tables), "<!-- end -->"])

    load_plugins()
    return _TABLE.sub(rewrite, text)


def _holds(file: Path, text: str) -> bool:
    return file.exists() and file.read_text(encoding="utf-8") == text


def main() -> int:
    """Write the tables, or check them; return the exit code."""
    new = {file: updated(file, file.read_text(encoding="utf-8")) for file in FILES}
    new |= {FOLDER / name: text for name, text in schema_texts().items()}
    stale = {file: text for file, text in new.items() if not _holds(file, text)}
    if "--check" in sys.argv[1:]:
        return int(bool(stale))
    for file, text in stale.items():
        write_text(file, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
