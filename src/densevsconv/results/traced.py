"""Numbers that know where they come from: a report prints these and no others.

A :class:`Place` stands for a part of a result file. What lies below it is reached as in the record;
numbers come out as :class:`Traced`, texts and decisions as they are::

    in_file(evaluation, path, root).accuracy.mean
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from densevsconv.results.record import Record

_COMPARE = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
            ">": operator.gt, ">=": operator.ge}  # fmt: skip


@dataclass(frozen=True)
class Traced:
    """A number (or a whole setting, for settings in words) and its place.

    The file is given from the study's folder. The pointer is in a JSON file ``/accuracy/mean``
    (RFC 6901), ``/cases/#`` for the number of items; in a table ``column[case=dense_1]``,
    ``#[dataset=digits,difference_low>0]`` for a number of rows; ``a over b`` for the quotient of
    two numbers of one file. The value is None where the file has none.
    """

    value: Any
    source: str
    pointer: str

    def over(self, other: Traced) -> Traced:
        """Return the quotient of two numbers of one file; None where either is missing or 0."""
        assert self.source == other.source
        value = None if self.value is None or not other.value else self.value / other.value
        return Traced(value, self.source, f"{self.pointer} over {other.pointer}")


class Place:
    """A record, list or mapping of a result file, and where it stands in it."""

    def __init__(self, value: Any, source: str, pointer: str = "", where: str = "") -> None:
        self._value, self._source, self._pointer, self._where = value, source, pointer, where

    def __getattr__(self, name: str) -> Any:
        child = getattr(self._value, name)
        # what a property works out stands nowhere in the file
        fields = type(self._value).model_fields if isinstance(self._value, BaseModel) else {}
        return self._found(name, child) if name in fields else child

    def __getitem__(self, key: Any) -> Any:
        return self._found(str(key), self._value[key])

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self._value, dict):
            return iter(self._value)
        return (self[key] for key in range(len(self._value)))

    def __len__(self) -> int:
        return len(self._value)

    def _found(self, key: str, value: Any) -> Any:
        if isinstance(value, bool | str):
            return value
        pointer = self._below(key)
        if value is None or isinstance(value, int | float):
            return Traced(value, self._source, pointer)
        return Place(value, self._source, pointer)

    def _below(self, key: str) -> str:
        if self._where:
            return f"{key}{self._where}"
        return f"{self._pointer}/{key.replace('~', '~0').replace('/', '~1')}"


def traced(place: Place, key: str | int | None = None) -> Traced:
    """Return what stands at a place, or one below it, whatever it is: a text, a mapping, a list."""
    if key is None:
        return Traced(place._value, place._source, place._pointer)
    value = place._value
    child = getattr(value, str(key)) if isinstance(value, BaseModel) else value[key]
    return Traced(child, place._source, place._below(str(key)))


def count(place: Place) -> Traced:
    """Return how many items a list or mapping has."""
    return Traced(len(place), place._source, f"{place._pointer}/#")


def in_file(record: Record, path: Path, root: Path) -> Any:
    """Return a record of a JSON file as a place; ``root`` is the study's folder."""
    return Place(record, path.relative_to(root).as_posix())


def in_row(row: Record, path: Path, root: Path, *key: str) -> Any:
    """Return a row of a table as a place; ``key`` are the columns that tell it from others."""
    where = ",".join(f"{column}={getattr(row, column)}" for column in key)
    return Place(row, path.relative_to(root).as_posix(), where=f"[{where}]")


def count_rows(rows: Iterable[Record], path: Path, root: Path, **conditions: Any) -> Traced:
    """Return how many rows of a table fulfil conditions.

    A condition is a value that a column has, or a pair of a sign and a bound, ``("<", 0)``; an
    empty cell lies on no side of a bound.
    """
    signed = {
        column: each if isinstance(each, tuple) else ("=", each)
        for column, each in conditions.items()
    }
    found = sum(
        all(
            (value := getattr(row, column)) is not None and _COMPARE[sign](value, bound)
            for column, (sign, bound) in signed.items()
        )
        for row in rows
    )
    where = ",".join(f"{column}{sign}{bound}" for column, (sign, bound) in signed.items())
    source = path.relative_to(root).as_posix()
    return Traced(found, source, f"#[{where}]" if where else "#")
