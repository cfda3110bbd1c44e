"""An architecture in a line of text, every number of it with its place."""

from __future__ import annotations

from typing import Any

from densevsconv.report.parts import Printed, Text, joined, printed
from densevsconv.report.wording import TIMES
from densevsconv.results.traced import Place, traced

_SHORT = {
    "separable_conv": "separable conv",
    "max_pool": "max pool",
    "average_pool": "average pool",
    "global_average_pool": "global average pool",
    "batch_norm": "batch norm",
}


def layer_line(plan: Place) -> Text:
    """Return the layers of a case, such as "conv 16 of 3×3 relu, max pool 2×2, softmax 10".

    Flatten is left out: it computes nothing, and every dense layer on images has it.
    """
    layers = plan.architecture["layers"]
    return joined([_layer(each) for each in layers if each["kind"] != "flatten"], ", ")


def _layer(layer: Any) -> Text:
    settings, kind = layer["settings"], layer["kind"]
    plain: dict[str, Any] = traced(settings).value

    def number(key: str, form: str = "integer") -> Printed:
        return printed(settings[key], form)

    def pair(key: str) -> Text:
        rows, columns = (printed(settings[key][axis], "integer") for axis in (0, 1))
        return Text(rows, TIMES, columns)

    if kind == "activation":
        return Text(plain["name"])
    words = [Text(_SHORT.get(kind, kind.replace("_", " ")))]
    if "units" in plain:
        words.append(Text(number("units")))
    if "filters" in plain:
        words.append(Text(number("filters"), " of ", pair("kernel")))
    if "size" in plain:
        words.append(pair("size"))
    if "rate" in plain:
        words.append(Text(number("rate", "setting")))
    usual = plain.get("size", [1, 1])
    if plain.get("stride", usual) != usual:
        words.append(Text("stride ", pair("stride")))
    if plain.get("dilation", [1, 1]) != [1, 1]:
        words.append(Text("dilation ", pair("dilation")))
    if plain.get("padding") == "valid" and "filters" in plain:
        words.append(Text("valid"))
    if plain.get("activation", "linear") != "linear":
        words.append(Text(plain["activation"]))
    return joined(words, " ")
