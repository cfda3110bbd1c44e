"""Writes the tables of ``config/README.md`` from the schemas: what is documented is what holds.

    python -m densevsconv.commands.document          write them
    python -m densevsconv.commands.document --check  exit with 1 where they are out of date

A table stands between ``<!-- keys of NAME -->`` and ``<!-- end -->``; the text around is written
by hand.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from densevsconv.claims import schema as claims
from densevsconv.errors import ConfigError
from densevsconv.images.sources import SOURCES
from densevsconv.images.transforms.registry import Transform
from densevsconv.images.transforms.structure import Clutter
from densevsconv.networks.spec import LAYERS, ArchitectureFile, Defaults
from densevsconv.planning import schema
from densevsconv.schema.allowed import allowed
from densevsconv.schema.strict import OneOf
from densevsconv.store.files import write_text
from densevsconv.training import settings as training
from densevsconv.trials import search

README = Path("config/README.md")

_MODELS: tuple[type[BaseModel], ...] = (
    *(schema.Config, schema.Study, schema.StudyDataset, schema.Case, schema.Refit),
    *(schema.Published, schema.Evaluate, schema.Time, schema.Report, schema.Counterpart),
    *(claims.Claim, claims.ClaimTest, claims.Difference, claims.Accuracy, claims.Near),
    *(claims.TimeRatio, claims.HardestClass, claims.EasiestClass, claims.Overfits),
    *(schema.Catalogue, schema.DatasetEntry, schema.RemoteFile),
    *SOURCES.values(),
    *(Transform, Clutter),
    *(training.Training, training.Schedule, training.EarlyStopping, training.Augmentation),
    *(search.Search, search.Dimension, ArchitectureFile, Defaults),
)

SCHEMAS: dict[str, type[BaseModel]] = {model.__name__: model for model in _MODELS} | dict(LAYERS)
"""Every schema by the name its table goes by; layers go by their kind."""

_TABLE = re.compile(r"<!-- keys of (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def table(model: type[BaseModel]) -> str:
    """Return a Markdown table of a schema's keys: what they allow, their default, their meaning."""
    if not model.model_fields:
        return "It has no settings."
    rows = ["| key | allowed | default | meaning |", "|---|---|---|---|"]
    for key, field in model.model_fields.items():
        cells = [f"`{key}`", allowed(field.annotation, field.metadata), _default(model, field)]
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


def updated(text: str) -> str:
    """Return a Markdown text with the tables between its marks as they should be."""

    def rewrite(match: re.Match[str]) -> str:
        name = match[1]
        if name not in SCHEMAS:
            raise ConfigError(f"{README}: no schema named {name}; allowed: {', '.join(SCHEMAS)}")
        return f"<!-- keys of {name} -->\n{table(SCHEMAS[name])}\n<!-- end -->"

    return _TABLE.sub(rewrite, text)


def main() -> int:
    """Write the tables, or check them; return the exit code."""
    text = README.read_text(encoding="utf-8")
    if "--check" in sys.argv[1:]:
        return int(updated(text) != text)
    write_text(README, updated(text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
