"""The report holds no number that is not in a result file.

Three ways to see it: the sources of the text hold no digit; every number of the page is a fact
whose text follows from the value re-read from the file it names; and what remains of the page and
of the paper, numbers, names and counters taken out, holds no digit.
"""

from __future__ import annotations

import ast
import html.parser
import json
import re
from pathlib import Path

import pypdf
import pytest

from densevsconv.report import (
    abstract,
    claims,
    data,
    difficulty,
    engines,
    limits,
    prose,
    publication,
    setting_tables,
    tables,
    verdicts,
    wording,
)
from densevsconv.report.document import build_document
from densevsconv.report.formats import format_value
from densevsconv.report.layout import ReportLayout
from densevsconv.report.paper import write_paper
from densevsconv.report.pointers import ResultFiles
from densevsconv.store.layout import Layout
from tests.support.synthetic import ROOT

TEMPLATES = ROOT / "src" / "densevsconv" / "report" / "templates"
NUMERAL = re.compile(r"\d[\d.,]*")


def test_every_fact_is_what_its_file_says(layout: Layout, rendered: ReportLayout) -> None:
    facts = json.loads(rendered.facts.read_text())
    assert len(facts) > 200
    files = ResultFiles(layout.root)  # read afresh
    for fact in facts.values():
        value = files.value(fact["source"], fact["pointer"])
        assert value == fact["value"], fact
        assert format_value(value, fact["format"]) == fact["text"], fact


# -- the sources


def strings_of(source: str) -> list[str]:
    """Return the constants of f-strings and strings, docstrings left out."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


# keys of facts and of references, which are looked up and never printed
KEYS = {"l2", "fossheim2022", "lecun1998", "guo2017", "student1908", "wilson1927", "abadi2016"}
KEYS |= {"bouthillier2021", "gowdra2020", "\u2013", "l2_biases", ".3g"}


@pytest.mark.parametrize(
    "module",
    [
        abstract, claims, data, difficulty, engines, limits, prose, publication, setting_tables,
        tables, verdicts, wording,
    ],
)  # fmt: skip
def test_the_text_holds_no_digit(module: object) -> None:
    source = Path(module.__file__).read_text()  # type: ignore[attr-defined]
    assert [s for s in strings_of(source) if re.search(r"\d", s) and s not in KEYS] == []


def test_the_papers_template_holds_digits_in_lengths_and_code_only() -> None:
    text = (TEMPLATES / "paper.typ").read_text()
    lines = [line.split("//")[0] for line in text.splitlines()]
    # what is set as text stands in [content] or in "strings"
    written = [part for line in lines for part in re.findall(r'\[([^\[\]]*)\]|"([^"]*)"', line)]
    texts = {bracket or string for bracket, string in written}
    allowed = {
        "1",  # a pattern of counters
        "#0072B2", "#D55E00",  # colours
        "a4",
    }  # fmt: skip
    assert {text for text in texts if re.search(r"\d", text)} <= allowed


def test_the_pages_template_holds_digits_in_its_style_only() -> None:
    text = (TEMPLATES / "index.html.j2").read_text()
    text = re.sub(r"<style>.*?</style>", "", text, flags=re.S)
    text = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.S)
    text = text.replace('charset="utf-8"', "").replace("initial-scale=1", "")
    text = re.sub(r'</?h[12]\b|tabindex="0"', "", text)
    assert re.findall(r".{20}\d", text) == []


# -- the page


class Page(html.parser.HTMLParser):
    """Collects the numbers of a page, and its text without numbers, names and counters."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: list[tuple[str, str, str]] = []  # value, title, text
        self.names: list[str] = []
        self.rest: list[str] = []
        self._inside: list[str] = []  # kind of each open element
        self._void = {"meta", "img", "br", "link"}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        assert tag not in ("script", "iframe", "object", "link")
        for key in ("src", "href"):
            target = found.get(key) or ""
            assert target.startswith(("#", "data:image/svg+xml;base64,")) or not target
        if tag == "img":
            assert found["alt"]
            self.rest.append(found["alt"] or "")
        if tag in self._void:
            return
        classes = (found.get("class") or "").split()
        kind = "text"
        if tag == "data":
            kind = "number"
            self.numbers.append((found["value"] or "", found["title"] or "", ""))
        elif tag in ("style", "title") or "no" in classes:
            kind = "skip"
        elif "name" in classes:
            kind = "name"
        self._inside.append(kind)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._void:
            self._inside.pop()

    def handle_data(self, text: str) -> None:
        kind = next((k for k in reversed(self._inside) if k != "text"), "text")
        if kind == "number":
            value, title, before = self.numbers[-1]
            self.numbers[-1] = (value, title, before + text)
        elif kind == "name":
            self.names.append(text)
        elif kind == "text":
            self.rest.append(text)


