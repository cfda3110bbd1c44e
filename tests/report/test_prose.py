"""Templates print numbers with their places and no others; what they print is never markup."""

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from densevsconv.errors import DataError
from densevsconv.report import prose
from densevsconv.report.parts import Part, Printed, Text, listed, segments, span
from densevsconv.report.table import Kind, build
from densevsconv.results.traced import Traced
from tests.support.reported import plain

NUMBER = Traced(0.98611, "t.csv", "a[case=b]")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(prose._ENVIRONMENT.loader, "searchpath", [str(tmp_path), str(prose.TEXTS)])
    prose._ENVIRONMENT.cache.clear()  # type: ignore[union-attr]

    def rendered(text: str, **values: Any) -> list[Text]:
        (tmp_path / "own.md.j2").write_text(text)
        return prose.render("own", **values)

    return rendered


def test_a_number_is_printed_in_its_format_and_listed_with_its_source(write: Any) -> None:
    ((before, number, after),) = write("It is {{ number | percent }}%.", number=NUMBER)
    assert (before, after) == ("It is ", "%.")
    assert number.fact == {
        "value": 0.98611, "text": "98.61", "source": "t.csv", "pointer": "a[case=b]",
        "format": "percent",
    }  # fmt: skip


@pytest.mark.parametrize("template", ["{{ 98.6 }}", "{{ value }}", "{{ [value] }}", "{{ number }}",
                                      "{{ number.value }}", "{{ none }}"])  # fmt: skip
def test_a_number_without_place_or_format_is_refused_by_name(write: Any, template: str) -> None:
    with pytest.raises(TypeError, match=r"own\.md\.j2: found .*98|own\.md\.j2: found None"):
        write(f"It is {template}%.", value=98, number=NUMBER)


def test_what_is_no_number_of_a_file_has_no_format(write: Any) -> None:
    with pytest.raises(TypeError, match="98: no number of a result file"):
        write("{{ value | percent }}", value=98)


def test_what_is_missing_is_an_error(write: Any) -> None:
    with pytest.raises(UndefinedError, match="nothing"):
        write("{{ nothing }}")


def test_words_of_others_are_not_markup(write: Any) -> None:
    title = "*not* `this`\n\n{{ nor }} | that's 8x8"
    (text,) = write("On {{ title }}: *this* and `that`'s", title=title)
    assert [(each["kind"], each["value"]) for each in segments(text)] == [
        ("text", "On "), ("name", title), ("text", ": "), ("emph", "this"), ("text", " and "),
        ("code", "that"), ("text", "\u2019s"),
    ]  # fmt: skip


def test_blank_lines_part_paragraphs_and_blocks_do_not(write: Any) -> None:
    template = (
        "One\ntwo.\n{% if yes %}\nThree.\n{% endif %}\n{% if not yes %}\nNo.\n{% endif %}\n"
        "{{ name }}\n\n{% if yes %}\nFour.\n{% endif %}\n\n"
        "{% if not yes %}\nNo.\n{% endif %}\n\nFive.\n"
    )
    made = [plain(text) for text in write(template, yes=True, name="N")]
    assert made == ["One two. Three. N", "Four.", "Five."]


def test_lists_and_ranges_in_words() -> None:
    assert listed(["a", "b", "c"]) == (
        Part("case", "a"), ", ", Part("case", "b"), " and ", Part("case", "c"),
    )  # fmt: skip
    assert listed(["a"]) == (Part("case", "a"),)
    low, high = Traced(2, "s", "/a"), Traced(10, "s", "/b")
    assert span([high, low], "integer") == (
        Printed(low, "integer"), " to ", Printed(high, "integer"),
    )  # fmt: skip
    assert span([low, low], "integer") == (Printed(low, "integer"),)


def test_a_table_is_written_as_in_markdown(write: Any, tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "own.md.j2").write_text(
        "{% set names = ['a', 'b|c'] %}\n"
        "| case | score<br>(%)\n  {% if wide %}| more {% endif %}|\n"
        "| :-- | --- {% if wide %}| --: {% endif %}|\n| heading |\n{% for name in names %}\n"
        "| {{ family('dense') }}{{ name }} | {{ number | percent }} of it |\n{% endfor %}\n"
    )
    made = build(Kind("own"), None, {"wide": False, "number": NUMBER, "study": None})
    assert made.columns == [(("case",), "left"), (("score<br>(%)",), "grow")]
    assert segments(made.columns[1][0])[0]["value"] == "score\n(%)"
    assert [row.family for row in made.rows] == ["", "dense", "dense"]
    assert len(made.rows[0].cells) == 1
    assert made.rows[2].cells == [
        (Part("name", "b|c"),), (Printed(NUMBER, "percent"), " of it"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="own: found 2 cells; allowed: 3"):
        build(Kind("own"), None, {"wide": True, "number": NUMBER, "study": None})


# -- what is typed


def templates() -> list[Path]:
    return sorted(prose.TEXTS.rglob("*.j2"))


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.stem)
def test_no_template_types_a_number(path: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    code = " ".join(re.findall(r"\{[{%].*?[}%]\}", source, flags=re.S))
    typed = re.sub(r"\{[{%].*?[}%]\}", "", source, flags=re.S)
    # of strings in code, keys of references and settings are looked up or names
    code = re.sub(r'cite\("\w+"\)|"l2"|"\S+\.j2"', "", code)
    typed += " ".join(re.findall(r"\"[^\"]*\"|'[^']*'", code))
    assert re.findall(r".{,20}\d.{,20}", typed) == []
    assert "~" not in code  # joins words and numbers where nothing looks


def test_a_caption_with_a_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.rst").write_text("Accuracy of 98% for all.")
    with pytest.raises(DataError, match=r"98%.*no digits"):
        prose.read_caption(tmp_path / "x.rst")
    with pytest.raises(DataError, match=r"y\.rst.*has a caption"):
        prose.read_caption(tmp_path / "y.rst")
