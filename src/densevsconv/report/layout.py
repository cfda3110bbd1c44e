"""Where the files of a report lie, and which figures a study has.

The list of figures follows from the plan alone (data sets, cases, searched settings), so the
Snakefile knows every file before anything has run. Cheap to import.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from densevsconv.report.counterparts import counterparts
from densevsconv.report.figures.base import Figure
from densevsconv.report.figures.registry import FIGURES


@dataclass(frozen=True)
class Drawing:
    """One figure file: a figure, its data set, its cases.

    Attributes
    ----------
    stem
        File name without suffix, such as ``learning_curves-digits``; with ``-2``, ``-3`` where a
        figure goes on, or with what it is the counterpart of.
    part, parts
        Counted from 1.
    counterpart
        What the publication calls the figure that it was drawn for; "" for none.
    """

    figure: Figure
    dataset: str
    cases: tuple[str, ...]
    stem: str
    part: int = 1
    parts: int = 1
    counterpart: str = ""


def ordered_cases(cases: dict[str, Any], dataset: str | None = None) -> list[str]:
    """Return the cases in the order of the report: dense first, then by size, then by name."""
    names = [name for name in cases if dataset is None or cases[name]["dataset"] == dataset]
    return sorted(
        names,
        key=lambda name: (
            cases[name]["family"] != "dense",
            cases[name]["architecture"]["parameters"],
            # net_2 before net_10
            [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)],
        ),
    )


def drawings(plan: dict[str, Any]) -> list[Drawing]:
    """Return every figure file of a study, in the order of the report.

    ``plan`` is the content of ``plan/figures.json`` or ``plan/report.json``. A figure that shows
    no case of a data set (the search of cases that search nothing) is left out. Figures that are
    drawn for a publication's come last, in its order.
    """
    cases = plan["cases"]
    found = []
    for dataset in sorted({case["dataset"] for case in cases.values()}):
        for figure in FIGURES:
            if figure.requested:
                continue
            shown = [name for name in ordered_cases(cases, dataset) if figure.wanted(name, plan)]
            pages = _pages(shown, figure.cases_per_page or len(shown))
            for part, page in enumerate(pages, start=1):
                stem = f"{figure.name}-{dataset}" + (f"-{part}" if part > 1 else "")
                found.append(Drawing(figure, dataset, tuple(page), stem, part, len(pages)))
    return found + _requested(plan)


def _pages(cases: list[str], most: int) -> list[list[str]]:
    """Return the cases in as few pages as hold them, of about equal size."""
    if not cases:
        return []
    size = ceil(len(cases) / ceil(len(cases) / most))
    return [cases[start : start + size] for start in range(0, len(cases), size)]


def _requested(plan: dict[str, Any]) -> list[Drawing]:
    figures = {figure.name: figure for figure in FIGURES if figure.requested}
    return [
        Drawing(figures[asked.name], str(asked.dataset), asked.cases,
                f"{asked.name}-{asked.slug}", counterpart=asked.of)
        for asked in counterparts(plan)
        if asked.kind == "figure" and asked.name in figures
    ]  # fmt: skip


TABLES = (
    "data", "architectures", "counterparts", "published", "gradients", "claims", "chosen",
    "results", "comparisons", "difficulty", "cost", "engines", "machine", "settings", "further",
    "runs", "claim_tests",
)  # fmt: skip
"""The report's tables, by the name of their caption (``table_<name>.rst``)."""


@dataclass(frozen=True)
class ReportLayout:
    """The files of one report.

    Attributes
    ----------
    reports
        Folder of all reports.
    study
        Name of the study.
    captions
        Folder of the captions, one file a figure or table.
    """

    reports: Path
    study: str
    captions: Path = Path("workflow/report")

    @property
    def root(self) -> Path:
        """Folder of this report."""
        return self.reports / self.study

    @property
    def paper(self) -> Path:
        """The paper."""
        return self.root / "paper.pdf"

    @property
    def page(self) -> Path:
        """The page, in one file."""
        return self.root / "index.html"

    @property
    def facts(self) -> Path:
        """Every printed number with its source."""
        return self.root / "facts.json"

    def figure(self, stem: str, suffix: str) -> Path:
        """Return one figure file; ``suffix`` is "svg" (paper, page) or "png" (README, MLflow)."""
        return self.root / "figures" / f"{stem}.{suffix}"

    def figure_files(self, plan: dict[str, Any], suffix: str) -> list[Path]:
        """Return the figure files of a study with this plan."""
        return [self.figure(drawing.stem, suffix) for drawing in drawings(plan)]

    def caption(self, name: str) -> Path:
        """Return the caption of a figure, or of a table (``table_<name>``)."""
        return self.captions / f"{name}.rst"

    def caption_files(self) -> list[Path]:
        """Return every caption a report may need."""
        names = [figure.name for figure in FIGURES] + [f"table_{name}" for name in TABLES]
        return [self.caption(name) for name in names]

    def outputs(self) -> list[Path]:
        """Return the files that the report stage writes."""
        return [self.paper, self.page, self.facts]
