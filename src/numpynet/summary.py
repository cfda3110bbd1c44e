"""A network as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpynet.network import Network


def summary(network: Network) -> str:
    """Return a plain-text table: layer, output shape, parameters, frozen ones marked."""
    rows = [("layer", "output", "activation", "parameters")]
    total = frozen = 0
    for name, layer in zip(network.layer_names, network.layers, strict=True):
        count = sum(array.size for array in layer.parameters.values())
        total += count
        held = count if not getattr(layer, "trainable", True) else 0
        frozen += held
        shape = "x".join(map(str, layer.output_shape))
        function = getattr(layer, "function", None)
        activation = function.name if function is not None else ""
        rows.append((name, shape, activation, f"{count:,}{' frozen' if held else ''}"))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    ending = f"{total:,} parameters, {total - frozen:,} trained, {network.dtype}"
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], ending])
