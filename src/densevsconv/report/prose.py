"""Text of the report: Jinja templates that read as prose, and the parts that they are made of.

A template of ``text/`` is paragraphs with blank lines between them (not a block of Jinja alone),
``*stressed*`` words, ``code`` between backquotes, and ``&nbsp;`` before a unit; one of
``text/tables`` is a table in Markdown. What a template prints with ``{{ }}`` is data and never read
as markup: a :class:`Traced` number with its format (``{{ row.accuracy | percent }}``), a reference
(``{{ figure('accuracy-digits') }}``), or the words of somebody else (a title, a name). A number
without a place in a result file is an error: no template and no computation can state one.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, pass_context
from jinja2.nativetypes import NativeEnvironment, NativeTemplate
from jinja2.runtime import Context, Undefined

from densevsconv.errors import DataError
from densevsconv.report.parts import (
    Part,
    Printed,
    Text,
    case,
    emph,
    interval,
    joined,
    listed,
    name,
    printed,
    span,
    tidy,
)
from densevsconv.report.wording import FORMATS
from densevsconv.results.traced import count, traced

TEXTS = Path(__file__).parent / "text"

_PARAGRAPH = re.compile(r"\n\s*\n")
_ROW, _CELL = re.compile(r"\| *\n"), re.compile(r"\|")


@pass_context
def _printable(context: Context, value: Any) -> Part | Printed | Text:
    """Return what may stand in a text: words as a name, numbers with place and format alone."""
    if isinstance(value, Part | Printed | Text):
        return value
    if isinstance(value, Undefined):
        str(value)  # raises, and says what is missing
    if isinstance(value, str):
        return Text(name(value)) if value else Text()
    raise TypeError(
        f"{context.name}: found {value!r}; allowed: a number of a result file with its format, "
        "such as {{ row.accuracy | percent }}, a reference, or words"
    )


class _Environment(NativeEnvironment):
    concat = staticmethod(lambda pieces: Text(*pieces))  # type: ignore[assignment]


class _Template(NativeTemplate):
    environment_class = _Environment


_Environment.template_class = _Template


def _environment() -> _Environment:
    made = _Environment(
        loader=FileSystemLoader(TEXTS),
        undefined=StrictUndefined,
        finalize=_printable,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for form in FORMATS:
        made.filters[form] = lambda value, form=form: printed(value, form)
    made.filters |= {
        "case": case,
        "emph": emph,
        "joined": joined,
        "listed": listed,
        "number_of": count,
        "span": span,
    }
    for kind in ("figure", "table", "cite", "family", "code"):
        made.globals[kind] = lambda identifier, kind=kind: Part(kind, identifier)
    made.globals |= {"whole": traced, "interval": interval}
    return made


_ENVIRONMENT = _environment()


def _rendered(template: str, values: dict[str, Any]) -> Text:
    text: Any = _ENVIRONMENT.get_template(f"{template}.md.j2").render(**values)
    return Text(text)


def render(template: str, **values: Any) -> list[Text]:
    """Return the paragraphs of a template of ``text/``, empty ones left out."""
    pieces = _split(_rendered(template, values), _PARAGRAPH)
    return [made for each in pieces if (made := tidy(each))]


def render_rows(template: str, **values: Any) -> list[list[Text]]:
    """Return the cells of every row of a table in Markdown; the first two are its head.

    A line that does not end with a bar goes on in the next.
    """
    rows = _split(_rendered(template, values), _ROW)[:-1]
    # before the first bar there is nothing
    return [[tidy(cell) for cell in _split(row, _CELL)][1:] for row in rows]


def _split(pieces: Iterable[Any], where: re.Pattern[str]) -> list[list[Any]]:
    groups: list[list[Any]] = [[]]
    for piece in pieces:
        first, *others = where.split(piece) if isinstance(piece, str) else [piece]
        groups[-1].append(first)
        groups += [[other] for other in others]
    return groups


def read_caption(path: Path) -> str:
    """Return a figure's or table's caption, shared with Snakemake's own report: one paragraph.

    A missing file is a :class:`DataError` that names it. Digits are refused, so that a caption
    cannot state a result.
    """
    try:
        text = " ".join(path.read_text(encoding="utf-8").split())
    except FileNotFoundError:
        raise DataError(f"{path}: file not found; every figure and table has a caption") from None
    if found := re.search(r"\S*\d\S*", text):
        raise DataError(f"{path}: found {found[0]!r}; captions hold no digits (write words)")
    return text
