"""Figures: draw every figure of a study."""

from __future__ import annotations

from densevsconv.report.contents import drawings
from densevsconv.results.plan import StudyPlan
from densevsconv.results.study import Study
from densevsconv.stages.plan import Files, Plan
from densevsconv.store.layout import Layout


class FiguresPlan(StudyPlan, Plan):
    """plan/figures.json."""


def inputs(plan: FiguresPlan, at: Layout) -> Files:
    return {
        "tables": [at.summary, at.engine_comparisons],
        "selections": [at.selection(case) for case in plan.cases],
        "runs": [at.runs(case) for case in plan.cases],
        "evaluations": [at.evaluation(case) for case in plan.cases],
        "histories": [at.history(case) for case in plan.cases],
        "predictions": [at.predictions(case) for case in plan.cases],
        "weights": [at.weights(case) for case in plan.cases],
        "train": [at.train_data(dataset) for dataset in plan.used],
        "test": [at.test_data(dataset) for dataset in plan.used],
        "info": [at.data_info(dataset) for dataset in plan.used],
        "sheets": [at.contact_sheet(dataset) for dataset in plan.used],
        "means": [at.mean_images(dataset) for dataset in plan.used],
    }


def outputs(plan: FiguresPlan, at: Layout) -> Files:
    stems = [drawing.stem for drawing in drawings(plan)]
    return {
        "svg": [at.figure(stem, "svg") for stem in stems],
        "png": [at.figure(stem, "png") for stem in stems],
    }


def run(plan: FiguresPlan, at: Layout) -> None:
    # here, since the Snakefile imports this module at each start, and drawing libraries take long
    from densevsconv.report.figures import style
    from densevsconv.report.figures.canvas import save
    from densevsconv.report.figures.drawn import draw

    style.apply()
    study = Study(plan, at)
    for drawing in drawings(plan):
        figure = draw(drawing.figure.name, study, drawing.dataset, drawing.cases)
        save(figure, at.figure(drawing.stem, "svg"), at.figure(drawing.stem, "png"))
