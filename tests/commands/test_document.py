"""The documentation explains every key and every result file, as the types have them."""

from pathlib import Path

import pytest

from densevsconv.commands.document import FILES, records, schemas, table, updated
from densevsconv.errors import ConfigError
from densevsconv.planning.study import Config

ROOT = Path(__file__).parents[2]
README = Path("config/README.md")
MODELS = schemas() | records()


@pytest.mark.parametrize("file", FILES, ids=str)
def test_the_tables_are_up_to_date_and_complete(file: Path) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert updated(file, text) == text, "run: python -m densevsconv.commands.document"
    assert [name for name in FILES[file]() if f"<!-- keys of {name} -->" not in text] == []


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_key_is_explained(name: str) -> None:
    for key, field in MODELS[name].model_fields.items():
        assert field.description, f"{name}.{key} has no description"
        assert f"| `{key}` | " in table(MODELS[name])


def test_a_table_that_is_out_of_date_is_rewritten() -> None:
    old = "before\n<!-- keys of Config -->\nstale\n<!-- end -->\nafter\n"
    assert updated(README, old) == old.replace("stale", table(Config))


def test_a_table_of_no_schema_is_refused() -> None:
    with pytest.raises(ConfigError, match="no schema named Confg"):
        updated(README, "<!-- keys of Confg -->\n<!-- end -->")
