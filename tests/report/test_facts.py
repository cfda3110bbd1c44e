"""Pointers find what they say; formats print what people read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from densevsconv.errors import DataError
from densevsconv.report import rich
from densevsconv.report.facts import Facts
from densevsconv.report.formats import format_value, setting, significant
from densevsconv.report.pointers import ResultFiles, csv_pointer, json_pointer, quotient

TABLE = "case,seed,score,note\na,0,0.5,\na,1,nan,x\nb,0,1,y\n"


@pytest.fixture
def files(tmp_path: Path) -> ResultFiles:
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "d.json").write_text(json.dumps({"a/b": [{"x~": 3}], "n": None}))
    return ResultFiles(tmp_path)


def test_csv_pointers(files: ResultFiles) -> None:
    assert files.value("t.csv", csv_pointer("score", case="a", seed=0)) == 0.5
    assert files.value("t.csv", "score[case=b]") == 1
    assert files.value("t.csv", "#") == 3
    assert files.value("t.csv", "#[case=a]") == 2
    assert files.value("t.csv", "note[case=a,seed=0]") is None
    assert files.value("t.csv", "score[case=a,seed=1]") is None  # not a number is no value


def test_csv_pointers_compare_numbers(files: ResultFiles) -> None:
    assert files.value("t.csv", csv_pointer("#", seed=("<=", 0))) == 2
    assert files.value("t.csv", csv_pointer("#", seed=("<", 0))) == 0
    assert files.value("t.csv", csv_pointer("#", case="a", seed=(">", 0.5))) == 1
    assert files.value("t.csv", csv_pointer("note", seed=(">=", 1))) == "x"
    # what is no number is neither below nor above: nan, text, empty
    assert files.value("t.csv", csv_pointer("#", score=(">=", 0))) == 2
    assert files.value("t.csv", csv_pointer("#", note=("<", 9))) == 0


def test_quotients(files: ResultFiles) -> None:
    assert files.value("t.csv", quotient("score[case=a,seed=0]", "score[case=b]")) == 0.5
    assert files.value("t.csv", quotient("score[case=b]", "seed[case=b]")) is None  # over zero
    assert files.value("t.csv", quotient("score[case=a,seed=1]", "score[case=b]")) is None
    assert files.value("d.json", quotient("/n", "/a~1b/0/x~0")) is None
    assert files.value("d.json", quotient("/a~1b/#", "/a~1b/0/x~0")) == pytest.approx(1 / 3)
    with pytest.raises(DataError, match="no value at"):
        files.value("t.csv", quotient("score[case=b]", "score[case=c]"))


@pytest.mark.parametrize(
    "pointer", ["score[case=a]", "score[case=c]", "no[case=b]", "score[x", "#[case]"]
)
def test_a_pointer_to_no_single_cell_is_an_error(files: ResultFiles, pointer: str) -> None:
    with pytest.raises(DataError, match=r"t\.csv: no value at"):
        files.value("t.csv", pointer)


def test_json_pointers(files: ResultFiles) -> None:
    assert files.value("d.json", json_pointer("a/b", 0, "x~")) == 3
    assert files.value("d.json", json_pointer("a/b", "#")) == 1
    assert files.value("d.json", "/n") is None
    with pytest.raises(DataError, match=r"d\.json: no value at /z"):
        files.value("d.json", "/z")


def test_a_fact_names_its_source(files: ResultFiles) -> None:
    facts = Facts(files)
    text = f"It is {facts.number('t.csv', 'score[case=b]', 'percent')}%."
    (key,) = facts.to_dict()
    assert facts.to_dict()[key] == {
        "value": 1, "text": "100.00", "source": "t.csv", "pointer": "score[case=b]",
        "format": "percent",
    }  # fmt: skip
    assert rich.segments(text) == [
        {"kind": "text", "value": "It is "},
        {"kind": "number", "value": key},
        {"kind": "text", "value": "%."},
    ]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.98611, "percent", "98.61"), (0.95, "percent_whole", "95"), (0.2, "percent_plain", "20"),
        (0.0, "points", "0.00"), (-1e-9, "points", "0.00"), (-0.0123, "points_size", "1.23"),
        (0.0123, "points", "+1.23"), (-0.0123, "points", "\u22121.23"),
        (-0.0123, "points_negated", "1.23"), (1234567, "integer", "1,234,567"),
        (0.00021, "milliseconds", "0.210"), (2**30, "mebibytes", "1,024"),
        (0.0004, "p_value", "< 0.001"), (0.0421, "p_value", "0.042"),
        (None, "percent", "\u2013"), (float("nan"), "integer", "\u2013"), (None, "setting", "none"),
        ("adam", "setting", "adam"), (1e-5, "setting", "1e\u22125"), (0.0003, "setting", "0.0003"),
        (0.00345512, "setting", "0.00346"), (256, "setting", "256"), (1500.0, "setting", "1500"),
        (True, "setting", "yes"), ([], "setting", "none"),
        (["conv", "dense"], "setting", "conv, dense"),
        ({"rotation": 10.0, "shift": 0.1, "zoom": 0.0, "flip": "forced"}, "setting",
         "shift ±0.1, rotation ±10°, mirrored"),
        ({"shift": 0.0, "flip": False}, "setting", "none"),
        ({"crop": 4, "negative": 0.5}, "setting", "crop 4 px, negatives 0.5"),
        ({"name": "cosine", "warmup_epochs": 2}, "setting", "name cosine, warmup epochs 2"),
        ({"resolution": 14}, "change", "resolution 14\u00d714"),
        ({"rotation": 15.0}, "change", "rotation ±15°"),
        ({"rotation": 0}, "change", "rotation ±0°"),
        ({"clutter": {"patches": 4, "size": 0.25}}, "change", "clutter 4 of size 0.25"),
        ({"permute_pixels": True}, "change", "permuted pixels"),
        ({"negative": False}, "change", "negative off"),
        ({"colour": "grey"}, "change", "colour grey"),
    ],
)  # fmt: skip
def test_formats(value: object, form: str, text: str) -> None:
    assert format_value(value, form) == text


@given(st.floats(1e-9, 1e9))
def test_significant_digits_keep_the_value(value: float) -> None:
    assert float(significant(value).replace(",", "")) == pytest.approx(value, rel=5.1e-3)


@given(st.floats(1e-9, 999))
def test_a_printed_setting_is_within_half_a_percent(value: float) -> None:
    assert float(setting(value).replace("\u2212", "-")) == pytest.approx(value, rel=5.1e-3)


@given(st.lists(st.tuples(st.sampled_from(rich.KINDS), st.text())), st.text())
def test_marked_text_is_taken_apart_as_it_was_put_together(
    parts: list[tuple[str, str]], between: str
) -> None:
    between = "".join(c for c in between if c not in "\ue000\ue001\ue002'")
    clean = [(kind, "".join(c for c in value if c not in "\ue000\ue001\ue002"))
             for kind, value in parts]  # fmt: skip
    text = between + between.join(rich.mark(kind, value) for kind, value in parts) + between
    found = [(p["kind"], p["value"]) for p in rich.segments(text) if p["kind"] != "text"]
    assert found == clean
