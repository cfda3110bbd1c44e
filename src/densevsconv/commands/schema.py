"""JSON schemas of the configuration files, which editors complete and check keys with.

They are made from the models that read the files; a file names its own in its first line::

    # yaml-language-server: $schema=../schema/study.json

Where a model takes any mapping (``training`` of a study), its schema is that of what it is checked
as later. A schema is never stricter than the program: references between files are not in it.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from densevsconv.networks.schema import LAYERS, NESTING, ArchitectureFile, Repeat
from densevsconv.planning.catalogue import Catalogue
from densevsconv.planning.study import Config, Study
from densevsconv.store.files import json_text, write_text
from densevsconv.training.settings import Training
from densevsconv.trials.search import Search

FOLDER = Path("config/schema")
UPDATES = "In place of epochs: as many as come nearest to so many steps."


def schema(folder: Path = FOLDER) -> None:
    """Write the schemas to a folder, with the names that loaded plug-ins add."""
    for name, text in schema_texts().items():
        write_text(folder / name, text)
        print(folder / name)


def schema_texts() -> dict[str, str]:
    """Return the text of every schema by the name of its file."""
    study, architecture = _schema(Study, Training, Search), _schema(ArchitectureFile, Repeat)
    definitions = study["$defs"]
    training, search = {"$ref": "#/$defs/Training"}, definitions["Search"]["properties"]
    settings = definitions["Training"]["properties"]
    searched = {key: {"type": "array", "items": value} for key, value in settings.items()}
    search["grid"] |= {"properties": searched, "additionalProperties": False}
    search["points"]["anyOf"][0]["items"] = training
    settings["updates"] = {"type": "integer", "minimum": 1, "description": UPDATES}
    for place in (study, definitions["Case"], definitions["StudyDataset"]):
        place["properties"]["training"] |= training
    for place in (study, definitions["Case"]):
        place["properties"]["search"] |= {"$ref": "#/$defs/Search"}

    architecture["$defs"] |= _layers()
    architecture["properties"]["layers"]["items"] = {"$ref": "#/$defs/layer"}
    schemas = {
        "config": _schema(Config),
        "study": study,
        "datasets": _schema(Catalogue),
        "architecture": architecture,
    }
    return {f"{name}.json": json_text(_closed(value)) for name, value in schemas.items()}


def _schema(model: type[BaseModel], *others: type[BaseModel]) -> dict[str, Any]:
    """Return a model's schema; under ``$defs`` are its parts, and ``others`` with theirs."""
    _, found = models_json_schema([(each, "validation") for each in (model, *others)])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | {
        **found["$defs"].pop(model.__name__),
        "$defs": found["$defs"],
    }


def _layers() -> dict[str, Any]:
    """Return the schema of an item of a list of layers, and those of its kinds."""
    kinds = {kind: model.model_json_schema() for kind, model in LAYERS.items()}
    row = {"type": "array", "items": {"$ref": "#/$defs/layer"}}
    for kind, key in NESTING:
        words = kinds[kind]["properties"][key].get("anyOf", [])[:1]
        rows = {"type": "array", "items": row}
        kinds[kind]["properties"][key]["anyOf"] = [*words, row, rows]
    bare = [kind for kind, schema in kinds.items() if not schema.get("required")]
    given = {
        kind: {
            "anyOf": [{"$ref": f"#/$defs/{kind}"}, *([{"type": "null"}] if kind in bare else [])]
        }
        for kind in kinds
    }
    item = {
        "type": "object",
        "properties": given | {"repeat": {"$ref": "#/$defs/Repeat"}},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return kinds | {"layer": {"anyOf": [{"enum": bare}, item]}}


def _closed(value: Any) -> Any:
    """Return a schema in which a name that matches no pattern is refused; titles say nothing."""
    if isinstance(value, list):
        return [_closed(item) for item in value]
    if not isinstance(value, dict):
        return value
    # under "properties" the keys are the file's own
    found = {
        key: {name: _closed(each) for name, each in item.items()}
        if key in ("properties", "$defs")
        else _closed(item)
        for key, item in value.items()
        if not (key == "title" and isinstance(item, str))
    }
    return found | ({"additionalProperties": False} if "patternProperties" in found else {})
