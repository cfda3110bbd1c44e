"""Report: set the paper and the page, and list every number with its source.

in      plan/report.json, data/<dataset>/info.json and measures.json, trials.csv,
        select/<case>.json, evaluate/<case>.json, time/<case>.json, summary.csv, runs.csv,
        comparisons.csv, difficulty.csv, engines.csv, claims.json, gradients.json (where asked for),
        reports/<study>/figures/*.svg, workflow/report/*.rst
out     reports/<study>/paper.pdf, index.html, facts.json
"""

from __future__ import annotations

from pathlib import Path

from densevsconv.report.document import build_document
from densevsconv.report.layout import ReportLayout
from densevsconv.report.page import render_page
from densevsconv.report.paper import write_paper
from densevsconv.report.plan import read_plan
from densevsconv.report.study import Reported
from densevsconv.results.study import Study
from densevsconv.store.files import write_json, write_text
from densevsconv.store.layout import Layout


def run(
    layout: Layout,
    *,
    reports: Path = Path("reports"),
    captions: Path = Path("workflow/report"),
    threads: int | None = None,
) -> None:
    """Write the paper, the page and the list of facts."""
    names = ReportLayout(reports, layout.study, captions)
    study = Reported(Study(read_plan(layout.plan("report")), layout))
    document = build_document(study, names)
    figures = {
        block["file"]: names.figure(block["id"], "svg")
        for section in document["sections"]
        for block in section["blocks"]
        if block["kind"] == "figure"
    }
    write_paper(document, figures, names.paper)
    write_text(names.page, render_page(document, figures))
    write_json(names.facts, document["facts"])