@pytest.fixture(scope="module")
def page(rendered: ReportLayout) -> Page:
    parser = Page()
    parser.feed(rendered.page.read_text())
    return parser


def test_what_remains_of_the_page_holds_no_digit(page: Page) -> None:
    assert [text for text in page.rest if re.search(r"\d", text)] == []
    assert len("".join(page.rest)) > 4000  # it is the text


def test_every_number_of_the_page_is_in_the_file_that_it_names(page: Page, layout: Layout) -> None:
    files = ResultFiles(layout.root)
    facts = {(f"{f['source']}: {f['pointer']}", f["text"]): f for f in facts_of(layout)}
    assert len(page.numbers) > 300
    for value, title, text in page.numbers:
        fact = facts[(title, text)]
        source, _, pointer = title.partition(": ")
        again = files.value(source, pointer)
        assert str("" if again is None else again) == value
        assert format_value(again, fact["format"]) == text


def facts_of(layout: Layout) -> list[dict[str, str]]:
    names = ReportLayout(Path("unused"), layout.study, ROOT / "workflow" / "report")
    return list(build_document(layout, names)["facts"].values())


def test_names_on_the_page_are_names_of_the_study(page: Page, layout: Layout) -> None:
    files = ResultFiles(layout.root)
    known = json.dumps(
        [
            files.document("plan/report.json"),
            files.document("data/digits/info.json"),
            [files.document(f"{stage}/{case}.json") for stage in ("select", "time")
             for case in files.document("plan/report.json")["cases"]],
        ],
        ensure_ascii=False,
    )  # fmt: skip
    from densevsconv.report.references import REFERENCES

    known += " ".join(REFERENCES.values())
    for name in page.names:
        for numeral in NUMERAL.findall(name):
            # the setting's name l2 and titles with digits, all from the config or the references
            assert name in known or name.replace(" ", "_") in known, (name, numeral)


# -- the paper


def text_of(pdf: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)


def test_what_remains_of_the_paper_holds_no_digit(
    layout: Layout, rendered: ReportLayout, tmp_path: Path
) -> None:
    document = build_document(layout, rendered)
    write_paper(document, figures_of(document, rendered), tmp_path / "bare.pdf", numbers="hide")
    bare = text_of(tmp_path / "bare.pdf")
    assert len(bare) > 4000
    assert re.findall(r".{0,30}\d.{0,30}", bare) == []


def test_every_numeral_of_the_paper_is_a_fact_a_name_or_a_counter(
    layout: Layout, rendered: ReportLayout
) -> None:
    document = build_document(layout, rendered)
    facts = " ".join(fact["text"] for fact in document["facts"].values())
    names = json.dumps(document, ensure_ascii=False)
    names = " ".join(re.findall(r'"kind": "(?:name|case)", "value": "([^"]*)"', names))
    known = set(NUMERAL.findall(f"{facts} {names} {document['title']}"))
    known |= {numeral.rstrip(".,") for numeral in known}
    counters = {str(count) for count in range(1, 31)}  # sections, figures, tables, works, pages
    text = re.sub(r"-\n", "", text_of(rendered.paper))
    unknown = {n.rstrip(".,") for n in NUMERAL.findall(text)} - known - counters
    # a name broken over two lines leaves its halves
    halves = "".join(sorted(known))
    assert {numeral for numeral in unknown if numeral not in halves} == set()


def figures_of(document: dict, rendered: ReportLayout) -> dict[str, Path]:
    return {
        block["file"]: rendered.figure(block["id"], "svg")
        for section in document["sections"]
        for block in section["blocks"]
        if block["kind"] == "figure"
    }
