"""An architecture in a line of text, every number of it a fact."""

from __future__ import annotations

from typing import Any

from densevsconv.report.study import Study
from densevsconv.report.wording import TIMES

_SHORT = {
    "conv": "conv",
    "separable_conv": "separable conv",
    "max_pool": "max pool",
    "average_pool": "average pool",
    "global_average_pool": "global average pool",
    "dense": "dense",
    "dropout": "dropout",
    "batch_norm": "batch norm",
}


def layer_line(study: Study, case: str) -> str:
    """Return the layers of a case, such as "conv 16 of 3×3 relu, max pool 2×2, softmax 10".

    Flatten is left out: it computes nothing, and every dense layer on images has it.
    """
    layers = study.plan["cases"][case]["architecture"]["layers"]
    return ", ".join(
        _layer(study, case, place, layer)
        for place, layer in enumerate(layers)
        if layer["kind"] != "flatten"
    )


def _layer(study: Study, case: str, place: int, layer: dict[str, Any]) -> str:
    settings = layer["settings"]

    def number(*keys: str | int, form: str = "integer") -> str:
        path = ("cases", case, "architecture", "layers", place, "settings", *keys)
        return study.planned(*path, form=form)

    def pair(key: str) -> str:
        return f"{number(key, 0)}{TIMES}{number(key, 1)}"

    if layer["kind"] == "activation":
        return str(settings["name"])
    words = [_SHORT.get(layer["kind"], layer["kind"].replace("_", " "))]
    if "units" in settings:
        words.append(number("units"))
    if "filters" in settings:
        words.append(f"{number('filters')} of {pair('kernel')}")
    if "size" in settings:
        words.append(pair("size"))
    if "rate" in settings:
        words.append(number("rate", form="setting"))
    if settings.get("stride", settings.get("size", [1, 1])) != settings.get("size", [1, 1]):
        words.append(f"stride {pair('stride')}")
    if settings.get("dilation", [1, 1]) != [1, 1]:
        words.append(f"dilation {pair('dilation')}")
    if settings.get("padding") == "valid" and "filters" in settings:
        words.append("valid")
    if settings.get("activation", "linear") != "linear":
        words.append(settings["activation"])
    return " ".join(words)
