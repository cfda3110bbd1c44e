"""What a field of a schema allows, in words: for error messages and for ``config/README.md``."""

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


_PLAIN = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
_LIMITS = {Gt: "above", Ge: "of at least", Lt: "below", Le: "at most"}


def _plain(annotation: Any, constraints: list[Any]) -> str:
    kind, of = get_origin(annotation) or annotation, get_args(annotation)
    not_empty = ", not empty" if any(isinstance(item, MinLen) for item in constraints) else ""
    if kind is Literal:
        return ("one of " if len(of) > 1 else "") + ", ".join(map(str, of))
    if kind is list:
        return f"a list{not_empty}" + ("" if of[0] is Any else f", each item {allowed(of[0])}")
    if kind is dict:
        return f"a mapping{f' of names to {of[1].__name__}' if is_model(of[1]) else ''}{not_empty}"
    if is_model(kind):
        return f"a mapping, see {kind.__name__}"
    limits = [
        f"{words} {getattr(item, limit.__name__.lower())}"
        for item in constraints
        for limit, words in _LIMITS.items()
        if isinstance(item, limit)
    ]
    return f"{_PLAIN.get(kind, 'any value')} {' and '.join(limits)}".rstrip() + not_empty


def is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
