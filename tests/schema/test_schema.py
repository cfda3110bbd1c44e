"""YAML as version 1.2 has it, and what a field allows in words."""

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from densevsconv.schema.allowed import allowed
from densevsconv.schema.read import read_yaml
from densevsconv.schema.strict import Name, Strict


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001), ("1.5E+3", 1500.0), (".5", 0.5), ("-2", -2), ("0", 0), ("010", "010"),
        ("yes", "yes"), ("off", "off"), ("true", True), ("1:30", "1:30"), ("null", None),
        ("2022-11-20", "2022-11-20"), ("1_000", "1_000"), ("'5'", "5"), ("0.", 0.0), ("=", "="),
        ("~", None), ("", None), ("0x1F", "0x1F"), ("+12", 12), ("1e", "1e"), ("True", True),
    ],
)  # fmt: skip
def test_plain_values_are_those_of_yaml_1_2(text: str, value: object, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(f"x: {text}\n")
    found = read_yaml(file)["x"]
    assert found == value
    assert type(found) is type(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_prints_is_read_back(value: float) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        file = Path(folder) / "x.yaml"
        file.write_text(f"x: {value!r}\n")
        assert read_yaml(file)["x"] == value


def test_shared_parts_may_be_written_once(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n")
    assert read_yaml(file)["b"] == {"x": 1, "y": 3}


class Part(Strict):
    """A schema inside another."""

    x: int


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (bool, "true or false"),
        (Annotated[int, Field(ge=1)], "a whole number of at least 1"),
        (Annotated[float, Field(gt=0, le=1)], "a number above 0 and at most 1"),
        (Annotated[float, Field(lt=1)] | None, "a number below 1, or null"),
        (Annotated[str, Field(min_length=1)], "text, not empty"),
        (Name, "a name of letters, digits, _ and -, a letter first"),
        (Literal["grid", "list"], "one of grid, list"),
        (Literal["auto"] | int, "auto, or a whole number"),
        (Annotated[list[int], Field(min_length=1)], "a list, not empty, each item a whole number"),
        (list[Any], "a list"),
        (dict[str, Part], "a mapping of names to Part"),
        (Part, "a mapping, see Part"),
        (Any, "any value"),
    ],
)
def test_what_a_field_allows_in_words(annotation: Any, words: str) -> None:
    assert allowed(annotation) == words
