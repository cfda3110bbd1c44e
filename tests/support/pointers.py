"""What stands at a pointer of a result file, read by nothing of the project."""

import csv
import json
import operator
import re
from functools import cache
from pathlib import Path
from typing import Any

SIGNS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


def value_at(root: Path, source: str, pointer: str) -> Any:
    if " over " in pointer:
        upper, lower = (value_at(root, source, part) for part in pointer.split(" over "))
        return upper / lower if upper is not None and lower else None
    if source.endswith(".csv"):
        return _cell(_rows(root / source), pointer)
    value = _document(root / source)
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if key == "#":
            return len(value)
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


@cache
def _document(path: Path) -> Any:
    return json.loads(path.read_text())


@cache
def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def _cell(rows: list[dict[str, str]], pointer: str) -> Any:
    column, _, conditions = pointer.removesuffix("]").partition("[")
    found = [
        row for row in rows if all(_holds(row, each) for each in conditions.split(",") if each)
    ]
    if column == "#":
        return len(found)
    (row,) = found
    return _number(row[column])


def _holds(row: dict[str, str], condition: str) -> bool:
    key, sign, bound = re.split("(<=|>=|!=|<|>|=)", condition, maxsplit=1)
    if sign == "=":
        return row[key] == bound
    if sign == "!=":
        return row[key] not in ("", bound)
    return row[key] != "" and bool(SIGNS[sign](float(row[key]), float(bound)))


def _number(cell: str) -> Any:
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell or None
