"""The page: the document as one HTML file that needs nothing besides itself."""

import base64
from operator import itemgetter
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from densevsconv.report.paper import TEMPLATES


def render_page(document: dict[str, Any], figures: dict[str, Path]) -> str:
    """Return the page, everything escaped; ``figures`` are SVG files by the document's names."""
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
        images={
            name: "data:image/svg+xml;base64," + base64.b64encode(file.read_bytes()).decode("ascii")
            for name, file in figures.items()
        },
        numbers=_numbering(document),
    )


def _numbering(document: dict[str, Any]) -> dict[str, str]:
    numbers: dict[str, str] = {}
    counts = {"figure": 0, "table": 0}
    places = {False: map(str, range(1, 100)), True: iter(ascii_uppercase)}
    for section in sorted(document["sections"], key=itemgetter("appendix")):
        numbers[f"section:{section['title']}"] = next(places[section["appendix"]])
        for block in section["blocks"]:
            if block["kind"] in counts:
                counts[block["kind"]] += 1
                numbers[f"{block['kind']}:{block['id']}"] = str(counts[block["kind"]])
    for place, reference in enumerate(document["references"], start=1):
        numbers[f"cite:{reference['key']}"] = str(place)
    return numbers
