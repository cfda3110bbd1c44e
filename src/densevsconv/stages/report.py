"""Report: set the paper and the page, and list every number with its source."""

import os
from pathlib import Path

from densevsconv import report
from densevsconv.report.charts import charts
from densevsconv.report.contents import CAPTIONS, GRADIENTS, drawings
from densevsconv.report.document import build_document
from densevsconv.report.render import render_page, write_paper
from densevsconv.report.study import Reported
from densevsconv.results.follow import TABLES, followed
from densevsconv.results.plan import ReportPlan as Contents
from densevsconv.results.plan import StudyPlan
from densevsconv.results.searches import TABLES as SEARCHES
from densevsconv.results.splits import divided
from densevsconv.results.study import Study
from densevsconv.stages.plan import Files, Plan, of_each, paths
from densevsconv.store.files import write_json, write_text
from densevsconv.store.layout import Layout

TEMPLATES = ("templates", "text")


class ReportPlan(Contents, Plan):
    """plan/report.json."""


def inputs(plan: ReportPlan, at: Layout) -> Files:
    # relative, so that a clone that is moved has nothing to do again
    folder = Path(os.path.relpath(report.__file__)).parent
    return {
        "figures": [
            at.figure(drawing.stem, kind) for drawing in drawings(plan) for kind in ("svg", "png")
        ],
        "captions": [at.caption(name) for name in CAPTIONS],
        "templates": [file for name in TEMPLATES for file in sorted((folder / name).rglob("*.*"))],
        "tables": [
            at.trials,
            at.summary,
            at.run_table,
            at.comparisons,
            at.difficulty,
            at.engine_comparisons,
            at.families,
            at.importance,
            at.trust,
        ],
        "series": [at.crossings, at.leads] if followed(plan) else [],
        "claims": at.claims,
        "gradients": [at.gradients] if _shows_gradients(plan) else [],
        **of_each(plan.cases, selections=at.selection, runs=at.runs, histories=at.history),
        **of_each(plan.cases, evaluations=at.evaluation, timings=at.timing),
        **of_each(plan.used, info=at.data_info, measures=at.measures),
    }


def published(plan: StudyPlan, at: Layout) -> list[Path]:
    """Return the files of results that a published report takes along."""
    files = {
        "plan": at.plan("report"),
        "tables": [at.trials, at.summary, at.run_table, at.comparisons, at.difficulty],
        "decisions": [at.engine_comparisons, at.families, at.trust, at.claims],
        "searches": [getattr(at, name) for name in SEARCHES],
        "series": [getattr(at, name) for name in TABLES] if followed(plan) else [],
        "splits": [at.splits] if divided(plan) else [],
        "gradients": [at.gradients] if _shows_gradients(plan) else [],
        **of_each(plan.cases, selections=at.selection, runs=at.runs, histories=at.history),
        **of_each(plan.cases, evaluations=at.evaluation, timings=at.timing),
        **of_each(plan.used, info=at.data_info, measures=at.measures),
    }
    return paths(files)


def unpublished(plan: ReportPlan, at: Layout) -> list[str]:
    """Return the results that the report reads and :func:`published` leaves out."""
    read = [at.plan("report"), *paths(inputs(plan, at))]
    own = {at.name(file) for file in read if at.name(file)} - {*map(at.name, published(plan, at))}
    return sorted(name for name in own if not name.startswith("report/"))


def _shows_gradients(plan: StudyPlan) -> bool:
    return GRADIENTS in {entry.table for entry in plan.counterparts.values() if entry}


def outputs(plan: ReportPlan, at: Layout) -> Files:
    return {"paper": at.paper, "supplement": at.supplement, "page": at.page, "facts": at.facts}


def run(plan: ReportPlan, at: Layout) -> None:
    study = Reported(Study(plan, at))
    document = build_document(study)
    figures = {
        block["file"]: at.figure(block["id"], "svg")
        for section in document["sections"]
        for block in section["blocks"]
        if block["kind"] == "figure"
    }
    write_paper(document, figures, study.fonts, at.paper)
    write_paper(document, figures, study.fonts, at.supplement, supplement=True)
    pictures = {name: (file, file.with_suffix(".png")) for name, file in figures.items()}
    write_text(at.page, render_page(document, pictures, charts(study.results)))
    write_json(at.facts, document["facts"])
