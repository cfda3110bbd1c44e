"""What people call the engines; an engine without an entry goes by its own name."""

from __future__ import annotations

_TITLES = {"tensorflow": "TensorFlow", "numpy": "NumPy"}


def engine_title(engine: str) -> str:
    """Return an engine's name for people.

    >>> engine_title("numpy"), engine_title("other")
    ('NumPy', 'other')
    """
    return _TITLES.get(engine, engine)
