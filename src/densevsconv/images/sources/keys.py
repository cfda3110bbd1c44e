"""Types of the keys that several kinds of source share."""

import re
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from densevsconv.schema.strict import Allowed

_LABEL = re.compile(r"(?:0|-?[1-9][0-9]{0,17})\Z")


def _file_name(value: Any) -> Any:
    """Return a name in its one spelling: ``./a`` and ``b//c`` become ``a`` and ``b/c``."""
    if isinstance(value, str) and value.isprintable():
        path = PurePosixPath(value)  # leaves empty parts and dots out
        if path.parts and not path.is_absolute() and ".." not in path.parts:
            return str(path)
    raise ValueError("not the name of a file in the folder")


def _plain_name(value: Any) -> Any:
    if _file_name(value) != value or "/" in value:
        raise ValueError("not a name without folders")
    return value


def _as_list(value: Any) -> Any:
    """Turn the name of one file into a list of one."""
    return [value] if isinstance(value, str) else value


def _label_map(value: Any) -> Any:
    """Turn labels given as numbers into text, as YAML and JSON files have them."""
    if not isinstance(value, dict):
        raise ValueError("not a mapping")
    texts = {str(key) if type(key) is int else key: label for key, label in value.items()}
    for key, label in texts.items():
        if not (
            isinstance(key, str)
            and _LABEL.match(key)
            and type(label) is int
            and 0 <= label <= 10**9
        ):
            raise ValueError("not labels to labels")
    return texts


FileName = Annotated[
    str, BeforeValidator(_file_name), Allowed("the name of a file, below the folder of the source")
]
PlainName = Annotated[
    str, BeforeValidator(_plain_name), Allowed("the name of a file, without folders")
]
Files = Annotated[
    list[FileName],
    BeforeValidator(_as_list, json_schema_input_type=str | list[str]),
    Allowed("the name of a file below the folder of the source, or a list of names"),
]
SomeFiles = Annotated[
    list[FileName],
    BeforeValidator(_as_list, json_schema_input_type=str | list[str]),
    Field(min_length=1),
    Allowed("the name of a file below the folder of the source, or a list of at least one"),
]
_Size = Annotated[int, Field(ge=1, le=10_000)]
HeightWidth = Annotated[
    list[_Size],
    Field(min_length=2, max_length=2),
    Allowed("[height, width], whole numbers from 1 to 10,000"),
]
Shape = Annotated[
    list[_Size],
    Field(min_length=3, max_length=3),
    Allowed("[height, width, channels], whole numbers from 1 to 10,000"),
]
ArrayNames = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=256)]],
    BeforeValidator(_as_list, json_schema_input_type=str | list[str]),
    Allowed("the name of an array, or a list of names"),
]
ColumnNumber = Annotated[
    int | None,
    Field(
        description="The column of the labels where there are several: its number from 0 (-1: the "
        "last); null: the only one."
    ),
]
LabelMap = Annotated[
    dict[str, int],
    BeforeValidator(_label_map),
    Field(
        description='Labels that become others, such as `{"10": 0}`; the others stay as they are.'
    ),
    Allowed('labels to labels from 0, such as {"10": 0}'),
]
OwnFolder = Annotated[
    str | None,
    Field(
        min_length=1,
        description="Folder of your own files, seen from where the study is run; null: the files "
        "are those that were fetched.",
    ),
]
Archive = Annotated[
    FileName | None,
    Field(
        description="A zip or tar file (plain or compressed) in the folder, which holds the files; "
        "null: they lie in the folder itself."
    ),
]
