"""Shape inference: from a list of layers and an image shape to a bound architecture.

TensorFlow's arithmetic: "valid" gives ``(n - k) // stride + 1`` positions, "same" gives
``ceil(n / stride)``; a dilated kernel covers ``(k - 1) * dilation + 1`` pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from densevsconv.errors import ArchitectureError
from densevsconv.networks.bound import BoundArchitecture, BoundLayer, Shape

Settings = dict[str, Any]

_LARGEST_TRIED = 512


class _MisfitError(Exception):
    """A layer that cannot follow its input; ``too_small`` where a larger image would help."""

    def __init__(self, reason: str, *, too_small: bool = False) -> None:
        super().__init__(reason)
        self.too_small = too_small


@dataclass(frozen=True)
class _Inferred:
    output_shape: Shape
    weights: dict[str, Shape]
    macs: int = 0


@dataclass(frozen=True)
class Architecture:
    """An architecture that is not yet tied to an image shape.

    Attributes
    ----------
    name, title, source, description
        What it is called in studies and in reports, and where it comes from.
    layers
        (kind, settings) of each layer, every setting filled in; ``units`` may be "classes".
    """

    name: str
    title: str
    source: str
    description: str
    layers: list[tuple[str, Settings]]

    def bind(self, image_shape: Sequence[int], classes: int) -> BoundArchitecture:
        """Return the architecture for one image shape, see :func:`bind`."""
        return bind(self, image_shape, classes)


def bind(architecture: Architecture, image_shape: Sequence[int], classes: int) -> BoundArchitecture:
    """Return the architecture with every shape, weight and cost worked out.

    Parameters
    ----------
    architecture
        The layers.
    image_shape
        (height, width, channels).
    classes
        Size of the output.

    Raises
    ------
    ArchitectureError
        Names the architecture, the image shape, the layer at which it breaks, why, and what
        would fit.
    """
    height, width, channels = image_shape
    name, layers = architecture.name, architecture.layers
    try:
        bound_layers = _bind_layers(layers, (height, width, channels), classes)
    except ArchitectureError as error:
        cause = error.__cause__
        fits = ""
        if isinstance(cause, _MisfitError) and cause.too_small:
            fits = _what_fits(layers, channels, classes)
        raise ArchitectureError(
            f"architecture {name} does not fit images of {text(image_shape)}: {error}{fits}"
        ) from None
    return BoundArchitecture(
        name,
        architecture.title,
        architecture.source,
        (height, width, channels),
        classes,
        bound_layers,
    )


def text(shape: Sequence[int]) -> str:
    """Return a shape as people write it: 28x28x1."""
    return "x".join(map(str, shape))


def _bind_layers(
    layers: Sequence[tuple[str, Settings]], image_shape: Shape, classes: int
) -> list[BoundLayer]:
    shape: Shape = image_shape
    field, jump = (1, 1), (1, 1)
    bound = []
    for index, (kind, given) in enumerate(layers):
        settings = {
            key: classes if key == "units" and value == "classes" else value
            for key, value in given.items()
        }
        try:
            inferred = _KINDS[kind](settings, shape)
        except _MisfitError as reason:
            raise ArchitectureError(f"layers[{index}] ({kind}) {reason}") from reason
        field, jump = _receptive_field(kind, settings, field, jump, image_shape)
        bound.append(
            BoundLayer(
                index,
                kind,
                settings,
                shape,
                inferred.output_shape,
                inferred.weights,
                inferred.macs,
                field,
            )
        )
        shape = inferred.output_shape
    _check_output(bound, classes)
    return bound


def _check_output(layers: list[BoundLayer], classes: int) -> None:
    last = layers[-1]
    where = f"layers[{last.index}] ({last.kind})"
    activation = last.settings.get("activation", last.settings.get("name"))
    if activation != "softmax":
        raise ArchitectureError(
            f"{where} is the last layer and must end in a softmax over the classes, such as "
            "`dense: {units: classes, activation: softmax}`"
        )
    if last.output_shape != (classes,):
        hint = "`units: classes` follows the data set" if last.kind == "dense" else "flatten first"
        raise ArchitectureError(
            f"{where} is the last layer and gives {text(last.output_shape)} values, but the data "
            f"have {classes} classes; {hint}"
        )


def _what_fits(layers: Sequence[tuple[str, Settings]], channels: int, classes: int) -> str:
    for size in range(1, _LARGEST_TRIED + 1):
        try:
            _bind_layers(layers, (size, size, channels), classes)
        except ArchitectureError:
            continue
        return f"; it fits images from {size}x{size}, or use a smaller window or `padding: same`"
    return ""


# -- one function a kind: what comes out of it and what it holds


def _image(shape: Shape) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise _MisfitError(
            f"needs an image (height, width, channels), but its input is flat ({text(shape)}); "
            "put it before `flatten` and the global pooling"
        )
    height, width, channels = shape
    return height, width, channels


def _windows(shape: Shape, window: Sequence[int], settings: Settings) -> tuple[int, int, int]:
    """Return (rows, columns, channels): the positions of a sliding window and what lies below."""
    height, width, channels = _image(shape)
    dilation = settings.get("dilation", [1, 1])
    covered = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    positions = []
    for n, k, stride in zip((height, width), covered, settings["stride"], strict=True):
        if settings["padding"] == "same":
            positions.append(-(-n // stride))
        elif n < k:
            raise _MisfitError(
                f"has a {text(covered)} window with `padding: valid`, larger than its input of "
                f"{text(shape)}",
                too_small=True,
            )
        else:
            positions.append((n - k) // stride + 1)
    return positions[0], positions[1], channels


def _conv(settings: Settings, shape: Shape) -> _Inferred:
    kernel, filters = settings["kernel"], settings["filters"]
    rows, columns, channels = _windows(shape, kernel, settings)
    weights: dict[str, Shape] = {"kernel": (kernel[0], kernel[1], channels, filters)}
    macs = rows * columns * prod(weights["kernel"])
    if settings["use_bias"]:
        weights["bias"] = (filters,)
    return _Inferred((rows, columns, filters), weights, macs)


def _separable_conv(settings: Settings, shape: Shape) -> _Inferred:
    kernel, filters = settings["kernel"], settings["filters"]
    rows, columns, channels = _windows(shape, kernel, settings)
    weights: dict[str, Shape] = {
        "depthwise_kernel": (kernel[0], kernel[1], channels, 1),
        "pointwise_kernel": (1, 1, channels, filters),
    }
    macs = rows * columns * sum(prod(weight) for weight in weights.values())
    if settings["use_bias"]:
        weights["bias"] = (filters,)
    return _Inferred((rows, columns, filters), weights, macs)


def _pool(settings: Settings, shape: Shape) -> _Inferred:
    return _Inferred(_windows(shape, settings["size"], settings), {})


def _global_average_pool(settings: Settings, shape: Shape) -> _Inferred:
    return _Inferred((_image(shape)[2],), {})


def _flatten(settings: Settings, shape: Shape) -> _Inferred:
    return _Inferred((prod(shape),), {})


def _dense(settings: Settings, shape: Shape) -> _Inferred:
    if len(shape) != 1:
        raise _MisfitError(
            f"needs a flat input, but its input is {text(shape)}; put `flatten` before it"
        )
    units = settings["units"]
    weights: dict[str, Shape] = {"kernel": (shape[0], units)}
    macs = shape[0] * units
    if settings["use_bias"]:
        weights["bias"] = (units,)
    return _Inferred((units,), weights, macs)


def _batch_norm(settings: Settings, shape: Shape) -> _Inferred:
    per_channel = (shape[-1],)
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    return _Inferred(shape, {name: per_channel for name in names})


def _unchanged(settings: Settings, shape: Shape) -> _Inferred:
    return _Inferred(shape, {})


_KINDS: dict[str, Callable[[Settings, Shape], _Inferred]] = {
    "conv": _conv,
    "separable_conv": _separable_conv,
    "max_pool": _pool,
    "average_pool": _pool,
    "global_average_pool": _global_average_pool,
    "flatten": _flatten,
    "dense": _dense,
    "dropout": _unchanged,
    "batch_norm": _batch_norm,
    "activation": _unchanged,
}


def _receptive_field(
    kind: str,
    settings: Settings,
    field: tuple[int, int],
    jump: tuple[int, int],
    image_shape: Shape,
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the (rows, columns) of pixels one output depends on, and between its neighbours.

    The usual recursion: a window of k adds k - 1 steps of the distance its input's neighbours lie
    apart; a stride multiplies that distance.
    """
    image = (image_shape[0], image_shape[1])
    if kind in ("dense", "global_average_pool"):
        return image, jump
    window = settings.get("kernel", settings.get("size"))
    if window is None:
        return field, jump
    dilation, stride = settings.get("dilation", [1, 1]), settings["stride"]
    grown = [
        min(n, f + (k - 1) * d * j)
        for n, f, k, d, j in zip(image, field, window, dilation, jump, strict=True)
    ]
    return (grown[0], grown[1]), (jump[0] * stride[0], jump[1] * stride[1])
