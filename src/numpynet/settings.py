"""What a layer's settings may be, said once: the check, the words for it, what it means.

A setting is a dataclass field made by `setting`. Its `Kind` turns what a user wrote into the value
that the layer keeps, or says what is allowed; whoever reads layers from files can ask for the same
(``dataclasses.fields(layer)[i].metadata``).
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, replace
from math import isfinite
from typing import Any

import numpy as np

import numpynet.activations as activations
import numpynet.initializers as initializers
from numpynet.arrays import Pair
from numpynet.errors import ConfigurationError


@dataclass(frozen=True)
class Kind:
    """Values of one kind.

    ``parse`` returns the value as layers keep it or raises ``ValueError``; ``allowed`` says what it
    takes, ``words`` are the single words among that; ``layers`` tells that it holds layers.
    """

    parse: Callable[[Any], Any]
    allowed: str
    words: tuple[str, ...] = ()
    layers: bool = False


def setting(kind: Kind, *, description: str, default: Any = MISSING) -> Any:
    """Return the dataclass field of a setting; required without `default`."""
    return field(default=default, metadata={"kind": kind, "description": description})


def settings_of(layer: Any) -> dict[str, Any]:
    """Return name -> field of every setting of a layer or a class of layers, its own first."""
    found = [each for each in fields(layer) if "kind" in each.metadata]
    return {each.name: each for each in sorted(found, key=lambda each: each.kw_only is True)}


def parse_settings(layer: Any) -> None:
    """Check every setting of a new layer and keep it in its one form."""
    for name, each in settings_of(layer).items():
        kind, value = each.metadata["kind"], getattr(layer, name)
        try:
            setattr(layer, name, kind.parse(value))
        except (ValueError, TypeError):
            raise ConfigurationError(
                f"{layer.kind}: {name}: found {value!r}; allowed: {kind.allowed}"
            ) from None


def _whole(value: Any) -> int:
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        raise ValueError(value)
    return int(value)


def _pair(value: Any) -> Pair:
    rows, columns = value if isinstance(value, list | tuple) else (value, value)
    return _whole(rows), _whole(columns)


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError(value)
    return value


def choice(*words: str) -> Kind:
    """Return the kind of one of a few words."""

    def parse(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(value)
        return value

    return Kind(parse, f"one of {', '.join(words)}", words)


def number(allowed: str, inside: Callable[[float], bool]) -> Kind:
    """Return the kind of a finite number that is `inside`, described as `allowed`."""

    def parse(value: Any) -> float:
        real = isinstance(value, int | float) and not isinstance(value, bool)
        if not real or not isfinite(value) or not inside(value):
            raise ValueError(value)
        return float(value)

    return Kind(parse, allowed)


def or_none(kind: Kind) -> Kind:
    """Return the kind of the same values and None."""
    return replace(
        kind,
        parse=lambda value: None if value is None else kind.parse(value),
        allowed=f"{kind.allowed}, or null",
    )


def _known_to(look_up: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def parse(value: Any) -> Any:
        look_up(value)
        return value

    return parse


COUNT = Kind(_whole, "a whole number of at least 1")
OUTPUTS = Kind(_whole, "a whole number, at least 1")
"""How many values or channels come out."""
PAIR = Kind(_pair, "a whole number, at least 1, or two of them: [rows, columns]")
FLAG = Kind(_flag, "true or false")
PADDING = choice("valid", "same")
SHARE = number("a number of at least 0 and below 1", lambda value: 0 <= value < 1)
POSITIVE = number("a number above 0", lambda value: value > 0)
NOT_NEGATIVE = number("a number of at least 0", lambda value: value >= 0)
ACTIVATION = Kind(
    _known_to(activations.activation_function),
    f"one of {', '.join(activations.BUILT_IN)}, or a plug-in's",
    activations.BUILT_IN,
)
INITIALIZER = Kind(_known_to(initializers.initializer), initializers.ALLOWED, initializers.BUILT_IN)
