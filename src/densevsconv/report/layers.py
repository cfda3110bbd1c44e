"""An architecture in a line of text, every number of it with its place."""

import re
from collections.abc import Sequence

from densevsconv.networks.bound import BoundArchitecture, BoundLayer
from densevsconv.report.parts import Printed, Text, joined, printed
from densevsconv.report.wording import TIMES
from densevsconv.results.traced import Place, traced
from numpynet.layers import LAYERS
from numpynet.layers.base import layer_of

_NUMBER = re.compile(r"<(\w+) ?(\d?)>")


def layer_line(plan: Place) -> Text:
    """Return the layers of a case, such as "conv 16 of 3×3 relu, max pool 2×2, dense 10 softmax".

    Flatten is left out: it computes nothing, and every dense layer on images has it. Layers within
    a layer follow it in brackets, a shortcut that is the identity left out.
    """
    bound = BoundArchitecture.from_dict(traced(plan.architecture).value)
    return _row(bound.layers, plan.architecture["layers"])


def _row(layers: Sequence[BoundLayer], places: Place) -> Text:
    kept = [layer for layer in layers if layer.kind != "flatten"]
    return joined([_layer(layer, places[layer.index]) for layer in kept], ", ")


def _layer(layer: BoundLayer, place: Place) -> Text:
    def number(name: str, index: str) -> Printed:
        value = layer.settings[name]
        here = place["settings"][name]
        form = "setting" if isinstance(value, float) else "integer"
        return printed(here[int(index)] if index else here, form)

    def mark(name: str, index: int | None = None) -> str:
        return f"<{name} {'' if index is None else index}>"

    # words, name, index, words, name, index, ..., words
    pieces = _NUMBER.split(layer_of(layer, LAYERS).words(mark, TIMES))
    found = [Text(pieces[0])]
    for name, index, words in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        found.append(Text(number(name, index), words))
    within = [_row(part, place["parts"][name]) for name, part in layer.parts.items() if part]
    if within:
        found.append(Text(" (", joined(within, "; "), ")"))
    return joined(found, "")
