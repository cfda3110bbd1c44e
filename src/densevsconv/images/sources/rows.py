"""Text files of a row an image: tables (.csv) and LIBSVM's sparse rows."""

import math
from collections.abc import Iterator
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from densevsconv.errors import DataError
from densevsconv.images.sources.arrays import Array, ArrayKeys
from densevsconv.images.sources.base import Part, PartedSource
from densevsconv.images.sources.places import Place, reading, unpacked

_LABELS = ("label", "labels", "class")
"""What a table's column of labels is called."""


class RowsSource(ArrayKeys, PartedSource):
    """Text of a row an image: a label and pixels, as a table (`csv`) or as LIBSVM has them."""

    kind: Literal["csv", "libsvm"] = Field(description="`csv` or `libsvm`")
    head: bool | None = Field(
        default=None,
        description="Whether the first row of a table (`csv`) names the columns; null: where it "
        "cannot be an image.",
    )
    index_from: Literal[0, 1] | None = Field(
        default=None,
        description="The number of the first pixel in `libsvm` rows; null: the one that fits.",
    )

    @model_validator(mode="after")
    def _of_the_kind(self) -> Self:
        others = ("index_from",) if self.kind == "csv" else ("head", "label_column")
        if odd := [key for key in others if getattr(self, key) is not None]:
            raise ValueError(f"{odd[0]}: found one; allowed: none, {self.kind} has no use of it")
        return self

    def parts(self, at: Place, *, pixels: bool) -> list[Part]:
        files = [at / name for name in self.names()]
        read = self._tables(files, pixels) if self.kind == "csv" else self._sparse(files)
        return [
            self.part(
                Array.of(str(file), values), labels, pixels=pixels, test=number >= len(self.train)
            )
            for number, (file, (labels, values)) in enumerate(zip(files, read, strict=True))
        ]

    def _tables(self, files: list[Place], pixels: bool) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        columns: dict[str, list[str]] = {}
        for file in files:
            with reading(file, "a table of labels and pixels"):
                yield self._table(file, pixels, columns)

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
        words = [cell for cell in cells if not _is_number(cell)]
        headed = bool(words) or (counted and len(cells) > 2)
        if self.head is not None:
            headed = self.head
        elif 0 < len(words) < len(cells) and not {self.label_column, *_LABELS} & {
            *words,
            *map(str.lower, words),
        }:
            raise DataError(
                f"{file}: found the first row {', '.join(cells[:6])}, ..; allowed: all words or "
                "all numbers, or source.head: true (it names the columns) or false (it is an image)"
            )
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
                csv.ReadOptions(column_names=names, skip_rows=int(headed)),
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
            usual = [cell for cell in cells if cell.lower() in _LABELS]
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

    def _sparse(self, files: list[Place]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return labels and pixels of each file, whose pixels are counted alike in all of them."""
        from sklearn.datasets import load_svmlight_file  # slow to import, needed by this kind alone

        found = []
        for file in files:
            with reading(file, "rows as LIBSVM's"), unpacked(file) as stream:
                found.append(load_svmlight_file(stream, zero_based=True))
        width = max(rows.shape[1] for rows, _ in found)
        lowest = min(rows.indices.min(initial=width) for rows, _ in found)
        bases = [base for base in (0, 1) if base <= lowest and self._may_be(width - base)]
        if self.index_from is not None:
            bases = [base for base in bases if base == self.index_from]
        if len(bases) != 1:
            raise DataError(
                f"{files[0]}: found pixels numbered {lowest} to {width - 1}; allowed: those of "
                "source.shape (null: a square of grey), counted from source.index_from, 0 or 1"
            )
        start = bases[0]
        pixels = start + (math.prod(self.shape) if self.shape else width - start)
        for rows, _ in found:
            rows.resize((rows.shape[0], pixels))
        return [(labels, rows[:, start:].toarray()) for rows, labels in found]

    def _may_be(self, pixels: int) -> bool:
        if self.shape:
            return pixels <= math.prod(self.shape)
        return pixels > 0 and math.isqrt(pixels) ** 2 == pixels


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
