"""config/README.md explains every key, as the schemas have it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from densevsconv.commands.document import README, SCHEMAS, table, updated
from densevsconv.errors import ConfigError
from densevsconv.networks.spec import LAYERS, ArchitectureFile
from densevsconv.planning.schema import Catalogue, Config, Study
from densevsconv.schema.allowed import unwrap
from densevsconv.training.settings import Training
from densevsconv.trials.search import Search

TEXT = (Path(__file__).parents[2] / README).read_text(encoding="utf-8")


def models(annotation: Any) -> set[type[BaseModel]]:
    """Return the schemas that a type is made of."""
    inner, _ = unwrap(annotation)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return {inner}.union(*(models(field.annotation) for field in inner.model_fields.values()))
    return set().union(*(models(part) for part in get_args(inner)))


def test_the_tables_are_up_to_date() -> None:
    assert updated(TEXT) == TEXT, "run: python -m densevsconv.commands.document"


def test_every_schema_of_every_file_has_a_table() -> None:
    roots = (Config, Study, Catalogue, Training, Search, ArchitectureFile, *LAYERS.values())
    reachable = set().union(*(models(root) for root in roots))
    assert reachable == set(SCHEMAS.values())
    for name in SCHEMAS:
        assert f"<!-- keys of {name} -->" in TEXT, name


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_explained(name: str) -> None:
    for key, field in SCHEMAS[name].model_fields.items():
        assert field.description, f"{name}.{key} has no description"
        assert f"| `{key}` | " in table(SCHEMAS[name])


def test_a_table_that_is_out_of_date_is_rewritten() -> None:
    old = "before\n<!-- keys of Config -->\nstale\n<!-- end -->\nafter\n"
    new = updated(old)
    assert table(Config) in new
    assert "stale" not in new
    assert new.startswith("before\n")
    assert new.endswith("after\n")


def test_a_table_of_no_schema_is_refused() -> None:
    with pytest.raises(ConfigError, match="no schema named Confg"):
        updated("<!-- keys of Confg -->\n<!-- end -->")


def test_rewording_a_training_key_is_no_change_of_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from densevsconv.store import identity

    package = Path(shutil.copytree(identity._PACKAGES["densevsconv"], tmp_path / "densevsconv"))
    monkeypatch.setitem(identity._PACKAGES, "densevsconv", package)
    file, module = package / "training" / "settings.py", "densevsconv.training.settings"
    before, text = identity.code_digest(module), file.read_text()
    file.write_text(text.replace("Passes over the training part.", "How often all is seen."))
    assert file.read_text() != text
    assert identity.code_digest(module) == before
    file.write_text(text.replace("default=1e-3", "default=1e-2"))
    assert identity.code_digest(module) != before
