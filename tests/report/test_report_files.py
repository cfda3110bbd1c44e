"""The files of a report: numbers are those of their files, paper and page say the same."""

from __future__ import annotations

import html.parser
import json
import re
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from densevsconv.report.formats import format_value
from densevsconv.report.layout import ReportLayout
from densevsconv.stages.plan import run_stage
from densevsconv.store.files import read_json
from densevsconv.store.layout import Layout
from tests.support.pointers import value_at
from tests.support.reported import document
from tests.support.synthetic import ROOT, make_study


def pdf_words(pdf: Path) -> str:
    """Return the letters and digits of a paper, without what depends on where lines end."""
    text = "".join(page.extract_text() + "\n" for page in pypdf.PdfReader(pdf).pages)
    return re.sub(r"\W+", "", text)


class Page(html.parser.HTMLParser):
    """Collects a page's numbers and the text of its paragraphs; refuses what reaches outside."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.numbers: list[list[str]] = []  # value, title, text
        self.paragraphs: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attributes}
        assert tag not in ("script", "iframe", "object", "link")
        for key in ("src", "href"):
            assert found.get(key, "#").startswith(("#", "data:image/svg+xml;base64,"))
        assert tag != "img" or found["alt"]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)
        if tag == "data":
            self.numbers.append([found["value"], found["title"], ""])
        if tag == "p":
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("meta", "img", "br"):
            assert self.open.pop() == tag

    def handle_data(self, text: str) -> None:
        if "data" in self.open:
            self.numbers[-1][2] += text
        if "p" in self.open:
            self.paragraphs[-1] += text


@pytest.fixture(scope="module")
def page(rendered: ReportLayout) -> Page:
    return Page(rendered.page.read_text())


def test_every_fact_is_what_its_file_says(layout: Layout, rendered: ReportLayout) -> None:
    facts = json.loads(rendered.facts.read_text())
    assert len(facts) > 1000
    for fact in facts.values():
        assert set(fact) == {"value", "text", "source", "pointer", "format"}
        assert value_at(layout.root, fact["source"], fact["pointer"]) == fact["value"], fact
        assert format_value(fact["value"], fact["format"]) == fact["text"], fact


def test_every_number_of_the_page_is_a_fact(page: Page, rendered: ReportLayout) -> None:
    facts = json.loads(rendered.facts.read_text()).values()
    known = {(f"{fact['source']}: {fact['pointer']}", fact["text"]): fact for fact in facts}
    assert len(page.numbers) > 1000
    for value, title, text in page.numbers:
        fact = known[title, text]
        assert value == ("" if fact["value"] is None else str(fact["value"]))
    assert {(title, text) for _, title, text in page.numbers} == set(known)  # none is unprinted


def test_paper_and_page_hold_the_same_text(page: Page, rendered: ReportLayout) -> None:
    paper = pdf_words(rendered.paper)
    said = [re.sub(r"\W+", "", text) for text in page.paragraphs]
    assert len(said) > 30
    # pages and columns of the paper end inside paragraphs; their first words do not part
    missing = [text for text in said if text[:40] not in paper or text[-12:] not in paper]
    assert len(missing) <= 0.1 * len(said), missing
    for block in (block for each in document(layout_of(rendered))["sections"]
                  for block in each["blocks"] if block["kind"] == "table"):  # fmt: skip
        for row in block["rows"]:
            case = next((part["value"] for part in row["cells"][0] if part["kind"] == "case"), "")
            assert re.sub(r"\W+", "", case) in paper


def layout_of(rendered: ReportLayout) -> Layout:
    return Layout(rendered.reports.parent / "results" / rendered.study)


def test_the_same_results_give_the_same_bytes(
    layout: Layout, rendered: ReportLayout, captions: Path, tmp_path: Path
) -> None:
    (tmp_path / layout.study).mkdir()
    (tmp_path / layout.study / "figures").symlink_to(rendered.root / "figures")
    run_stage("report", replace(layout, reports=tmp_path, captions=captions))
    for file in rendered.outputs():
        assert (tmp_path / layout.study / file.name).read_bytes() == file.read_bytes()


def test_a_new_caption_reaches_paper_and_page_without_a_figure_being_drawn(
    layout: Layout, rendered: ReportLayout, captions: Path, tmp_path: Path
) -> None:
    for file in captions.glob("*.rst"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "accuracy.rst").write_text("Quite another caption & <script> ``code``.\n")
    reports = tmp_path / "reports"
    (reports / layout.study).mkdir(parents=True)
    (reports / layout.study / "figures").symlink_to(rendered.root / "figures")
    run_stage("report", replace(layout, reports=reports, captions=tmp_path))
    names = ReportLayout(reports, layout.study)
    assert "Quite another caption &amp; &lt;script&gt; <code>code</code>." in names.page.read_text()
    paper = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(names.paper).pages)
    assert "Quite another caption & <script> code." in paper


def test_user_text_is_set_as_it_is(tmp_path: Path) -> None:
    title = 'Dense & conv: <b>#emph[x]</b> $x$ "*_`\\ @y {{ 8 }}'
    cases = {"dense_a": ("dense_1", 0.95, "list"), "conv_a": ("lenet5_8", 0.9, "list")}
    layout = make_study(tmp_path / "results", "odd", cases, title=title)
    at = replace(layout, reports=tmp_path / "reports", captions=ROOT / "workflow" / "report")
    run_stage("figures", at)
    run_stage("report", at)
    names = ReportLayout(tmp_path / "reports", "odd")
    assert pypdf.PdfReader(names.paper).metadata.title == title  # type: ignore[union-attr]
    page = names.page.read_text()
    assert "<b>#emph" not in page
    assert "&lt;b&gt;#emph[x]&lt;/b&gt;" in page
    # nothing was searched, one engine, one form: no word of them, and no gap
    assert "had settings to search" in page
    assert "Each is trained as configured" in page
    assert "implementation?" not in page
    assert ">Difficulty<" not in page


def test_figures_are_where_the_document_names_them(layout: Layout, rendered: ReportLayout) -> None:
    named = {
        block["file"] for each in document(layout)["sections"] for block in each["blocks"]
        if block["kind"] == "figure"
    }  # fmt: skip
    assert named == {path.name for path in rendered.figure_files(read_json(layout.plan("figures")),
                                                                 "svg")}  # fmt: skip
    assert all(path.exists() for path in rendered.outputs())
