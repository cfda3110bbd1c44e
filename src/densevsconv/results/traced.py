"""Numbers that know where they come from: a report prints these and no others.

A :class:`Place` stands for a part of a result file. What lies below it is reached as in the record;
numbers come out as :class:`Traced`, texts and decisions as they are::

    place(study, study.at.evaluation("dense_1"), study.evaluation("dense_1")).accuracy.mean
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from densevsconv.results.record import Record


@dataclass(frozen=True)
class Traced:
    """A number and its place.

    Attributes
    ----------
    value
        None where the file has none.
    source
        The file, from the study's folder.
    pointer
        In a JSON file ``/accuracy/mean`` (RFC 6901), ``/cases/#`` for the number of items; in a
        table ``column[case=dense_1]``, ``#[dataset=digits]`` for a number of rows; ``a over b`` for
        the quotient of two numbers of one file.
    """

    value: float | int | None
    source: str
    pointer: str

    def over(self, other: Traced) -> Traced:
        """Return the quotient of two numbers of one file."""
        assert self.source == other.source
        fine = self.value is not None and other.value
        value = self.value / other.value if fine and self.value and other.value else None
        return Traced(value, self.source, f"{self.pointer} over {other.pointer}")


class Place:
    """A record, list or mapping of a result file, and where it stands in it."""

    def __init__(self, value: Any, source: str, pointer: str = "", where: str = "") -> None:
        self._value, self._source, self._pointer, self._where = value, source, pointer, where

    def __getattr__(self, name: str) -> Any:
        child = getattr(self._value, name)
        # what a property works out stands nowhere in the file
        fields = type(self._value).model_fields if isinstance(self._value, Record) else {}
        return self._below(name, child) if name in fields else child

    def __getitem__(self, key: Any) -> Any:
        return self._below(str(key), self._value[key])

    def __iter__(self) -> Iterator[Any]:
        keys = self._value if isinstance(self._value, dict) else range(len(self._value))
        return (key if isinstance(self._value, dict) else self[key] for key in keys)

    @property
    def count(self) -> Traced:
        """How many items there are."""
        return Traced(len(self._value), self._source, f"{self._pointer}/#")

    def _below(self, key: str, child: Any) -> Any:
        escaped = key.replace("~", "~0").replace("/", "~1")
        pointer = f"{key}{self._where}" if self._where else f"{self._pointer}/{escaped}"
        return _placed(child, self._source, pointer)


def _placed(value: Any, source: str, pointer: str) -> Any:
    if isinstance(value, bool | str):
        return value
    if value is None or isinstance(value, int | float):
        return Traced(value, source, pointer)
    return Place(value, source, pointer)


def in_file(record: Record, path: Path, root: Path) -> Any:
    """Return a record of a JSON file as a place; ``root`` is the study's folder."""
    return Place(record, path.relative_to(root).as_posix())


def in_row(row: Record, path: Path, root: Path, **key: Any) -> Any:
    """Return a row of a table as a place; ``key`` are the columns that tell it from others."""
    where = ",".join(f"{column}={value}" for column, value in key.items())
    return Place(row, path.relative_to(root).as_posix(), where=f"[{where}]")


def count_rows(rows: int, path: Path, root: Path, **key: Any) -> Traced:
    """Return a number of rows; ``key`` are the columns they share."""
    where = ",".join(f"{column}={value}" for column, value in key.items())
    source = path.relative_to(root).as_posix()
    return Traced(rows, source, f"#[{where}]" if where else "#")
