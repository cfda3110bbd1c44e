"""The report as one document: sections of paragraphs, figures and tables, for any template.

The order and the wording are decided here once; the paper and the page only set them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from densevsconv.report import (
    claims,
    data,
    difficulty,
    engines,
    gradients,
    prose,
    publication,
    rich,
    setting_tables,
    tables,
)
from densevsconv.report.abstract import abstract
from densevsconv.report.captions import read_caption
from densevsconv.report.contents import Drawing, drawings
from densevsconv.report.layout import ReportLayout, study_plan
from densevsconv.report.limits import limits
from densevsconv.report.references import PUBLICATION, REFERENCES
from densevsconv.report.study import Study
from densevsconv.report.table import Table
from densevsconv.store.layout import Layout

Block = dict[str, Any]

ROWS_A_TABLE = 24
"""A table over the whole page cannot be split by the typesetter; longer ones are continued."""


def build_document(layout: Layout, names: ReportLayout) -> dict[str, Any]:
    """Return title, abstract, sections, references and facts of a report, as JSON values."""
    return _Builder(Study(layout), names).document()


class _Builder:
    def __init__(self, study: Study, names: ReportLayout) -> None:
        self.study = study
        self.names = names
        self.drawings = drawings(study_plan(study.plan))
        self.cited: list[str] = []

    def document(self) -> dict[str, Any]:
        opening = self.paragraphs(abstract(self.study))
        sections = self.sections()
        return {
            "title": self.study.plan["title"],
            "study": self.study.plan["study"],
            "abstract": opening,
            "sections": sections,
            "references": [
                {"key": key, "parts": rich.segments(rich.name(self.reference(key)))}
                for key in self.cited
            ],
            "facts": self.study.facts.to_dict(),
        }

    def sections(self) -> list[dict[str, Any]]:
        study, each = self.study, self.each
        return [
            self.section("Introduction", self.paragraphs(prose.introduction(study))),
            # who reads a reproduction looks for the publication's own tables and figures first
            *self.publication(),
            *self.claims(),
            self.section("Data", each(data.text, [data.table], "data")),
            self.section("Architectures", each(prose.architectures, [tables.architectures])),
            self.section("Protocol", self.paragraphs(prose.protocol(study))),
            self.section("Search", each(prose.search, [setting_tables.chosen], "search")),
            self.section("Results", self.results()),
            *self.difficulty(),
            self.section("Errors", each(prose.errors, figures="errors")),
            self.section("Cost", each(prose.cost, [tables.cost], "cost")),
            *self.engines(),
            self.section("Limits", self.paragraphs(limits(study))),
            self.section(
                "Machine and versions",
                [*self.paragraphs(prose.machine(study)), *self.table(tables.machine(study))],
            ),
            self.section(
                "Confusion matrices", each(prose.confusion, figures="confusion"), appendix=True
            ),
            *self.claim_tests(),
            *self.comparisons(),
            self.section(
                "Every run",
                each(
                    prose.appendix, [setting_tables.settings, setting_tables.further, tables.runs]
                ),
                appendix=True,
            ),
        ]

    def results(self) -> list[Block]:
        """Return the results of every data set, with the comparisons where they are few."""
        return [
            block
            for dataset in self.study.datasets
            for block in self.of(
                dataset,
                prose.results,
                [tables.results, *([] if self.many_pairs(dataset) else [tables.comparisons])],
                "results",
            )
        ]

    def comparisons(self) -> list[dict[str, Any]]:
        """Return the section with the comparisons that are too many for the results."""
        blocks = [
            block
            for dataset in self.study.datasets
            if self.many_pairs(dataset)
            for block in self.table(tables.comparisons(self.study, dataset))
        ]
        return [self.section("Every comparison", blocks, appendix=True)] if blocks else []

    def many_pairs(self, dataset: str) -> bool:
        """Tell whether a data set's pairs of cases fill more than one table."""
        return len(self.study.pairs(dataset)) > ROWS_A_TABLE

    def publication(self) -> list[dict[str, Any]]:
        """Return the section on a publication's figures; none where the study reproduces none."""
        study = self.study
        blocks = [
            *self.table(publication.where(study, self.drawings)),
            *self.table(publication.table(study)),
            *self.table(gradients.table(study)),
            *[self.figure(drawing) for drawing in self.drawings if drawing.counterpart],
        ]
        if not blocks:
            return []
        opening = self.paragraphs(publication.text(study))
        return [self.section("Published and found", opening + blocks, closed=True)]

    def claims(self) -> list[dict[str, Any]]:
        """Return the section on a publication's claims; none where the study lists none."""
        opening = self.paragraphs(claims.text(self.study))
        blocks = self.table(claims.table(self.study))
        return [self.section("Claims", opening + blocks, closed=True)] if blocks else []

    def claim_tests(self) -> list[dict[str, Any]]:
        """Return the section with every test of every claim."""
        blocks = self.table(claims.tests(self.study))
        return [self.section("Every test of the claims", blocks, appendix=True)] if blocks else []

    def engines(self) -> list[dict[str, Any]]:
        """Return the section on the engines; none where no network was trained alike by two."""
        blocks = [
            block
            for dataset in self.study.datasets
            if engines.engine_pairs(self.study, dataset)
            for block in self.of(dataset, engines.text, [engines.table], "engines")
        ]
        return [self.section("Architecture or implementation?", blocks)] if blocks else []

    def difficulty(self) -> list[dict[str, Any]]:
        """Return the section on the forms of the same images; none where each is there once."""
        blocks = [
            block
            for reference in difficulty.references(self.study)
            for block in self.of(reference, difficulty.text, [difficulty.table], "difficulty")
        ]
        return [self.section("Difficulty", blocks)] if blocks else []

    def section(
        self, title: str, blocks: list[Block], *, appendix: bool = False, closed: bool = False
    ) -> dict[str, Any]:
        """Return a section; ``closed``: its figures and tables stand before the next section."""
        return {"title": title, "blocks": blocks, "appendix": appendix, "closed": closed}

    def each(
        self,
        text: Callable[[Study, str], list[str]],
        made: list[Callable[[Study, str], Table]] | None = None,
        figures: str | None = None,
    ) -> list[Block]:
        """Return text, tables and the figures of a section, data set by data set."""
        return [
            block
            for dataset in self.study.datasets
            for block in self.of(dataset, text, made, figures)
        ]

    def of(
        self,
        dataset: str,
        text: Callable[[Study, str], list[str]],
        made: list[Callable[[Study, str], Table]] | None,
        figures: str | None,
    ) -> list[Block]:
        """Return text, tables and figures of one data set."""
        blocks = self.paragraphs(text(self.study, dataset))
        for table in made or []:
            blocks += self.table(table(self.study, dataset))
        for drawing in self.drawings:
            if drawing.figure.section == figures and drawing.dataset == dataset:
                blocks.append(self.figure(drawing))
        return blocks

    def paragraphs(self, texts: list[str]) -> list[Block]:
        return [{"kind": "paragraph", "parts": self.parts(text)} for text in texts if text.strip()]

    def parts(self, text: str) -> list[dict[str, str]]:
        """Take a text apart, and note what it cites, in the order of citing."""
        parts = rich.segments(text)
        for part in parts:
            if part["kind"] == "cite" and part["value"] not in self.cited:
                self.cited.append(part["value"])
        return parts

    def caption(
        self, name: str, dataset: str | None, *, continued: bool = False, counterpart: str = ""
    ) -> list[Any]:
        text = read_caption(self.names.caption(name))
        if counterpart:
            text = f"{rich.name(counterpart)} of the publication, again. {text}"
        if dataset and len(self.study.datasets) > 1:
            text += f" Data: {self.study.title(dataset)}."
        return self.parts(text + (" (Continued.)" if continued else ""))

    def figure(self, drawing: Drawing) -> Block:
        continued = drawing.part > 1
        return {
            "kind": "figure",
            "id": drawing.stem,
            "file": f"{drawing.stem}.svg",
            "width": drawing.figure.width,
            "alt": drawing.figure.alt,
            "caption": self.caption(
                drawing.figure.name,
                drawing.dataset,
                continued=continued,
                counterpart=drawing.counterpart,
            ),
        }

    def table(self, table: Table) -> list[Block]:
        if not table.rows:
            return []
        size = len(table.rows) if table.width == "column" else table.part or ROWS_A_TABLE
        return [
            {
                "kind": "table",
                "id": table.identifier + (f"-{number}" if number else ""),
                "width": table.width,
                "long": table.long,
                "caption": self.caption(f"table_{table.name}", table.dataset, continued=number > 0),
                "columns": [
                    {"parts": rich.segments(column.title), "align": column.align}
                    for column in table.columns
                ],
                "rows": [
                    {"family": family, "cells": [rich.segments(cell) for cell in row]}
                    for row, family in rows
                ],
            }
            for number, rows in enumerate(table.pages(size))
        ]

    def reference(self, key: str) -> str:
        """Return the text of a reference; ``data:<name>`` is a data set of the catalogue."""
        if key == PUBLICATION:
            return str(self.study.plan["publication"])
        if key.startswith("data:"):
            base = key.removeprefix("data:")
            plans = self.study.plan["datasets"].values()
            return next(str(plan["citation"]) for plan in plans if plan["dataset"] == base)
        return REFERENCES[key]
