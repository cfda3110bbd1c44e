"""From a list of layers and an image shape to a bound architecture: numpynet's layers are asked."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from densevsconv.errors import ArchitectureError
from densevsconv.networks.bound import BoundArchitecture, BoundLayer, BoundWeight
from numpynet.arrays import text
from numpynet.errors import NumpynetError, TooSmallError
from numpynet.layers import layer_from_config
from numpynet.layers.base import Layer, Sees, build_row, walk
from numpynet.settings import settings_of

CLASSES = "classes"
"""The word that stands for the number of classes of the data."""
_LARGEST_TRIED = 512


@dataclass(frozen=True)
class Architecture:
    """An architecture that is not yet tied to an image shape.

    ``layers`` holds the configuration of each (``Layer.config`` of numpynet), every setting filled
    in; numbers of outputs may be :data:`CLASSES`.
    """

    name: str
    title: str
    source: str
    description: str
    layers: list[dict[str, Any]]

    def bind(self, image_shape: Sequence[int], classes: int) -> BoundArchitecture:
        """Return the architecture with every shape, weight and cost worked out.

        ``image_shape`` is (height, width, channels). Raises :class:`ArchitectureError`, which names
        the image shape, the layer at which it breaks, why, and what would fit.
        """
        height, width, channels = image_shape
        try:
            layers = self._built((height, width, channels), classes)
        except NumpynetError as error:
            fits = self._what_fits(channels, classes) if isinstance(error, TooSmallError) else ""
            raise ArchitectureError(
                f"architecture {self.name} does not fit images of {text(image_shape)}: "
                f"{error}{fits}"
            ) from None
        return BoundArchitecture(
            self.name,
            self.title,
            self.source,
            "convolutional" if any(layer.convolves for _, layer in walk(layers)) else "dense",
            (height, width, channels),
            classes,
            _bound_row(layers, Sees(), (height, width), ""),
        )

    def _built(self, image_shape: tuple[int, int, int], classes: int) -> list[Layer]:
        layers = [layer_from_config(with_classes(config, classes)) for config in self.layers]
        output = build_row(layers, image_shape, "float32")
        last, where = layers[-1], f"layers[{len(layers) - 1}] ({layers[-1].kind})"
        if "softmax" not in (getattr(last, "activation", None), getattr(last, "name", None)):
            raise NumpynetError(
                f"{where} is the last layer and must end in a softmax over the classes, such as "
                "`dense: {units: classes, activation: softmax}`"
            )
        if output != (classes,):
            flat = len(output) == 1
            raise NumpynetError(
                f"{where} is the last layer and gives {text(output)} values, but the data have "
                f"{classes} classes; "
                + ("`units: classes` follows the data set" if flat else "flatten it first")
            )
        return layers

    def _what_fits(self, channels: int, classes: int) -> str:
        def fits(size: int) -> bool:
            try:
                return bool(self._built((size, size, channels), classes))
            except NumpynetError:
                return False

        size = bisect_left(range(_LARGEST_TRIED), True, key=fits)
        if not fits(size):
            return ""
        return f"; it fits images from {size}x{size}, or use a smaller window or `padding: same`"


def with_classes(config: Any, classes: int) -> Any:
    """Return a configuration with a number for :data:`CLASSES`, in the layers within too."""
    if isinstance(config, dict):
        return {key: with_classes(value, classes) for key, value in config.items()}
    if isinstance(config, list):
        return [with_classes(value, classes) for value in config]
    return classes if config == CLASSES else config


def _bound_row(
    layers: Sequence[Layer], field: Sees, image: tuple[int, int], within: str
) -> list[BoundLayer]:
    bound = []
    for index, layer in enumerate(layers):
        name = f"{within}{index}_{layer.kind}"
        parts = {
            part: _bound_row(row, field, image, f"{name}/{part}/")
            for part, row in layer.parts().items()
        }
        field = layer.sees(field)
        config, settings = layer.config(), settings_of(layer).items()
        bound.append(
            BoundLayer(
                index,
                name,
                layer.kind,
                {key: config[key] for key, each in settings if not each.metadata["kind"].layers},
                layer.input_shape,
                layer.output_shape,
                {
                    key: BoundWeight(each.shape, each.start, each.fans and each.fans[:2])
                    for key, each in layer.weights().items()
                },
                layer.macs(),
                (ceil(min(field.rows, image[0])), ceil(min(field.columns, image[1]))),
                parts,
            )
        )
    return bound
