"""Figures: draw every figure of a study.

in      plan/figures.json, data/<dataset>/*, select/<case>.json,
        refit/<case>/*, evaluate/<case>.json, summary.csv, engines.csv
out     reports/<study>/figures/<figure>-<dataset>.svg (paper, page) and .png (README, MLflow)
"""

from __future__ import annotations

from pathlib import Path

from densevsconv.report.figures import style
from densevsconv.report.layout import ReportLayout, drawings
from densevsconv.report.results import Results
from densevsconv.store.layout import Layout


def run(layout: Layout, *, reports: Path = Path("reports"), threads: int | None = None) -> None:
    """Draw every figure as SVG and as PNG."""
    style.apply()
    results, names = Results(layout), ReportLayout(reports, layout.study)
    for drawing in drawings(results.plan):
        figure = drawing.figure.draw(results, drawing.dataset, list(drawing.cases))
        style.save(figure, names.figure(drawing.stem, "svg"), names.figure(drawing.stem, "png"))
