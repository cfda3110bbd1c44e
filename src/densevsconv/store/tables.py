"""Tables as CSV and parquet: the same numbers give the same bytes, and are read back exactly.

A text that a spreadsheet would take for a formula has an apostrophe before it in the CSV.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from densevsconv.store.files import naming, write_text

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


def _guarded(cell: Any) -> Any:
    """Return a cell as it is written: a spreadsheet shows a guarded text and runs nothing.

    >>> _guarded("=1+1"), _guarded("1+1"), _guarded(-1)
    ("'=1+1", '1+1', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def _unguarded(cell: Any) -> Any:
    return cell[1:] if _guarded(cell) != cell and cell[0] == "'" else cell


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Write rows atomically, in the order given; None becomes an empty cell.

    Floats are written with as many digits as they need to be read back exactly.
    """
    write_text(path, csv_text([columns, *([row[column] for column in columns] for row in rows)]))


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    def line(cells: Iterable[Any]) -> str:
        stream = io.StringIO()
        # both characters, so that a cell that holds either stands between quotes
        csv.writer(stream, lineterminator="\r\n").writerow(map(_guarded, cells))
        return stream.getvalue()[:-2] + "\n"

    return "".join(map(line, rows))


def read_csv(path: Path, columns: Sequence[str] | None = None) -> list[dict[str, str]]:
    """Return the rows of a table; one without just these ``columns`` is damaged."""
    with naming(path), path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        if columns and rows.fieldnames != columns:
            unlike = sorted(set(rows.fieldnames or ()) ^ set(columns))
            raise ValueError(f"columns missing or unknown: {', '.join(unlike) or 'their order'}")
        return [{key: _unguarded(cell) for key, cell in row.items()} for row in rows]


def markdown_table(lines: Sequence[Sequence[str]], right: Collection[str]) -> list[str]:
    """Return a head and rows as a Markdown table that reads well as plain text too.

    ``right`` are the columns of numbers.
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    ends = [name in right for name in lines[0]]
    rule = tuple("-" * (n - r) + ":" * r for n, r in zip(widths, ends, strict=True))
    cells = (f"{{:{'>' if r else '<'}{n}}}" for n, r in zip(widths, ends, strict=True))
    form = f"| {' | '.join(cells)} |"
    return [form.format(*line) for line in (lines[0], rule, *lines[1:])]


def read_parquet(path: Path) -> pyarrow.Table:
    with naming(path):
        return pyarrow.parquet.read_table(path)


def probability_columns(names: Iterable[str]) -> list[str]:
    """Return the columns p0, p1, ... of a table of predictions, class by class.

    >>> probability_columns(["index", "p10", "p9"])
    ['p9', 'p10']
    """
    found = [name for name in names if name[0] == "p" and name[1:].isdigit()]
    return sorted(found, key=lambda name: int(name[1:]))
