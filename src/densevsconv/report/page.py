"""The page: the document as one HTML file that needs nothing besides itself."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from densevsconv.report.paper import TEMPLATES


def render_page(document: dict[str, Any], figures: dict[str, Path]) -> str:
    """Return the page; figures are inside it, everything is escaped.

    Parameters
    ----------
    document
        From :func:`densevsconv.report.document.build_document`.
    figures
        SVG files by the name that the document gives them.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("index.html.j2").render(
        source=document,
        images={name: _data_address(file) for name, file in figures.items()},
        numbers=_numbering(document),
    )


def _data_address(file: Path) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(file.read_bytes()).decode("ascii")


def _numbering(document: dict[str, Any]) -> dict[str, str]:
    numbers: dict[str, str] = {}
    counts = {"figure": 0, "table": 0}
    sections = [section for section in document["sections"] if not section["appendix"]]
    for place, section in enumerate(sections, start=1):
        numbers[f"section:{section['title']}"] = str(place)
    appendices = [section for section in document["sections"] if section["appendix"]]
    for place, section in enumerate(appendices):
        numbers[f"section:{section['title']}"] = chr(ord("A") + place)
    for section in sections + appendices:
        for block in section["blocks"]:
            if block["kind"] in counts:
                counts[block["kind"]] += 1
                numbers[f"{block['kind']}:{block['id']}"] = str(counts[block["kind"]])
    for place, reference in enumerate(document["references"], start=1):
        numbers[f"cite:{reference['key']}"] = str(place)
    return numbers
