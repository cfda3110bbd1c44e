"""One study at several sizes: what ``scales`` changes, laid over the rest of the study's file."""

from collections.abc import Mapping
from typing import Any

from densevsconv.trials.search import KEYS_OF_METHOD, Search

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
    """Return a search without what belongs to its method where ``over`` has another method."""
    method = search.get("method", Search().method)
    methods = {key for keys in KEYS_OF_METHOD.values() for key in keys}
    other = over.get("method", method) != method
    return {key: value for key, value in search.items() if not (other and key in methods)}


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = _merged(result[key], value) if both else value
    return result
