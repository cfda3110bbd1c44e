"""The report as one document: sections of paragraphs, figures and tables, for any template.

The order is declared here; the words are in ``text/`` and in the captions; the paper and the page
only set them. A new section is a template and an entry of :data:`SECTIONS`; a new table is a
template in ``text/tables``, a caption and its place in a section.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from string import ascii_uppercase
from typing import Any

from densevsconv.report import claims, comparisons, front, publication, readings
from densevsconv.report.contents import Drawing, drawings
from densevsconv.report.front import MANY
from densevsconv.report.layers import layer_line
from densevsconv.report.parts import Part, Printed, Text, listed, name, segments
from densevsconv.report.prose import read_caption, render
from densevsconv.report.references import PUBLICATION, REFERENCES
from densevsconv.report.study import Reported
from densevsconv.report.table import Kind, Table, build

Block = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """One section: text, tables, figures; it is there where it has anything to show.

    ``text`` is a template of ``text/``, ``figures`` a section of the figures' list. Those of the
    ``supplement`` are repeated for each data set of ``over`` (None: once, of the whole study); they
    show every case and figure that the paper has no room for. Without ``title`` it is in front.
    """

    title: str
    text: str = ""
    tables: Sequence[Kind] = ()
    figures: str = ""
    over: Callable[[Reported], Sequence[str | None]] = lambda study: [None]
    supplement: bool = False


def _each(study: Reported) -> list[str]:
    return study.datasets


def _if(holds: Callable[[Reported], Any]) -> Callable[[Reported], list[None]]:
    return lambda study: [None] if holds(study) else []


def _few(study: Reported) -> bool:
    return len(study.datasets) <= MANY


def _roomy(study: Reported) -> bool:
    return _few(study) and not _crowded(study)


def _changed(study: Reported) -> list[str]:
    return list(dict.fromkeys(comparisons.references(study).values()))


def _with_engines(study: Reported) -> list[str]:
    return [dataset for dataset in study.datasets if comparisons.engine_pairs(study, dataset)]


def _crowded(study: Reported) -> list[str]:
    """Return the data sets of which the paper shows some cases only."""
    shown = study.in_front()
    return [dataset for dataset in _each(study) if shown[dataset] != study.cases(dataset)]


_reproduced = _if(publication.all_models)
_shown_again = _if(lambda study: any(study.results.plan.counterparts.values()))
_claimed = _if(lambda study: study.results.claims.claims)

SECTIONS = (
    Section("", "answer", [Kind("again")], "answer"),
    Section("", "price"),
    Section("Along the series", "series", [Kind("crossings")], over=_if(Reported.crossings)),
    Section("Results", "results", [Kind("pairs"), Kind("results", front=True)], "results",
            over=_if(_few)),
    Section("Claims", "claims", [Kind("claims")], over=_claimed),
    Section("Published and found", "publication", [Kind("published"), Kind("counterparts")],
            over=_reproduced),
    Section("The same images, changed", "difficulty", [Kind("difficulty")], "difficulty",
            over=_changed),
    Section("Architecture or implementation?", "engines", [Kind("engines")], "engines",
            over=_with_engines),
    Section("Cost", "cost", figures="cost"),
    Section("Errors", "errors", figures="errors", over=_if(_roomy)),
    Section("Method", "method", [Kind("datasets"), Kind("architectures", front=True)], "search"),
    Section("Limits", "limits"),
    Section("Conclusion", "conclusion"),
    Section("Trust", "trust", [Kind("trust")], supplement=True),
    Section("Figures of the publication", "again", figures="publication", over=_shown_again,
            supplement=True),
    Section("Gradients", "gradients", [Kind("gradients", "column")], over=_if(publication.checked),
            supplement=True),
    Section("Every test of the claims", tables=[Kind("claim_tests")], over=_claimed,
            supplement=True),
    Section("Data", "data", [Kind("data")], "data", over=_each, supplement=True),
    Section("Every network", tables=[Kind("architectures")], over=_crowded, supplement=True),
    Section("Search", "search", [Kind("chosen")], "search", over=_each, supplement=True),
    Section("Results of every case", tables=[Kind("results")], over=_crowded, supplement=True),
    Section("Every comparison", tables=[Kind("comparisons")], figures="results", over=_each,
            supplement=True),
    Section("Every cost", tables=[Kind("cost")], figures="cost", over=_each, supplement=True),
    Section("Every error", figures="errors", over=_each, supplement=True),
    Section("Results by data set", "results", [Kind("pairs"), Kind("results", front=True)],
            over=_if(lambda study: not _few(study)), supplement=True),
    Section("Every run", "runs",
            [Kind("settings"), Kind("further"), Kind("runs", "column")], over=_each,
            supplement=True),
    Section("Machine and versions", "machine", [Kind("machine", "column")], supplement=True),
)  # fmt: skip


def build_document(study: Reported) -> dict[str, Any]:
    return _Builder(study).document()


def context(study: Reported, shown: list[Drawing]) -> dict[str, Any]:
    return {
        "study": study,
        "drawings": shown,
        "figures": lambda own: listed(
            Part("figure", each.stem) for each in shown if each.figure.name == own and each.paper
        ),
        "forms": comparisons.references(study),
        "figures_of": lambda own, of: [
            each.stem for each in shown if (each.figure.name, each.dataset) == (own, of)
        ],
        "front": front,
        "read": readings,
        "compare": comparisons,
        "published": publication,
        "claims": claims,
        "layer_line": layer_line,
    }


class _Builder:
    def __init__(self, study: Reported) -> None:
        self.study = study
        order = ["", *study.datasets]
        self.drawings = sorted(
            drawings(study.results.plan),
            key=lambda each: len(order) if each.counterpart else order.index(each.dataset),
        )
        self.context = context(study, self.drawings)
        self.cited: list[str] = []
        self.facts: dict[str, dict[str, Any]] = {}

    def document(self) -> dict[str, Any]:
        sections = [made for section in SECTIONS if (made := self.section(section))["blocks"]]
        plan = self.study.results.plan
        return {
            "title": plan.title,
            "study": plan.study,
            "question": plan.question,
            "sections": sections,
            "references": [
                {"key": key, "parts": [{"kind": "name", "value": self.reference(key)}]}
                for key in self.cited
            ],
            "numbers": dict(_numbers(sections, self.cited)),
            "facts": self.facts,
        }

    def section(self, section: Section) -> dict[str, Any]:
        every = (self.blocks(section, dataset) for dataset in section.over(self.study))
        blocks = list(chain.from_iterable(every))
        return {"title": section.title, "supplement": section.supplement, "blocks": blocks}

    def blocks(self, section: Section, dataset: str | None) -> list[Block]:
        blocks = self.text(section.text, dataset) if section.text else []
        for kind in section.tables:
            blocks += self.table(build(kind, dataset, self.context))
        for drawing in self.drawings:
            own = drawing.figure.section == section.figures and dataset in (None, drawing.dataset)
            if own and drawing.paper != section.supplement:
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

    def caption(self, name_: str, dataset: str | None, counterpart: str = "") -> list[Any]:
        pieces: list[Any] = [read_caption(self.study.at.caption(name_))]
        if counterpart:
            pieces = [name(counterpart), " of the publication, again. ", *pieces]
        if dataset and self.study.several:
            pieces += [" Data: ", self.study.title(dataset), "."]
        return self.parts(Text(*pieces))

    def figure(self, drawing: Drawing) -> Block:
        figure = drawing.figure
        return {
            "kind": "figure",
            "id": drawing.stem,
            "chart": figure.name if figure.chart and not drawing.counterpart else "",
            "chart_caption": self.caption(f"chart_{figure.name}", None) if figure.chart else [],
            "file": f"{drawing.stem}.svg",
            "width": figure.width,
            "alt": figure.alt,
            "caption": self.caption(figure.name, drawing.dataset, drawing.counterpart),
        }

    def table(self, table: Table) -> list[Block]:
        if not table.rows:
            return []
        return [
            {
                "kind": "table",
                "id": table.id,
                "width": table.kind.width,
                "caption": self.caption(f"table_{table.kind.name}", table.dataset),
                "columns": [
                    {"parts": self.parts(title), "align": align} for title, align in table.columns
                ],
                "rows": [
                    {
                        "family": row.family,
                        "case": row.case,
                        "cells": [self.parts(cell) for cell in row.cells],
                    }
                    for row in table.rows
                ],
            }
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


def _numbers(sections: list[dict[str, Any]], cited: list[str]) -> Iterator[tuple[str, str]]:
    """Return the number of every section, figure, table and work; the supplement's begin with S."""
    counts: dict[str, Iterator[str]] = {}
    for section in sections:
        extra = section["supplement"]
        if section["title"]:
            titles = iter(ascii_uppercase) if extra else map(str, count(1))
            yield f"section:{section['title']}", next(counts.setdefault(f"section{extra}", titles))
        for block in section["blocks"]:
            if (kind := block["kind"]) != "paragraph":
                start = "S" if extra else ""
                numbers = counts.setdefault(kind + start, map(str, count(1)))
                yield f"{kind}:{block['id']}", start + next(numbers)
    for place, key in enumerate(cited, start=1):
        yield f"cite:{key}", str(place)
