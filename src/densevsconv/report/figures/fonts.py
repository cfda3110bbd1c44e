"""Fonts for names in any script, and what is written for characters that no font has."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LEFT_TO_RIGHT = "\u200e"


@dataclass(frozen=True)
class Fonts:
    """Font files, DejaVu Sans first, and the characters that none of them has."""

    files: list[Path]
    missing: frozenset[str]

    def legible(self, text: str) -> str:
        """Return a text with [U+4E2D] and the like for the characters that are missing.

        Words written from right to left stay one piece in a sentence from left to right.
        """
        text = "".join(f"[U+{ord(c):04X}]" if c in self.missing else c for c in text)
        if any(unicodedata.bidirectional(c) in ("R", "AL") for c in text):
            return f"{LEFT_TO_RIGHT}{text}{LEFT_TO_RIGHT}"
        return text


def fonts_for(texts: Iterable[str]) -> Fonts:
    """Return fonts for these texts: DejaVu Sans, which comes with matplotlib, and the system's."""
    from matplotlib import get_data_path
    from matplotlib.font_manager import findSystemFonts
    from matplotlib.ft2font import FT2Font

    # format characters are obeyed, not drawn
    wanted = {c for c in "".join(texts) if unicodedata.category(c) != "Cf"}
    files = [Path(get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")]
    wanted = {c for c in wanted if not FT2Font(files[0]).get_char_index(ord(c))}
    for file in map(Path, sorted(findSystemFonts()) if wanted else ()):
        try:
            font = FT2Font(file)
        except (OSError, RuntimeError):  # no font, or of a kind that is not read
            continue
        found = {c for c in wanted if font.get_char_index(ord(c))}
        # bitmaps have one size, and a last resort a box for everything
        if found and font.scalable and "LastResort" not in file.name:
            files.append(file)
            wanted -= found
    return Fonts(files, frozenset(wanted))
