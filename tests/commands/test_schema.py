"""The schemas for editors accept what is shipped and refuse what the program refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from densevsconv.commands.schema import FOLDER, schema_texts
from densevsconv.schema.read import read_yaml

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "config").rglob("*.yaml"))
SCHEMAS = {name: json.loads(text) for name, text in schema_texts().items()}


def problems(schema: str, content: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMAS[schema]).iter_errors(content)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_shipped_names_its_schema_and_follows_it(file: Path) -> None:
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    named = file.parent / first.removeprefix("# yaml-language-server: $schema=")
    assert named.resolve().parent == ROOT / FOLDER
    assert problems(named.name, read_yaml(file)) == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_up_to_date(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    written = json.loads((ROOT / FOLDER / name).read_text(encoding="utf-8"))
    assert written == SCHEMAS[name], "run: make docs"


CASE = {"dataset": "digits", "architecture": "dense_1"}


def study(**changes: Any) -> dict[str, Any]:
    return {"title": "t", "datasets": {"digits": {}}, "cases": {"a": CASE}} | changes


def network(layer: Any) -> dict[str, Any]:
    return {"title": "t", "layers": [layer]}


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ("config.json", {"scale": "smoke"}, {"scale": "small"}),
        ("study.json", study(), study(titel="t")),
        ("study.json", study(cases={"a": CASE}), study(cases={"1 a": CASE})),
        (
            "study.json",
            study(training={"optimizer": "adam", "augmentation": "default"}),
            study(training={"optimizer": "adma"}),
        ),
        (
            "study.json",
            study(search={"method": "grid", "grid": {"batch_size": [16, 32]}}),
            study(search={"method": "grid", "grid": {"batch_size": ["16"]}}),
        ),
        (
            "study.json",
            study(datasets={"digits": {"transform": [{"shift": 0.1}]}}),
            study(datasets={"digits": {"transform": [{"shift": 0.1, "rotation": 3}]}}),
        ),
        ("architecture.json", network("flatten"), network("flaten")),
        ("architecture.json", network({"dense": {"units": "classes"}}), network({"dense": {}})),
        (
            "architecture.json",
            network({"residual": {"body": ["batch_norm", {"dense": {"units": 3}}]}}),
            network({"residual": {"body": [{"dence": {"units": 3}}]}}),
        ),
    ],
)
def test_a_mistake_is_found(schema: str, right: Any, wrong: Any) -> None:
    assert problems(schema, right) == []
    assert problems(schema, wrong) != []
