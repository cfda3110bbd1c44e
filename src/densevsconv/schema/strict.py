"""The base of every schema: a typo is an error, and a number is a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    StringConstraints,
    model_serializer,
    model_validator,
)
from pydantic_core import core_schema

NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]*$"
"""Names become file names and rule wildcards: letters, digits, _ and -, a letter first."""


@dataclass(frozen=True)
class Allowed:
    """Metadata of a type: what it allows, in words, where the type does not say it.

    ``words`` are the single words among that, for "did you mean".
    """

    text: str
    words: tuple[str, ...] = ()

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        """Editors offer the words beside what the type allows."""
        schema = handler(core)
        return {"anyOf": [{"enum": [*self.words]}, schema]} if self.words else schema


class Registered(Allowed):
    """Metadata of a text: it is a name in a registry, to which plug-ins may add others."""

    registry: Mapping[str, Any]

    def __init__(self, registry: Mapping[str, Any]) -> None:
        object.__setattr__(self, "registry", registry)

    @property
    def text(self) -> str:
        return ("one of " if len(self.words) > 1 else "") + ", ".join(self.words)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.registry)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return core_schema.no_info_after_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        return handler(core) | {"enum": [*self.words]}

    def _known(self, name: str) -> str:
        if name not in self.registry:
            raise ValueError(f"unknown name {name}")
        return name


class Strict(BaseModel):
    """A schema that refuses unknown keys, wrong types, NaN and infinity."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


MADE: dict[str, Any] = {"use_attribute_docstrings": False}
"""Of a schema that ``create_model`` makes: it has no source to look for, which takes long."""

ABSENT: Any = None
"""Default of the keys of a OneOf.

Their types have no `| None`, so that a null in a file is refused and no message offers it; which
key is there is asked of ``model_fields_set``, never of the value.
"""


class OneOf(Strict):
    """A mapping with exactly one of its keys, an item of a list; every key defaults to ABSENT."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    item: ClassVar[str]
    """What an item of the list is, in words, for the message."""

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        found = sorted(self.model_fields_set)
        if len(found) != 1:
            raise ValueError(
                f"found {', '.join(found) or 'nothing'}; allowed: {self.item} an item, the next "
                "one as another item of the list"
            )
        return self

    @model_serializer
    def _plain(self) -> dict[str, Any]:
        value = self.content
        return {self.kind: value.model_dump() if isinstance(value, BaseModel) else value}

    @property
    def kind(self) -> str:
        (kind,) = self.model_fields_set
        return kind

    @property
    def content(self) -> Any:
        return getattr(self, self.kind)


Name = Annotated[
    str,
    StringConstraints(pattern=NAME_PATTERN, max_length=64),
    Allowed("a name of letters, digits, _ and -, a letter first"),
]
"""What studies, data sets, architectures and cases may be called."""
