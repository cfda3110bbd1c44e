"""Where a printed number stands in a result file, as text that a person and a program can follow.

JSON files: ``/accuracy/mean`` (RFC 6901); ``/cases/#`` counts the items of a list or object.
CSV files: ``parameters[case=lenet]`` is the column ``parameters`` of the one row whose ``case`` is
``lenet``; conditions are joined by commas; ``#[status=diverged]`` counts the rows and ``#`` all.
``<``, ``<=``, ``>`` and ``>=`` compare numbers; an empty cell fulfils none of them.
Both: ``<pointer> over <pointer>`` is the quotient of two values of one file.
"""

from __future__ import annotations

import csv
import operator
import re
from math import isfinite
from pathlib import Path
from typing import Any

from densevsconv.errors import DataError
from densevsconv.store.files import read_json

_CSV = re.compile(r"(?P<column>[^\[\]]+)(?:\[(?P<conditions>[^\[\]]*)\])?")
_CONDITION = re.compile(r"(?P<key>[^<>=]+)(?P<sign><=|>=|<|>|=)(?P<value>.*)")
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_OVER = " over "


def json_pointer(*keys: str | int) -> str:
    """Return the pointer to a value inside nested lists and objects.

    >>> json_pointer("accuracy", "per_seed", 0)
    '/accuracy/per_seed/0'
    """
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def csv_pointer(column: str, **conditions: Any) -> str:
    """Return the pointer to one cell of a table.

    A condition is a value to equal, or a pair of a sign and a bound.

    >>> csv_pointer("test_accuracy", case="lenet", repetition=3)
    'test_accuracy[case=lenet,repetition=3]'
    >>> csv_pointer("#", p_value=("<", 0.05))
    '#[p_value<0.05]'
    """
    if not conditions:
        return column
    signed = {
        key: value if isinstance(value, tuple) else ("=", value)
        for key, value in conditions.items()
    }
    return f"{column}[{','.join(f'{key}{sign}{to}' for key, (sign, to) in signed.items())}]"


def quotient(numerator: str, denominator: str) -> str:
    """Return the pointer to one value of a file over another.

    >>> quotient("seconds[case=lenet]", "seconds[case=dense]")
    'seconds[case=lenet] over seconds[case=dense]'
    """
    return f"{numerator}{_OVER}{denominator}"


class ResultFiles:
    """Reads values of a study's result files by file and pointer; each file is read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._documents: dict[str, Any] = {}

    def document(self, source: str) -> Any:
        """Return a JSON file's value, or a CSV file's rows (dictionaries of text)."""
        if source not in self._documents:
            path = self.root / source
            if path.suffix == ".csv":
                self._documents[source] = _read_rows(path)
            else:
                self._documents[source] = read_json(path)
        return self._documents[source]

    def value(self, source: str, pointer: str) -> Any:
        """Return the value at ``pointer`` of the file ``source`` (relative to the study's root).

        A quotient is None where either value is missing or the denominator is 0.

        Raises
        ------
        DataError
            Where the file lacks it, or where a pointer fits several rows of a table.
        """
        if _OVER in pointer:
            upper, lower = (self.value(source, part) for part in pointer.split(_OVER, 1))
            return upper / lower if upper is not None and lower else None
        document = self.document(source)
        try:
            if source.endswith(".csv"):
                return _cell(document, pointer)
            return _follow(document, pointer)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise DataError(f"{self.root / source}: no value at {pointer} ({error})") from None


def _read_rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except FileNotFoundError:
        raise DataError(f"{path}: file not found") from None


def _follow(value: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if key == "#":
            return len(value)
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def _cell(rows: list[dict[str, str]], pointer: str) -> Any:
    match = _CSV.fullmatch(pointer)
    if match is None:
        raise ValueError("not a pointer")
    conditions = [item for item in (match["conditions"] or "").split(",") if item]
    chosen = [row for row in rows if all(_fulfils(row, condition) for condition in conditions)]
    if match["column"] == "#":
        return len(chosen)
    if len(chosen) != 1:
        raise ValueError(f"{len(chosen)} rows fit")
    return _number(chosen[0][match["column"]])


def _fulfils(row: dict[str, str], condition: str) -> bool:
    match = _CONDITION.fullmatch(condition)
    if match is None:
        raise ValueError(f"{condition} is no condition")
    cell = row[match["key"]]
    if match["sign"] == "=":
        return cell == match["value"]
    number = _number(cell)
    if not isinstance(number, int | float):
        return False
    return bool(_COMPARE[match["sign"]](number, float(match["value"])))


def _number(text: str) -> Any:
    """Return a cell as a number where it is one, None where it is empty or not finite."""
    if text == "":
        return None
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if isfinite(number) else None
    return text
