"""How a number of a result file is printed; a format has a name, so that a reader can audit it."""

from collections.abc import Callable
from math import isfinite
from typing import Any

from densevsconv.report.wording import change, setting, typographic


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
    "points_plain": lambda value: typographic(f"{100 * value:.2f}"),
    "points_size": lambda value: f"{abs(100 * value):.2f}",
    "points_negated": lambda value: typographic(f"{-100 * value:.2f}"),
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
