"""The report as one document: sections of paragraphs, figures and tables, for any template.

The order is declared here; the words are in ``text/`` and in the captions; the paper and the page
only set them. A new section is a template and an entry of :data:`SECTIONS`; a new table is a
template in ``text/tables``, a caption and its place in a section.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from densevsconv.report import claims, comparisons, publication, readings
from densevsconv.report.contents import Drawing, drawings
from densevsconv.report.layers import layer_line
from densevsconv.report.parts import Part, Printed, Text, name, segments
from densevsconv.report.prose import read_caption, render
from densevsconv.report.references import PUBLICATION, REFERENCES
from densevsconv.report.study import Reported
from densevsconv.report.table import ROWS_A_TABLE, Kind, Table, build

Block = dict[str, Any]

IN_FULL = 2
"""Data sets at most of which the abstract says costs too: it is a paragraph."""


@dataclass(frozen=True)
class Section:
    """One section: text, tables, figures; it is there where it has anything to show.

    ``text`` is a template of ``text/``, ``figures`` a section of the figures' list. All are
    repeated for each data set of ``over``, None for the whole study. An ``appendix`` stands behind
    the references; the figures and tables of a ``closed`` one stand before the next section.
    """

    title: str
    text: str = ""
    tables: Sequence[Kind] = ()
    figures: str = ""
    over: Callable[[Reported], Sequence[str | None]] = lambda study: [None]
    appendix: bool = False
    closed: bool = False


def _each(study: Reported) -> list[str]:
    return study.datasets


def _reproduced(study: Reported) -> list[None]:
    shown = any(study.results.plan.counterparts.values()) or publication.all_models(study)
    return [None] if shown else []


def _claimed(study: Reported) -> list[None]:
    return [None] if study.results.claims.claims else []


def _with_engines(study: Reported) -> list[str]:
    return [dataset for dataset in study.datasets if comparisons.engine_pairs(study, dataset)]


def _many_pairs(study: Reported) -> list[str]:
    """Return the data sets whose pairs of cases fill more than one table."""
    return [each for each in study.datasets if len(study.results.pairs(each)) > ROWS_A_TABLE]


COMPARISONS = Kind("comparisons", long=True)

# who reads a reproduction looks for the publication's own tables and figures first
SECTIONS = (
    Section("Introduction", "introduction"),
    Section("Published and found", "publication",
            [Kind("counterparts"), Kind("published"), Kind("gradients", "column", long=True)],
            "publication", over=_reproduced, closed=True),
    Section("Claims", "claims", [Kind("claims", part=18)], over=_claimed, closed=True),
    Section("Data", "data", [Kind("data", "column")], "data", over=_each),
    Section("Architectures", "architectures", [Kind("architectures", part=14)], over=_each),
    Section("Protocol", "protocol"),
    Section("Search", "search", [Kind("chosen", "fitting")], "search", over=_each),
    Section("Results", "results", [Kind("results"), COMPARISONS], "results", over=_each),
    Section("Difficulty", "difficulty", [Kind("difficulty")], "difficulty",
            over=lambda study: list(dict.fromkeys(comparisons.references(study).values()))),
    Section("Errors", "errors", figures="errors", over=_each),
    Section("Cost", "cost", [Kind("cost")], "cost", over=_each),
    Section("Architecture or implementation?", "engines", [Kind("engines")], "engines",
            over=_with_engines),
    Section("Limits", "limits"),
    Section("Machine and versions", "machine", [Kind("machine", "column")]),
    Section("Confusion matrices", "confusion", figures="confusion", over=_each, appendix=True),
    Section("Every test of the claims", tables=[Kind("claim_tests", long=True)], over=_claimed,
            appendix=True),
    Section("Every comparison", tables=[COMPARISONS], over=_many_pairs, appendix=True),
    Section("Every run", "runs",
            [Kind("settings"), Kind("further"), Kind("runs", "column", long=True)],
            over=_each, appendix=True),
)  # fmt: skip
"""In order. A part is fewer rows than usual where a row takes several lines."""


def build_document(study: Reported) -> dict[str, Any]:
    return _Builder(study).document()


def context(study: Reported, shown: list[Drawing]) -> dict[str, Any]:
    return {
        "study": study,
        "drawings": shown,
        "forms": comparisons.references(study),
        "in_full": len(study.datasets) <= IN_FULL,
        "read": readings,
        "compare": comparisons,
        "published": publication,
        "claims": claims,
        "layer_line": layer_line,
    }


class _Builder:
    def __init__(self, study: Reported) -> None:
        self.study = study
        self.drawings: list[Drawing] = drawings(study.results.plan)
        self.context = context(study, self.drawings)
        self.many = _many_pairs(study)
        self.cited: list[str] = []
        self.facts: dict[str, dict[str, Any]] = {}

    def document(self) -> dict[str, Any]:
        abstract = self.text("abstract", None)
        sections = [made for section in SECTIONS if (made := self.section(section))["blocks"]]
        plan = self.study.results.plan
        return {
            "title": plan.title,
            "study": plan.study,
            "abstract": abstract,
            "sections": sections,
            "references": [
                {"key": key, "parts": [{"kind": "name", "value": self.reference(key)}]}
                for key in self.cited
            ],
            "facts": self.facts,
        }

    def section(self, section: Section) -> dict[str, Any]:
        every = (self.blocks(section, dataset) for dataset in section.over(self.study))
        blocks = list(chain.from_iterable(every))
        own = {key: getattr(section, key) for key in ("title", "appendix", "closed")}
        return {**own, "blocks": blocks}

    def blocks(self, section: Section, dataset: str | None) -> list[Block]:
        blocks = self.text(section.text, dataset) if section.text else []
        for kind in section.tables:
            if kind is COMPARISONS and section.appendix != (dataset in self.many):
                continue  # those that are too many for the results stand in the appendix
            blocks += self.table(build(kind, dataset, self.context))
        for drawing in self.drawings:
            own = drawing.dataset == dataset or drawing.counterpart
            if drawing.figure.section == section.figures and own:
                blocks.append(self.figure(drawing))
        return blocks

    def text(self, template: str, dataset: str | None) -> list[Block]:
        return [
            {"kind": "paragraph", "parts": self.parts(text)}
            for text in render(template, dataset=dataset, **self.context)
        ]

    def parts(self, text: Text) -> list[dict[str, str]]:
        """Return a text's segments; note what it cites, in order, and the numbers it prints."""
        for piece in text:
            if isinstance(piece, Printed):
                self.facts[piece.key] = piece.fact
            elif isinstance(piece, Part) and piece.kind == "cite" and piece.value not in self.cited:
                self.cited.append(piece.value)
        return segments(text)

    def caption(
        self, name_: str, dataset: str | None, *, continued: bool = False, counterpart: str = ""
    ) -> list[Any]:
        pieces: list[Any] = [read_caption(self.study.at.caption(name_))]
        if counterpart:
            pieces = [name(counterpart), " of the publication, again. ", *pieces]
        if dataset and self.study.several:
            pieces += [" Data: ", self.study.title(dataset), "."]
        return self.parts(Text(*pieces, " (Continued.)" if continued else ""))

    def figure(self, drawing: Drawing) -> Block:
        figure = drawing.figure
        return {
            "kind": "figure",
            "id": drawing.stem,
            "file": f"{drawing.stem}.svg",
            "width": figure.width,
            "alt": figure.alt,
            "caption": self.caption(
                figure.name,
                drawing.dataset,
                continued=drawing.part > 1,
                counterpart=drawing.counterpart,
            ),
        }

    def table(self, table: Table) -> list[Block]:
        if not table.rows:
            return []
        kind = table.kind
        identifier = f"{kind.name}-{table.dataset}" if table.dataset else kind.name
        return [
            {
                "kind": "table",
                "id": identifier + (f"-{number}" if number else ""),
                "width": table.width,
                "long": kind.long,
                "caption": self.caption(f"table_{kind.name}", table.dataset, continued=number > 0),
                "columns": [
                    {"parts": self.parts(title), "align": align} for title, align in table.columns
                ],
                "rows": [
                    {"family": row.family, "cells": [self.parts(cell) for cell in row.cells]}
                    for row in rows
                ],
            }
            for number, rows in enumerate(table.pages())
        ]

    def reference(self, key: str) -> str:
        """Return the text of a reference; ``data:<name>`` is a data set of the catalogue."""
        plan = self.study.results.plan
        if key == PUBLICATION:
            return plan.publication
        if key.startswith("data:"):
            base = key.removeprefix("data:")
            return next(each.citation for each in plan.datasets.values() if each.dataset == base)
        return REFERENCES[key]
