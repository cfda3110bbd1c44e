"""Figures: draw every figure of a study."""

import importlib
from pathlib import Path

from densevsconv.report import front
from densevsconv.report.contents import drawings
from densevsconv.report.figures.registry import FIGURES
from densevsconv.results.data import DataInfo
from densevsconv.results.follow import followed
from densevsconv.results.plan import ShownPlan
from densevsconv.results.study import Study
from densevsconv.stages.plan import Files, Plan, of_each
from densevsconv.store.layout import Layout
from densevsconv.store.process import forks

CODE = sorted({figure.module for figure in FIGURES})
"""What it runs beside what it imports."""


class FiguresPlan(ShownPlan, Plan):
    """plan/figures.json."""


def inputs(plan: FiguresPlan, at: Layout) -> Files:
    return {
        "tables": [at.summary, at.engine_comparisons, at.comparisons, at.families],
        "series": [at.leads] if followed(plan) else [],
        **of_each(plan.cases, selections=at.selection, runs=at.runs, evaluations=at.evaluation),
        **of_each(plan.cases, history=at.history, predictions=at.predictions, weights=at.weights),
        **of_each(plan.used, train=at.train_data, test=at.test_data, info=at.data_info),
        **of_each(plan.used, sheets=at.contact_sheet, means=at.mean_images),
    }


def outputs(plan: FiguresPlan, at: Layout) -> Files:
    stems = [drawing.stem for drawing in drawings(plan)]
    return {
        "svg": [at.figure(stem, "svg") for stem in stems],
        "png": [at.figure(stem, "png") for stem in stems],
    }


def run(plan: FiguresPlan, at: Layout, *, threads: int | None = None) -> None:
    """Draw them all, in as many processes as there are threads."""
    count = min(threads or 1, len(drawings(plan)))
    if count <= 1:
        return _draw(plan, at, 0, 1)
    importlib.import_module("densevsconv.report.figures.style")  # once, for all that are forked
    with forks(count) as pool:
        shares = [pool.submit(_draw, plan, at, first, count) for first in range(count)]
        for share in shares:
            share.result()


def _draw(plan: FiguresPlan, at: Layout, first: int, step: int) -> None:
    """Draw every ``step``-th figure."""
    # here, since the Snakefile imports this module at each start, and drawing libraries take long
    from densevsconv.report.figures import style
    from densevsconv.report.figures.canvas import save

    fonts = style.apply(name for each in plan.used for name in plan.datasets[each].class_names)
    study = Study(plan, at)

    def legible(path: Path) -> DataInfo:
        info = DataInfo.read(path)
        return info.model_copy(update={"class_names": [*map(fonts.legible, info.class_names)]})

    for dataset in plan.used:
        study.once(at.data_info(dataset), legible)
    for drawing in drawings(plan)[first::step]:
        data, draw = drawing.figure.parts
        asked = [(drawing.dataset, list(drawing.cases))]
        if drawing.front:
            asked = [(each, front.cases(study, each)) for each in front.datasets(study)]
        first, *others = (data(study, *each) for each in asked)
        figure = draw(sum(others, first))
        save(figure, at.figure(drawing.stem, "svg"), at.figure(drawing.stem, "png"))
