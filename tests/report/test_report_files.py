"""The files of a report: which there are, how they look from outside, that they stay the same."""

from __future__ import annotations

import re
from pathlib import Path

import pypdf
import pytest

from densevsconv.errors import DataError
from densevsconv.report.captions import read_caption
from densevsconv.report.figures.base import COLUMN_MM, PAGE_MM, searched_keys
from densevsconv.report.figures.registry import FIGURES
from densevsconv.report.layout import TABLES, ReportLayout, drawings, ordered_cases
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


def test_figures_have_the_width_they_are_printed_at(layout: Layout, rendered: ReportLayout) -> None:
    for drawing in drawings(read_json(layout.plan("figures"))):
        head = rendered.figure(drawing.stem, "svg").read_text()[:2000]
        points = float(re.search(r'width="([\d.]+)pt"', head)[1])  # type: ignore[index]
        wanted = COLUMN_MM if drawing.figure.width == "column" else PAGE_MM
        assert points / 72 * 25.4 == pytest.approx(wanted, abs=0.1)
        assert "<text" not in head  # type is drawn as paths: no font is needed


def test_every_figure_and_table_has_a_caption_without_numbers(captions: Path) -> None:
    names = [figure.name for figure in FIGURES] + [f"table_{name}" for name in TABLES]
    assert sorted(path.stem for path in captions.glob("*.rst")) == sorted(names)
    for name in names:
        assert read_caption(captions / f"{name}.rst").endswith(".")


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


def test_several_data_sets_and_many_cases_have_their_own_figures() -> None:
    architecture = {"parameters": 1}
    cases = {
        f"case{number:02}{dataset}": {
            "dataset": dataset, "family": "dense", "engine": "numpy", "architecture": architecture,
            "points": [{}],
        }
        for dataset in ("a", "b")
        for number in range(20)
    }  # fmt: skip
    plain = {"dataset": "x", "transform": [], "split": {}}
    plan = {"cases": cases, "datasets": {"a": plain, "b": {**plain, "dataset": "y"}}}
    stems = [drawing.stem for drawing in drawings(plan)]
    assert len(stems) == len(set(stems))
    assert {"accuracy-a", "accuracy-b", "confusion_counts-a", "confusion_counts-a-3"} <= set(stems)
    shown = [
        case for drawing in drawings(plan)
        if drawing.figure.name == "confusion_counts" for case in drawing.cases
    ]  # fmt: skip
    assert sorted(shown) == sorted(cases)


def test_cases_stand_dense_first_then_by_size() -> None:
    cases = {
        "a": {"dataset": "x", "family": "convolutional", "architecture": {"parameters": 1}},
        "b": {"dataset": "x", "family": "dense", "architecture": {"parameters": 9}},
        "c": {"dataset": "x", "family": "dense", "architecture": {"parameters": 3}},
    }
    assert ordered_cases(cases, "x") == ["c", "b", "a"]
    alike = {"dataset": "x", "family": "dense", "architecture": {"parameters": 1}}
    assert ordered_cases({"n_10": alike, "n_2": alike, "m": alike}) == ["m", "n_2", "n_10"]


def test_searched_keys_are_those_that_vary() -> None:
    points = [{"l2": 0, "epochs": 5}, {"l2": 1, "epochs": 5}]
    assert searched_keys({"points": points}) == ["l2"]
    assert searched_keys({"points": [{}]}) == []
