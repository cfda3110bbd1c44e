"""An architecture as a table: layers, output shapes, parameters and multiply-accumulates."""

from __future__ import annotations

from densevsconv.networks.bound import BoundArchitecture, BoundLayer
from densevsconv.networks.infer import text

COLUMNS = ("layer", "output", "parameters", "macs", "sees")
"""``sees`` is the receptive field: rows x columns of pixels that one output depends on."""


def label(layer: BoundLayer) -> str:
    """Return a layer in a few words, such as ``conv 6 of 5x5, same, tanh``."""
    settings = layer.settings
    words = [layer.kind.replace("_", " ")]
    if "units" in settings:
        words.append(str(settings["units"]))
    if "filters" in settings:
        words.append(f"{settings['filters']} of {text(settings['kernel'])}")
    if "size" in settings:
        words.append(text(settings["size"]))
    if "rate" in settings:
        words.append(f"{settings['rate']:g}")
    if "name" in settings:
        words.append(settings["name"])
    parts = [" ".join(words)]
    usual_stride = settings.get("size", [1, 1])
    if settings.get("stride", usual_stride) != usual_stride:
        parts.append(f"stride {text(settings['stride'])}")
    if settings.get("dilation", [1, 1]) != [1, 1]:
        parts.append(f"dilation {text(settings['dilation'])}")
    if settings.get("padding") == "same":
        parts.append("same")
    if settings.get("activation", "linear") != "linear":
        parts.append(settings["activation"])
    if not settings.get("use_bias", True):
        parts.append("no bias")
    return ", ".join(parts)


def layer_table(bound: BoundArchitecture) -> list[dict[str, str | int]]:
    """Return one row a layer, with the keys :data:`COLUMNS`."""
    return [
        {
            "layer": label(layer),
            "output": text(layer.output_shape),
            "parameters": layer.parameters,
            "macs": layer.macs,
            "sees": text(layer.receptive_field),
        }
        for layer in bound.layers
    ]


def describe(bound: BoundArchitecture) -> str:
    """Return the layers and the totals as a Markdown table that also reads well as plain text."""
    rows = [
        (str(row["layer"]), str(row["output"]), f"{row['parameters']:,}", f"{row['macs']:,}")
        for row in layer_table(bound)
    ]
    header = ("layer", "output", "parameters", "MACs")
    start = ("image", text(bound.image_shape), "0", "0")
    total = ("total", "", f"{bound.parameters:,}", f"{bound.macs:,}")
    lines = [header, start, *rows, total]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]

    def row_text(line: tuple[str, ...]) -> str:
        cells = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        return f"| {' | '.join(cells)} |"

    rule = [
        "-" * width if column < 2 else "-" * (width - 1) + ":"
        for column, width in enumerate(widths)
    ]
    body = [row_text(line) for line in lines]
    return "\n".join([body[0], f"| {' | '.join(rule)} |", *body[1:]])
