"""One drawing of every figure of the registry, of two made-up studies."""

from dataclasses import dataclass
from typing import Any

import pytest
from matplotlib.figure import Figure

from densevsconv.report.contents import Drawing, drawings
from densevsconv.report.figures import style
from densevsconv.report.figures.registry import FIGURES
from densevsconv.results.plan import ShownPlan
from densevsconv.results.series import LeadRow
from densevsconv.results.study import Study
from densevsconv.store.layout import Layout


@dataclass
class Drawn:
    """A figure, what it shows and what that was taken from."""

    study: Study
    drawing: Drawing
    data: Any
    figure: Figure


@pytest.fixture(autouse=True, scope="session")
def _style() -> None:
    style.apply()


def study_of(layout: Layout) -> Study:
    return Study(ShownPlan.read(layout.plan("figures")), layout)


@pytest.fixture(scope="session")
def study(layout: Layout) -> Study:
    return study_of(layout)


@pytest.fixture(scope="session")
def drawn(study: Study, reproduced: Layout) -> dict[str, Drawn]:
    """Return the first drawing of every figure, by name."""
    rows = [
        LeadRow(series="training_images", images="patches", network_a="conv", network_b="dense",
                value=value, case_a="a", case_b="b", lead=lead, low=lead - 0.1, high=lead + 0.1)
        for value, lead in ((10, -0.2), (100, 0.0), (1000, 0.3))
    ]  # fmt: skip
    series = [("training_images", "patches", {"conv \u2212 dense": rows})]
    (figure,) = [each for each in FIGURES if each.name == "crossings"]
    drawing = Drawing(figure, "", (), "crossings")
    found = {"crossings": Drawn(study, drawing, series, figure.parts[1](series))}
    for each in (study, study_of(reproduced)):
        for drawing in drawings(each.plan):
            if drawing.figure.name not in found:
                data, draw = drawing.figure.parts
                shown = data(each, drawing.dataset, list(drawing.cases))
                found[drawing.figure.name] = Drawn(each, drawing, shown, draw(shown))
    return found
