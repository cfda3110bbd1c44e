"""Figures: draw every figure of a study.

in      plan/figures.json, data/<dataset>/*, select/<case>.json,
        refit/<case>/*, evaluate/<case>.json, summary.csv, engines.csv
out     reports/<study>/figures/<figure>-<dataset>.svg (paper, page) and .png (README, MLflow)
"""

from __future__ import annotations

from pathlib import Path

from densevsconv.report.contents import drawings
from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import save
from densevsconv.report.figures.drawn import draw
from densevsconv.report.layout import ReportLayout, study_plan
from densevsconv.results.study import Study
from densevsconv.store.files import read_json
from densevsconv.store.layout import Layout


def run(layout: Layout, *, reports: Path = Path("reports"), threads: int | None = None) -> None:
    """Draw every figure as SVG and as PNG."""
    style.apply()
    plan, names = study_plan(read_json(layout.plan("figures"))), ReportLayout(reports, layout.study)
    study = Study(plan, layout)
    for drawing in drawings(plan):
        figure = draw(drawing.figure.name, study, drawing.dataset, drawing.cases)
        save(figure, names.figure(drawing.stem, "svg"), names.figure(drawing.stem, "png"))
