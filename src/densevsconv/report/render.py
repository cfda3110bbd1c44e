"""The document set: as a paper in two columns by typst, and as a page that stands alone."""

import base64
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from densevsconv.report.figures.fonts import Fonts
from densevsconv.store.files import atomic_path

TEMPLATES = Path(__file__).parent / "templates"
SIZES, FULL = ("10", "9.9", "10.1", "9.8", "10.2", "9.7", "10.3", "9.6", "9.5", "9.4"), 0.7
"""Of the type, in points: the first that fills the last page to this share of its height."""
ROOM = 2_900_000
"""Characters of a page, with the pictures that there is room for."""
_LONG = re.compile(r"\S{20}(?=\S{20})")


def write_paper(
    document: dict[str, Any],
    figures: dict[str, Path],
    fonts: Fonts,
    target: Path,
    *,
    supplement: bool = False,
) -> None:
    """Write the PDF; ``figures`` are SVG files by the name that the document gives them."""
    import typst

    document = _settable(document, fonts) | {"title": fonts.legible(document["title"])}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(TEMPLATES / "paper.typ", root / "paper.typ")
        (root / "document.json").write_text(json.dumps(document), encoding="utf-8")
        (root / "figures").mkdir()
        for name, file in figures.items():
            shutil.copy(file, root / "figures" / name)
        (root / "fonts").mkdir()
        for file in fonts.files:
            shutil.copy(file, root / "fonts")

        # fonts that come with typst, and those that names of this study want
        source: dict[str, Any] = {
            "input": str(root / "paper.typ"),
            "root": str(root),
            "font_paths": [str(root / "fonts")],
            "ignore_system_fonts": True,
        }
        given = {"supplement": "yes"} if supplement else {}

        def end(size: str) -> float:
            found = typst.query(**source, selector="<end>", sys_inputs=given | {"size": size})
            return float(json.loads(found)[0]["value"])

        if not supplement:
            full = (size for size in SIZES if end(size) > FULL)
            given["size"] = next(full, max(SIZES, key=end))
        try:
            made = typst.compile(**source, sys_inputs=given, timestamp=0)
        except typst.TypstError as error:
            # a figure that floats into a table that goes on: typst cannot tag that for readers
            if "PDF tag would be split" not in str(error):
                raise
            made = typst.compile(**source, sys_inputs=given | {"still": "yes"}, timestamp=0)
        with atomic_path(target) as temporary:
            temporary.write_bytes(made)


def _settable(value: Any, fonts: Fonts) -> Any:
    """Return the document with every name in characters that there are; long words may break."""
    if isinstance(value, list):
        return [_settable(each, fonts) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("kind") == "name":
        return value | {"value": fonts.legible(_LONG.sub("\\g<0>\u200b", value["value"]))}
    return {key: _settable(each, fonts) for key, each in value.items()}


def render_page(
    document: dict[str, Any], figures: Mapping[str, tuple[Path, ...]], charts: dict[str, Any]
) -> str:
    """Return the page, everything escaped.

    ``figures`` are the files of each by the document's names, of which the smallest is taken, as
    long as there is room. ``charts`` (:func:`densevsconv.report.charts.charts`) stand for
    pictures: the first figure of a name is the chart of all of that name.
    """
    import jinja2
    import vl_convert
    from markupsafe import Markup

    document = document | {"sections": _with_charts(document["sections"], charts["specs"])}
    wanted = [
        block["file"]
        for section in document["sections"]
        for block in section["blocks"]
        if block["kind"] == "figure" and not block["chart"]
    ]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    # a "<" in a script's JSON could end its element
    data = json.dumps(charts, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    library = re.sub(
        "</(?=script)",
        r"<\\/",
        vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"),
        flags=re.IGNORECASE,
    )
    render = partial(
        environment.get_template("index.html.j2").render,
        source=document,
        numbers=document["numbers"],
        charts=charts,
        embedded=Markup(data),
        library=Markup(library),
        css=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),
        script=Markup((TEMPLATES / "page.js").read_text(encoding="utf-8")),
    )
    bare = render(images=dict.fromkeys(wanted, ""))
    return render(images=dict(_pictures(wanted, figures, ROOM - len(bare))))


def _with_charts(sections: list[dict[str, Any]], specs: dict[str, Any]) -> list[dict[str, Any]]:
    """Return sections in which the first figure of a chart is it, and the others are left out."""
    first: dict[str, dict[str, Any]] = {}
    found = []
    for section in sections:
        blocks = []
        for block in section["blocks"]:
            if block["kind"] == "figure":
                chart = block["chart"] if block["chart"] in specs else ""
                if chart in first:
                    first[chart]["also"].append(block["id"])
                    continue
                block = block | {"chart": chart, "also": [], "extra": section["supplement"]}
                if chart:
                    first[chart] = block = block | {"caption": block["chart_caption"]}
            blocks.append(block)
        found.append(section | {"blocks": blocks})
    return found


def _pictures(
    names: list[str], figures: Mapping[str, tuple[Path, ...]], room: int
) -> Iterator[tuple[str, str]]:
    """Yield the pictures that there is room for as data, and nothing for the others."""
    for name in names:
        file = min(figures[name], key=lambda file: file.stat().st_size)
        content = base64.b64encode(file.read_bytes()).decode("ascii")
        if len(content) > room:
            yield name, ""
            continue
        room -= len(content)
        kind = "svg+xml" if file.suffix == ".svg" else "png"
        yield name, f"data:image/{kind};base64,{content}"
