"""The base of every result file: a record is checked where it is read, and written in one way.

A JSON file is one :class:`Record`; a table is many :class:`Record` s of one class, whose fields are
its columns. Field descriptions are what ``docs/files.md`` says of them.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from densevsconv.errors import DataError
from densevsconv.schema.allowed import union_members
from densevsconv.store.files import atomic_path, naming, read_json, write_json
from densevsconv.store.tables import read_csv, read_parquet, write_csv


class Record(BaseModel):
    """Values with names and types; unknown and missing fields, NaN and infinity are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a JSON file; a missing, damaged or strange one is a :class:`DataError` naming it."""
        return cls._checked(read_json(path), path)

    def write(self, path: Path) -> None:
        write_json(path, self.model_dump(mode="json"))

    @classmethod
    def columns(cls) -> list[str]:
        return list(cls.model_fields)

    @classmethod
    def read_table(cls, path: Path) -> list[Self]:
        """Read a table, ``.csv`` or ``.parquet``; an empty cell is None."""
        if path.suffix == ".parquet":
            with naming(path):
                rows: list[dict[str, Any]] = read_parquet(path).to_pylist()
        else:
            rows = [
                {key: cell or None for key, cell in row.items()}
                for row in read_csv(path, cls.columns())
            ]
        return [cls._checked(row, path) for row in rows]

    @classmethod
    def write_table(cls, path: Path, rows: Iterable[Self]) -> None:
        """Write a table in the order given, ``.csv`` or ``.parquet`` by the name, atomically."""
        plain = [row.model_dump(mode="json") for row in rows]
        if path.suffix == ".parquet":
            with atomic_path(path) as temporary:
                pq.write_table(pa.Table.from_pylist(plain, schema=cls._schema()), temporary)
        else:
            write_csv(path, cls.columns(), plain)

    @classmethod
    def _schema(cls) -> pa.Schema:
        kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
        hints = get_type_hints(cls)
        # a cell that may be empty has a union with None
        return pa.schema([(name, kinds[union_members(hints[name])[0]]) for name in cls.columns()])

    @classmethod
    def _checked(cls, value: Any, path: Path) -> Self:
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the whole"
            raise DataError(
                f"{path}: {where}: {first['msg']}; delete the file and run again"
            ) from None
