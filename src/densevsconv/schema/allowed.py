"""What a field of a schema allows, in words: for error messages and for ``config/README.md``."""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from densevsconv.schema.strict import Allowed


def union_members(annotation: Any) -> tuple[Any, ...]:
    """Return the members of a union; of any other type, the type alone."""
    if get_origin(annotation) in (Union, types.UnionType):
        return get_args(annotation)
    return (annotation,)


def unwrap(annotation: Any) -> tuple[Any, list[Any]]:
    """Return a type without ``Annotated``, and the metadata it had, fields unpacked."""
    if get_origin(annotation) is not Annotated:
        return annotation, []
    inner, *found = get_args(annotation)
    metadata: list[Any] = []
    for item in found:
        metadata += item.metadata if isinstance(item, FieldInfo) else [item]
    return inner, metadata


def literals(annotation: Any) -> list[str]:
    """Return the words that a type allows, those of every member of a union."""
    words: list[str] = []
    for member in union_members(unwrap(annotation)[0]):
        inner, _ = unwrap(member)
        if get_origin(inner) is Literal:
            words += map(str, get_args(inner))
    return words


def allowed(annotation: Any, metadata: list[Any] | None = None) -> str:
    """Return what a type allows, such as "a number above 0, or null"."""
    inner, own = unwrap(annotation)
    constraints = own + (metadata or [])
    for item in constraints:
        if isinstance(item, Allowed):
            return item.text
    members = union_members(inner)
    if len(members) == 1:
        return _plain(inner, constraints)
    # the limits of `float | None` stand beside the union and mean its number
    parts = [allowed(member, constraints) for member in members if member is not type(None)]
    if len(parts) < len(members):
        parts.append("null")
    return ", or ".join(parts)


def _plain(annotation: Any, constraints: list[Any]) -> str:
    origin = get_origin(annotation) or annotation
    limits = _limits(constraints)
    not_empty = ", not empty" if any(isinstance(item, MinLen) for item in constraints) else ""
    if origin is Literal:
        return ("one of " if len(get_args(annotation)) > 1 else "") + ", ".join(
            map(str, get_args(annotation))
        )
    if origin is bool:
        return "true or false"
    if origin is int:
        return "a whole number" + limits
    if origin is float:
        return "a number" + limits
    if origin is str:
        return "text" + not_empty
    if origin is list:
        (item,) = get_args(annotation)
        return f"a list{not_empty}" + ("" if item is Any else f", each item {allowed(item)}")
    if origin is dict:
        _, value = get_args(annotation)
        values = f" of names to {value.__name__}" if _is_model(value) else ""
        return f"a mapping{values}{not_empty}"
    if _is_model(annotation):
        return f"a mapping, see {annotation.__name__}"
    return "any value"


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _limits(constraints: list[Any]) -> str:
    words = []
    for item in constraints:
        if isinstance(item, Gt):
            words.append(f"above {item.gt}")
        elif isinstance(item, Ge):
            words.append(f"of at least {item.ge}")
        elif isinstance(item, Lt):
            words.append(f"below {item.lt}")
        elif isinstance(item, Le):
            words.append(f"at most {item.le}")
    return (" " + " and ".join(words)) if words else ""
