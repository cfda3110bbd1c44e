"""An architecture as a table: layers, output shapes, parameters and multiply-accumulates."""

from densevsconv.networks.bound import BoundArchitecture, BoundLayer
from densevsconv.store.tables import markdown_table
from numpynet.arrays import text
from numpynet.layers import LAYERS
from numpynet.layers.base import layer_of

COLUMNS = ("layer", "output", "parameters", "MACs", "sees")
"""``sees`` is the receptive field: rows x columns of pixels that one output depends on."""


def words(layer: BoundLayer) -> str:
    """Return a layer in a few words, such as ``conv 6 of 5x5 same tanh``."""
    return layer_of(layer, LAYERS).words()


def layer_table(bound: BoundArchitecture) -> list[tuple[str, ...]]:
    """Return one row a layer, with the :data:`COLUMNS`; layers within others are indented."""
    rows: list[tuple[str, ...]] = []
    for layer in bound.walk():
        *_, part = layer.within.split("/")
        depth = layer.name.count("/") // 2
        rows.append(
            (
                f"{'  ' * depth}{part}{': ' if part else ''}{words(layer)}",
                text(layer.output_shape),
                f"{layer.parameters:,}",
                f"{layer.macs:,}",
                text(layer.receptive_field),
            )
        )
    return rows


def describe(bound: BoundArchitecture) -> str:
    """Return the layers and the totals as a Markdown table that also reads well as plain text."""
    lines = [
        COLUMNS,
        ("image", text(bound.image_shape), "0", "0", "1x1"),
        *layer_table(bound),
        ("total", "", f"{bound.parameters:,}", f"{bound.macs:,}", ""),
    ]
    return "\n".join(markdown_table(lines, ("parameters", "MACs")))
