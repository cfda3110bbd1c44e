"""Captions: one file a figure or table, shared with Snakemake's own report.

They are reStructuredText of the simplest kind: one paragraph, ``code`` and *emphasis*; no numbers.
"""

from __future__ import annotations

import re
from pathlib import Path

from densevsconv.errors import DataError


def read_caption(path: Path) -> str:
    """Return a caption, with its markup; a missing file is a :class:`DataError` that names it.

    Digits are refused, so that a caption cannot state a result.
    """
    try:
        text = " ".join(path.read_text(encoding="utf-8").split())
    except FileNotFoundError:
        raise DataError(f"{path}: file not found; every figure and table has a caption") from None
    if found := re.search(r"\S*\d\S*", text):
        raise DataError(f"{path}: found {found[0]!r}; captions hold no digits (write words)")
    return text
