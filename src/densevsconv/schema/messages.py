"""One clear line for whatever is wrong in a configuration file."""

import json
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from densevsconv.schema.allowed import allowed as in_words
from densevsconv.schema.allowed import is_model, literals, union_members, unwrap
from densevsconv.schema.strict import Allowed

_LONGEST = 60


def shown(value: Any) -> str:
    """Return a value as it is shown in messages: one printable line, not too long, no password."""
    try:
        text = json.dumps(value, default=str, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):  # a list that holds itself
        text = repr(value)
    return _line(re.sub(r"(?<=://)[^/\s]*@", "", text))


def nearest(found: Any, names: Iterable[str]) -> str:
    """Return ``; did you mean "x"?`` where one of ``names`` is close to what was found, or ``;``.

    What comes next, ``allowed: ...``, follows it after a space.
    """
    match = get_close_matches(str(found), list(names), n=1)
    return f'; did you mean "{match[0]}"?' if match else ";"


def unknown(what: str, found: Any, names: Iterable[str]) -> str:
    """Return that ``found`` is not one of ``names``, the nearest of them, and all of them."""
    names = list(names)
    allowed = ", ".join(names) or "none, there are none"
    return f"unknown {what} {shown(found)}{nearest(found, names)} allowed: {allowed}"


def _line(text: str) -> str:
    """Return a text without line ends and other control characters, cut where it is long."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def explain(
    error: ValidationError,
    *,
    file: Path | str,
    model: Any,
    prefix: str | Callable[[str], str] = "",
) -> str:
    """Return one line about a file that does not follow its schema, and how many more there are.

    ``prefix`` is the key path of the validated part inside the file, such as
    ``cases.dense_1.training``, or a function that gives it for a key of the part ("" for an error
    of the part as a whole).
    """
    problems: dict[str, str] = {}
    # a misspelt key is reported as unknown and as missing; the first says what to do
    for detail in sorted(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden"):
        path, annotation, metadata = _locate(model, detail["loc"])
        start = prefix if isinstance(prefix, str) else prefix(path[0] if path else "")
        where = ".".join([start, *path] if start else path)
        problems.setdefault(where, _problem(detail, annotation, metadata))
    where, problem = next(iter(problems.items()))
    more = f" (and {len(problems) - 1} more in this file)" if len(problems) > 1 else ""
    return f"{file}: {where}{': ' if where else ''}{problem}{more}"


_ABOUT_TYPE = frozenset(
    {
        *("value_error", "finite_number", "literal_error", "bool_type", "list_type", "dict_type"),
        *("greater_than", "greater_than_equal", "less_than", "less_than_equal"),
        *("int_type", "int_from_float", "float_type", "too_short", "too_long", "model_type"),
        *("string_type", "string_too_short", "string_too_long", "string_pattern_mismatch"),
    }
)
"""Errors for which the field's own description says it all; others bring their own words."""


def _problem(detail: Any, annotation: Any, metadata: list[Any]) -> str:
    kind, found = detail["type"], detail["input"]
    keys = list(annotation.model_fields) if is_model(annotation) else []
    allowed = (
        f"a mapping with the keys {', '.join(keys)}" if keys else in_words(annotation, metadata)
    )
    if kind == "extra_forbidden":
        return f"unknown key{nearest(detail['loc'][-1], keys)} allowed: {', '.join(keys)}"
    if kind == "missing":
        return f"missing; allowed: {allowed}"
    not_null = [member for member in union_members(annotation) if member is not type(None)]
    if kind in ("value_error", "assertion_error") and len(not_null) == 1 and is_model(not_null[0]):
        return str(detail["ctx"]["error"])  # a schema's own words
    if annotation is None or kind not in _ABOUT_TYPE:
        return f"{detail['msg']}; found {shown(found)}"
    words = literals(annotation) or [
        word for item in metadata if isinstance(item, Allowed) for word in item.words
    ]
    hint = nearest(found, words) if isinstance(found, str) else ";"
    return f"found {shown(found)}{hint} allowed: {allowed}"


def _locate(model: Any, location: tuple[int | str, ...]) -> tuple[list[str], Any, list[Any]]:
    """Follow pydantic's location of an error through the schema, to keys, type and metadata.

    The keys are as the file has them, pydantic's own marks for members of unions left out. The type
    of an unknown key is the model that does not know it; None: the location is not understood.
    """
    path: list[str] = []
    metadata: list[Any] = []
    parent, annotation = None, model
    for part in location:
        if part == "[key]":  # the key itself is wrong, not its value
            annotation, metadata = get_args(unwrap(parent)[0])[0], []
            continue
        if step := _step(annotation, part):
            parent, (annotation, metadata) = annotation, step
        else:
            members = union_members(unwrap(annotation)[0])
            models = [member for member in members if is_model(member)]
            if tagged := [
                model
                for model in models
                if (kind := model.model_fields.get("kind")) and part in literals(kind.annotation)
            ]:
                annotation = tagged[0]  # the kind of a union told apart by its `kind`
                continue
            if len(members) > 1 and not models:
                continue  # a member of a union
            annotation = models[0] if models else None
        path.append(_line(str(part)))
    return path, annotation, metadata


def _step(annotation: Any, part: int | str) -> tuple[Any, list[Any]] | None:
    """Return the type and metadata of what a type has under a key or at a place; else None."""
    for member in union_members(unwrap(annotation)[0]):
        inner, _ = unwrap(member)
        if is_model(inner) and part in inner.model_fields:
            field = inner.model_fields[part]
            return field.annotation, field.metadata
        if get_origin(inner) is list and isinstance(part, int):
            return get_args(inner)[0], []
        if get_origin(inner) is dict:
            return get_args(inner)[1], []
    return None
