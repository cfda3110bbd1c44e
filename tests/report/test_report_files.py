"""The files of a report: which there are, how they look from outside, that they stay the same."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest

from densevsconv.errors import DataError
from densevsconv.report.captions import read_caption
from densevsconv.report.layout import ReportLayout
from densevsconv.stages import figures, report
from densevsconv.store.files import read_json
from densevsconv.store.layout import Layout
from tests.support.synthetic import ROOT, make_study


def test_the_plan_alone_says_which_figures_there_are(
    layout: Layout, rendered: ReportLayout
) -> None:
    plan = read_json(layout.plan("figures"))
    for suffix in ("svg", "png"):
        named = rendered.figure_files(plan, suffix)
        assert sorted(named) == sorted((rendered.root / "figures").glob(f"*.{suffix}"))
    assert all(path.exists() for path in rendered.outputs())


def test_a_caption_with_a_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.rst").write_text("Accuracy of 98% for all.")
    with pytest.raises(DataError, match=r"98%.*no digits"):
        read_caption(tmp_path / "x.rst")


def test_a_missing_caption_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"x\.rst.*has a caption"):
        read_caption(tmp_path / "x.rst")


def test_the_same_results_give_the_same_bytes(
    layout: Layout, rendered: ReportLayout, captions: Path, tmp_path: Path
) -> None:
    figures.run(layout, reports=tmp_path)
    report.run(layout, reports=tmp_path, captions=captions)
    again = ReportLayout(tmp_path, layout.study)
    for file in rendered.root.rglob("*.*"):
        assert (again.root / file.relative_to(rendered.root)).read_bytes() == file.read_bytes()


def test_a_new_caption_reaches_paper_and_page_without_a_figure_being_drawn(
    layout: Layout, rendered: ReportLayout, captions: Path, tmp_path: Path
) -> None:
    for file in captions.glob("*.rst"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "accuracy.rst").write_text("Quite another caption & <script> ``code``.\n")
    before = rendered.figure("accuracy-digits", "svg").stat().st_mtime_ns
    kept = {path: path.read_bytes() for path in rendered.outputs()}
    report.run(layout, reports=rendered.reports, captions=tmp_path)
    page = rendered.page.read_text()
    paper = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(rendered.paper).pages)
    assert rendered.figure("accuracy-digits", "svg").stat().st_mtime_ns == before
    assert "Quite another caption &amp; &lt;script&gt; <code>code</code>." in page
    assert "Quite another caption & <script> code." in paper
    for path, content in kept.items():
        path.write_bytes(content)


def test_user_text_is_set_as_it_is(tmp_path: Path) -> None:
    title = 'Dense & conv: <b>#emph[x]</b> $x$ "*_`\\ @y'
    cases = {"dense_a": ("dense_1", 0.95, "list"), "conv_a": ("lenet5_8", 0.9, "list")}
    layout = make_study(tmp_path / "results", "odd", cases, title=title)
    figures.run(layout, reports=tmp_path / "reports")
    report.run(layout, reports=tmp_path / "reports", captions=ROOT / "workflow" / "report")
    names = ReportLayout(tmp_path / "reports", "odd")
    assert pypdf.PdfReader(names.paper).metadata.title == title  # type: ignore[union-attr]
    page = names.page.read_text()
    assert "<b>#emph" not in page
    assert "&lt;b&gt;#emph[x]&lt;/b&gt;" in page
    # nothing was searched: no map, and the text says so
    assert not list((names.root / "figures").glob("search_map*"))
    assert "had settings to search" in page
    # one engine: no word of engines, and no gap where the section would stand
    assert "implementation?" not in page
    assert not list((names.root / "figures").glob("engines*"))
    assert "Each is trained as configured" in page
