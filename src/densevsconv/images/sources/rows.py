"""Text files of a row an image: tables (.csv) and LIBSVM's sparse rows."""

import math
from typing import Any, Literal

import numpy as np
from pydantic import Field

from densevsconv.errors import DataError
from densevsconv.images.sources.arrays import Array, ArrayKeys
from densevsconv.images.sources.base import Part, PartedSource
from densevsconv.images.sources.places import Place, reading, unpacked


class RowsSource(ArrayKeys, PartedSource):
    """Text of a row an image: a label and pixels, as a table (`csv`) or as LIBSVM has them."""

    kind: Literal["csv", "libsvm"] = Field(description="`csv` or `libsvm`")

    def parts(self, at: Place, *, pixels: bool) -> list[Part]:
        read = self._table if self.kind == "csv" else self._sparse
        allowed = "a table of labels and pixels" if self.kind == "csv" else "rows as LIBSVM's"
        parts, columns = [], dict[str, list[str]]()
        for number, name in enumerate(self.names()):
            file = at / name
            with reading(file, allowed):
                labels, values = read(file, pixels, columns)
                test = number >= len(self.train)
                parts.append(
                    self.part(Array.of(str(file), values), labels, pixels=pixels, test=test)
                )
        return parts

    def _table(
        self, file: Place, pixels: bool, columns: dict[str, list[str]]
    ) -> tuple[np.ndarray, np.ndarray]:
        from pyarrow import csv, types  # slow to import, needed by this kind alone

        with unpacked(file) as stream:
            first = stream.readline().decode("utf-8-sig").strip()
        between = max(",;\t|", key=first.count)
        cells = [cell.strip().strip("\"'") for cell in first.split(between)]
        # pandas calls columns 0, 1, 2, .., which is no image
        counted = any(cells == [*map(str, range(i, i + len(cells)))] for i in (0, 1))
        headed = not all(map(_is_number, cells)) or (counted and len(cells) > 2)
        label = self._label(file, cells, headed)
        names = cells if headed else [f"f{number}" for number in range(len(cells))]
        columns[str(file)] = [*names[:label], *names[label + 1 :]]
        if columns[str(file)] != (first_ones := next(iter(columns.values()))):
            raise DataError(
                f"{file}: found other columns of pixels, or in another order; allowed: those of "
                f"{next(iter(columns))}, {', '.join(first_ones[:6])}, .."
            )
        with unpacked(file) as stream:
            table = csv.read_csv(
                stream,
                csv.ReadOptions(autogenerate_column_names=not headed),
                csv.ParseOptions(delimiter=between),
                csv.ConvertOptions(include_columns=None if pixels else [names[label]]),
            )
        labels = table.column(label if pixels else 0)
        if labels.null_count:
            raise DataError(f"{file}: found no label in {labels.null_count:,} rows; allowed: all")
        if not pixels:
            values = np.broadcast_to(np.uint8(0), (len(table), len(cells) - 1))
            return _numbers(labels), values
        others = table.remove_column(label)
        for name, column in zip(others.column_names, others.columns, strict=True):
            if not (types.is_integer(column.type) or types.is_floating(column.type)):
                raise DataError(
                    f"{file}: found {column.type} in the column {name}; allowed: numbers in every "
                    "column but that of the labels"
                )
        return _numbers(labels), np.column_stack([_numbers(column) for column in others.columns])

    def _label(self, file: Place, cells: list[str], headed: bool) -> int:
        """Return the number of the column of labels."""
        asked = self.label_column
        if asked is None and headed:
            usual = [cell for cell in cells if cell.lower() in ("label", "labels", "class")]
            asked = usual[0] if len(usual) == 1 else None
        if isinstance(asked, int) and -len(cells) <= asked < len(cells):
            return asked % len(cells)
        if isinstance(asked, str) and headed and asked in cells:
            return cells.index(asked)
        head = f"the columns {', '.join(cells[:6])}, .." if headed else "no head"
        found = "no column label" if self.label_column is None else f"no column {asked}"
        raise DataError(
            f"{file}: found {head} and {found}; allowed: source.label_column, the name or the "
            "number (from 0, or -1 for the last) of the column of labels"
        )

    def _sparse(self, file: Place, *_: Any) -> tuple[np.ndarray, np.ndarray]:
        from sklearn.datasets import load_svmlight_file  # slow to import, needed by this kind alone

        features = math.prod(self.shape) if self.shape else None
        with unpacked(file) as stream:
            rows, labels = load_svmlight_file(stream, n_features=features)
        return labels, rows.toarray()


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(column: Any) -> np.ndarray:
    """Return a column of a table; words as text of fixed width, a missing number as NaN."""
    found = column.to_numpy()
    return found.astype(str) if found.dtype.kind == "O" else found
