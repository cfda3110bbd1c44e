"""Tables as CSV and parquet: the same numbers give the same bytes, and are read back exactly."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from densevsconv.store.files import naming, write_text


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Write rows atomically, in the order given; None becomes an empty cell.

    Floats are written with as many digits as they need to be read back exactly.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, stream.getvalue())


def read_csv(path: Path) -> list[dict[str, str]]:
    with naming(path), path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


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
