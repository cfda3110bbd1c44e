"""Numbers and settings as they are printed: a format has a name, so that a reader can audit it.

A setting stays as the configuration has it, so that a reader finds it there; ± stands before what
is drawn evenly, both ways, up to it.
"""

from collections.abc import Callable
from math import isfinite
from typing import Any

from densevsconv.images.transforms.registry import TRANSFORMS

MINUS, TIMES = "\u2212", "\u00d7"
NONE = "none"

_AUGMENTATION = {
    "shift": "shift ±{}",
    "rotation": "rotation ±{}°",
    "zoom": "zoom ±{}",
    "crop": "crop {} px",
    "flip": "mirrored",
    "brightness": "brightness ±{}",
    "contrast": "contrast ±{}",
    "colour_pca": "colour PCA {}",
    "negative": "negatives {}",
    "cutout": "cutout {} px",
    "mixup": "mixup {}",
}


def typographic(text: str) -> str:
    return text.replace("-", MINUS)


def setting(value: Any) -> str:
    """Return a setting as people write it: 0.003, 1e-5, adam, none; mappings and lists in words.

    What a mapping leaves off (zero, false, null) is left out. Raises nothing: what is no number is
    printed as it is.

    >>> setting({"shift": 0.1, "rotation": 10.0, "zoom": 0.0})
    'shift ±0.1, rotation ±10°'
    >>> setting(["conv", "dense"])
    'conv, dense'
    """
    if isinstance(value, dict):
        words = [_augmented(key, each) for key, each in in_order(value).items() if each]
        return ", ".join(words) or NONE
    if isinstance(value, list):
        return ", ".join(map(setting, value)) or NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return NONE
    if not isinstance(value, int | float):
        return str(value)
    # random draws have many digits; three of them say which value it was
    text = f"{value:.3g}" if isinstance(value, float) and abs(value) < 1000 else f"{value:g}"
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        text = f"{mantissa}e{int(exponent)}"
    return typographic(text)


def in_order(augmentation: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping with what is an augmentation first, in the order of its keys."""
    known = [key for key in _AUGMENTATION if key in augmentation]
    return {key: augmentation[key] for key in (*known, *augmentation)}


def change(step: dict[str, Any]) -> str:
    """Return one step of a ``transform`` list in words.

    >>> change({"rotation": 15.0}), change({"clutter": {"patches": 4, "size": 0.25}})
    ('rotation ±15°', 'clutter 4 of size 0.25')
    """
    ((name, value),) = step.items()
    if value is False:
        return f"{name.replace('_', ' ')} off"
    words = TRANSFORMS[name].words
    if isinstance(value, dict):
        return words.format_map({key: setting(each) for key, each in value.items()})
    return words.format(setting(value), setting(value))


def _augmented(key: str, value: Any) -> str:
    words = _AUGMENTATION.get(key, f"{key.replace('_', ' ')} {{}}")
    return words.format(setting(value))


def significant(value: float, digits: int = 3) -> str:
    """Return ``value`` rounded to ``digits`` significant digits, without exponent.

    >>> significant(0.012345), significant(12345.6)
    ('0.0123', '12,300')
    """
    rounded = float(f"{value:.{digits - 1}e}")
    if rounded == 0:
        return "0"
    exponent = int(f"{rounded:e}".partition("e")[2])
    return typographic(f"{rounded:,.{max(digits - 1 - exponent, 0)}f}")


def _p_value(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _scientific(value: float) -> str:
    digits, exponent = f"{value:.1e}".split("e")
    return typographic(f"{digits}e{int(exponent)}")


def _signed(value: float) -> str:
    text = f"{value:+.2f}"
    return typographic(text) if float(text) else text[1:]  # zero has no sign


FORMATS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "setting": setting,
    "change": change,
    "integer": lambda value: typographic(f"{int(value):,}"),
    "percent": lambda value: f"{100 * value:.2f}",
    "percent_short": lambda value: f"{100 * value:.1f}",
    "percent_plain": lambda value: f"{100 * value:g}",
    "percent_whole": lambda value: f"{100 * value:.0f}",
    "points": lambda value: _signed(100 * value),
    "significant": significant,
    "scientific": _scientific,
    "milliseconds": lambda value: significant(1000 * value),
    "mebibytes": lambda value: f"{value / 2**20:,.0f}",
    "gibibytes": lambda value: f"{value / 2**30:.1f}",
    "decimal": lambda value: typographic(f"{value:.3f}"),
    "p_value": _p_value,
}
"""By name; fractions are printed as percentages or percentage points, seconds as they are."""

MISSING = "\u2013"
"""What is printed for a value that a run does not have (a diverged seed, an unreached target)."""


def format_value(value: Any, name: str) -> str:
    """Return ``value`` as the format ``name`` prints it; :data:`MISSING` for null and NaN."""
    if name == "setting":
        return setting(value)
    if value is None or value == "" or (isinstance(value, float) and not isfinite(value)):
        return MISSING
    return FORMATS[name](value)
