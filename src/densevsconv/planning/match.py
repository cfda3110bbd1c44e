"""A counterpart of equal size: every width of an architecture multiplied by one factor."""

from bisect import bisect_left
from dataclasses import replace
from typing import Any

from densevsconv.networks.bind import Architecture
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.results.plan import Matched

WIDTHS = ("units", "filters")
"""What is multiplied, where it is a number: that of the last layer follows the classes."""
MOST_WIDTH = 2**16
NEAR = 0.1
"""A counterpart that is further from its partner than this is none."""


def match(
    described: Architecture, partner: BoundArchitecture, case: str, by: str
) -> tuple[BoundArchitecture, Matched]:
    """Return the architecture as wide as comes nearest to its partner's number of ``by``.

    ``by`` is "parameters" or "macs", ``case`` the partner's name. The widest layer has every whole
    number, and the others follow in proportion. ValueError, in words, where none is near.
    """
    widest = max(_widths(described.layers), default=0)
    if not widest:
        raise ValueError("found no layer of a width; allowed: dense layers or convolutions")
    wanted = getattr(partner, by)

    def bound(width: int) -> BoundArchitecture:
        layers = _scaled(described.layers, width / widest)
        return replace(described, layers=layers).bind(partner.image_shape, partner.classes)

    first = bisect_left(range(1, MOST_WIDTH), wanted, key=lambda width: getattr(bound(width), by))
    near = [bound(width) for width in (max(first, 1), first + 1)]
    found = min(near, key=lambda each: abs(getattr(each, by) - wanted))
    count, factor = getattr(found, by), ((first or 1) + near.index(found)) / widest
    if abs(count - wanted) > NEAR * wanted:
        raise ValueError(
            f"found {count:,} {by} where {described.name} comes nearest to the {wanted:,} of "
            f"{case}; allowed: within {NEAR:.0%}"
        )
    name, title = f"{described.name}-{by}-of-{case}", f"{described.title}, x{factor:.3g}"
    record = Matched(case=case, by=by, factor=factor, wanted=wanted, found=count)
    return replace(found, name=name, title=title), record


def _widths(config: Any) -> list[int]:
    if isinstance(config, list):
        return [width for each in config for width in _widths(each)]
    if not isinstance(config, dict):
        return []
    own = [config[key] for key in WIDTHS if isinstance(config.get(key), int)]
    return own + [width for each in config.values() for width in _widths(each)]


def _scaled(config: Any, factor: float) -> Any:
    if isinstance(config, list):
        return [_scaled(each, factor) for each in config]
    if not isinstance(config, dict):
        return config
    return {
        key: max(1, round(value * factor))
        if key in WIDTHS and isinstance(value, int)
        else _scaled(value, factor)
        for key, value in config.items()
    }
