"""The files of a report: numbers are those of their files, paper and page say the same."""

import html.parser
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from densevsconv.report.wording import format_value
from densevsconv.store.layout import Layout
from tests.support.plans import run_stage
from tests.support.pointers import value_at
from tests.support.reported import document


def pdf_words(pdf: Path) -> str:
    """Return the letters and digits of a paper, without what depends on where lines end."""
    text = "".join(page.extract_text() + "\n" for page in pypdf.PdfReader(pdf).pages)
    return re.sub(r"\W+", "", text)


VOID = ("meta", "img", "br", "input")


class Page(html.parser.HTMLParser):
    """Collects a page's numbers and the text of its paragraphs; refuses what reaches outside."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.numbers: list[list[str]] = []  # value, title, text
        self.paragraphs: list[str] = []
        self.texts = [""]
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attributes}
        self.texts.append("")
        self.tags.add(tag)
        assert tag not in ("iframe", "object", "link")
        own = found.get("href") in ("paper.pdf", "supplement.pdf", "facts.json")
        for key in ("src", "href"):
            assert own or found.get(key, "#").startswith(("#", "data:image/"))
        assert tag != "img" or found["alt"]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "data":
            self.numbers.append([found["value"], found["title"], ""])
        if tag == "p":
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        self.texts.append("")
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, text: str) -> None:
        self.texts[-1] += text
        if "data" in self.open:
            self.numbers[-1][2] += text
        if "p" in self.open:
            self.paragraphs[-1] += text


@pytest.fixture(scope="module")
def page(rendered: Layout) -> Page:
    return Page(rendered.page.read_text())


def test_every_fact_is_what_its_file_says(layout: Layout, rendered: Layout) -> None:
    facts = json.loads(rendered.facts.read_text())
    assert len(facts) > 1000
    for fact in facts.values():
        assert set(fact) == {"value", "text", "source", "pointer", "format"}
        assert value_at(layout.root, fact["source"], fact["pointer"]) == fact["value"], fact
        assert format_value(fact["value"], fact["format"]) == fact["text"], fact


def test_every_number_of_the_page_is_a_fact(page: Page, rendered: Layout) -> None:
    facts = json.loads(rendered.facts.read_text()).values()
    known = {(f"{fact['source']}: {fact['pointer']}", fact["text"]): fact for fact in facts}
    assert len(page.numbers) > 1000
    for value, title, text in page.numbers:
        fact = known[title, text]
        assert value == ("" if fact["value"] is None else str(fact["value"]))
    assert {(title, text) for _, title, text in page.numbers} == set(known)  # none is unprinted


def test_paper_and_page_hold_the_same_text(page: Page, rendered: Layout) -> None:
    paper = pdf_words(rendered.paper) + pdf_words(rendered.supplement)
    said = [re.sub(r"\W+", "", text) for text in page.paragraphs]
    assert len(said) > 25
    # pages and columns of the paper end inside paragraphs; their first words do not part
    missing = [text for text in said if text[:40] not in paper or text[-12:] not in paper]
    assert len(missing) <= 0.1 * len(said), missing
    for block in (block for each in document(rendered)["sections"]
                  for block in each["blocks"] if block["kind"] == "table"):  # fmt: skip
        for row in block["rows"]:
            case = next((part["value"] for part in row["cells"][0] if part["kind"] == "case"), "")
            assert re.sub(r"\W+", "", case) in paper


def beside(rendered: Layout, folder: Path, captions: Path) -> Layout:
    """Render the report again, with the figures that there are."""
    at = replace(rendered, reports=folder / "reports", captions=captions)
    shutil.copytree(rendered.paper.parent / "figures", at.paper.parent / "figures")
    run_stage("report", at)
    return at


def test_the_same_results_give_the_same_bytes(
    rendered: Layout, captions: Path, tmp_path: Path
) -> None:
    again = beside(rendered, tmp_path, captions)
    for file in ("paper", "supplement", "page", "facts"):
        assert getattr(again, file).read_bytes() == getattr(rendered, file).read_bytes()


def test_a_new_caption_reaches_paper_and_page_without_a_figure_being_drawn(
    rendered: Layout, captions: Path, tmp_path: Path
) -> None:
    for file in captions.glob("*.rst"):
        (tmp_path / file.name).write_text(file.read_text())
    for name in ("accuracy", "chart_accuracy"):  # of the paper's figure and of the page's chart
        (tmp_path / f"{name}.rst").write_text("Quite another caption & <script> ``code``.\n")
    again = beside(rendered, tmp_path, tmp_path)
    assert "Quite another caption &amp; &lt;script&gt; <code>code</code>." in again.page.read_text()
    paper = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(again.supplement).pages)
    assert "Quite another caption & <script> code." in paper


def test_the_document_shows_every_figure_that_is_drawn(rendered: Layout) -> None:
    named = {
        block["file"] for each in document(rendered)["sections"] for block in each["blocks"]
        if block["kind"] == "figure"
    }  # fmt: skip
    assert named == {path.name for path in (rendered.paper.parent / "figures").glob("*.svg")}


def test_the_paper_is_short_and_its_first_page_has_the_answer(rendered: Layout) -> None:
    assert len(pypdf.PdfReader(rendered.paper).pages) <= 6
    first = pypdf.PdfReader(rendered.paper).pages[0].extract_text().replace("\u00a0", " ")
    for words in ("Answer.", "Figure 1.", "What it costs.", "But:", "Again:"):
        assert words in first
    assert "FigureS1" in pdf_words(rendered.supplement)
