"""One study at several sizes: what ``scales`` changes, laid over the rest of the study's file."""

from collections.abc import Mapping
from typing import Any

from densevsconv.trials.search import METHODS_OF_KEY, Search

NAMED = ("datasets", "cases", "claims")
"""Parts of a study that a scale may take entries out of, by giving null for them."""


def scaled(study: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a study's file with the changes of one scale.

    Mappings are merged key by key, everything else is replaced; an entry of :data:`NAMED` that is
    null in ``changes`` is taken out. A search of another method replaces the study's points.
    """
    if "search" in study:
        kept = without_method(study["search"], changes.get("search") or {})
        study = {**study, "search": kept}
    merged = _merged(study, changes)
    for part in NAMED:
        if isinstance(merged.get(part), dict):
            merged[part] = {k: v for k, v in merged[part].items() if v is not None}
    return merged


def without_method(search: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return a search without what the method of ``over``, if that is another, does not use."""
    own = search.get("method", Search().method)
    method = over.get("method", own)
    return {k: v for k, v in search.items() if method in (own, *METHODS_OF_KEY.get(k, (method,)))}


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = _merged(result[key], value) if both else value
    return result
