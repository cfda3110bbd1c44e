"""The base of every schema: a typo is an error, and a number is a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]*$"
"""Names become file names and rule wildcards: letters, digits, _ and -, a letter first."""


@dataclass(frozen=True)
class Allowed:
    """Metadata of a type: what it allows, in words, where the type does not say it.

    ``words`` are the single words among that, for "did you mean".
    """

    text: str
    words: tuple[str, ...] = ()


class Strict(BaseModel):
    """A schema that refuses unknown keys, wrong types, NaN and infinity."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


Name = Annotated[
    str,
    StringConstraints(pattern=NAME_PATTERN, max_length=64),
    Allowed("a name of letters, digits, _ and -, a letter first"),
]
"""What studies, data sets, architectures and cases may be called."""
