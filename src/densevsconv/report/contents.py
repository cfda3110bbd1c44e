"""What a report shows: its figures and tables, known from the plan alone, before anything has run.

Cheap to import: the Snakefile lists every file of a report with it.
"""

import re
from dataclasses import dataclass
from math import ceil
from typing import Literal

from densevsconv.report.figures.registry import FIGURES, Figure
from densevsconv.report.front import CROWDED, MANY
from densevsconv.results.plan import Counterpart as Asked
from densevsconv.results.plan import StudyPlan

GRADIENTS = "gradients"
"""The table of one study's gradient checks; the stage of this name checks the cases asked for."""
TABLES = (
    "again", "pairs", "crossings", "datasets", "data", "architectures", "counterparts",
    "published", GRADIENTS, "claims", "chosen", "results", "comparisons", "difficulty", "cost",
    "engines", "trust", "machine", "settings", "further", "runs", "claim_tests",
)  # fmt: skip
"""The report's tables, by the name of their caption (``table_<name>.rst``)."""
STUDY_TABLES = (
    "again", "pairs", "crossings", "datasets", "counterparts", "published", GRADIENTS,
    "claims", "trust", "machine", "claim_tests",
)  # fmt: skip
"""The tables there is one of in a study; of the others there is one a data set."""
CAPTIONS = (
    *(figure.name for figure in FIGURES),
    *(f"chart_{figure.name}" for figure in FIGURES if figure.chart),
    *(f"table_{name}" for name in TABLES),
)
"""What has a caption of its own."""


@dataclass(frozen=True)
class Counterpart:
    """One figure or table of a publication, and where the report shows the same.

    ``of`` is what the publication calls it ("Figure 6"), ``name`` that of our figure or table. A
    table of the whole study has no data set; empty ``cases`` are no case in particular.
    """

    of: str
    kind: Literal["figure", "table"]
    name: str
    dataset: str | None
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Drawing:
    """One figure file: a figure, its data set ("" of the whole study), its cases.

    ``stem`` is its name without suffix, such as ``learning_curves-digits``; with ``-2``, ``-3``
    where a figure goes on (``part``), or with what it is the counterpart of. ``counterpart`` is
    what the publication calls the figure that it was drawn for. One of those in ``front``, of
    all data sets, is told them when it is drawn. What is not of the ``paper`` is of its supplement.
    """

    figure: Figure
    dataset: str
    cases: tuple[str, ...]
    stem: str
    part: int = 1
    counterpart: str = ""
    front: bool = False
    paper: bool = False


def drawings(plan: StudyPlan) -> list[Drawing]:
    """Return every figure file of a study, in the order of the report.

    A figure that shows no case of a data set (the search of cases that search nothing) is left out.
    Figures that are drawn for a publication's come last, in its order.
    """
    found = [
        Drawing(figure, "", tuple(shown), figure.name, paper=True)
        for figure in FIGURES
        if figure.whole
        and (shown := [case for case in plan.ordered() if figure.wanted(plan, case)])
    ]
    roomy = len(plan.cases) <= CROWDED and len(plan.used) <= MANY
    found += [
        Drawing(figure, "", (), f"{figure.name}-front", front=True, paper=True)
        for figure in FIGURES
        if figure.front and not roomy and len(plan.used) <= MANY
    ]
    for dataset in plan.used:
        for figure in FIGURES:
            shown = [case for case in plan.ordered(dataset) if figure.wanted(plan, case)]
            if figure.requested or figure.whole or len(shown) < figure.fewest:
                continue
            # as few pages as hold them, of about equal size
            size = ceil(len(shown) / ceil(len(shown) / (figure.cases_per_page or len(shown))))
            for part, first in enumerate(range(0, len(shown), size), start=1):
                stem = f"{figure.name}-{dataset}" + (f"-{part}" if part > 1 else "")
                cases = tuple(shown[first : first + size])
                paper = figure.paper == "always" or (figure.paper == "few" and roomy)
                found.append(Drawing(figure, dataset, cases, stem, part, paper=paper))
    requested = {figure.name: figure for figure in FIGURES if figure.requested}
    for asked in counterparts(plan):
        if asked.kind == "figure" and asked.name in requested:
            slug = re.sub(r"\W+", "_", asked.of.lower()).strip("_")
            figure, dataset = requested[asked.name], str(asked.dataset)
            stem = f"{asked.name}-{slug}"
            found.append(Drawing(figure, dataset, asked.cases, stem, counterpart=asked.of))
    return found


def counterparts(plan: StudyPlan) -> list[Counterpart]:
    asked = [(of, entry) for of, entry in plan.counterparts.items() if entry is not None]
    found = []
    for of, entry in sorted(asked, key=_place):
        dataset = entry.dataset or (plan.cases[entry.cases[0]].dataset if entry.cases else None)
        dataset = None if entry.table in STUDY_TABLES else dataset
        kind: Literal["figure", "table"] = "table" if entry.table else "figure"
        name = entry.table or entry.figure or ""
        found.append(Counterpart(of, kind, name, dataset, tuple(entry.cases)))
    return found


def _place(asked: tuple[str, Asked]) -> tuple[bool, list[int | str]]:
    # the file has its keys in the order of the alphabet: Figure 10 before Figure 5
    of, entry = asked
    parts = re.split(r"(\d+)", of)
    return entry.figure is not None, [int(p) if p.isdecimal() else p for p in parts]
