"""What a study's ``report.counterparts`` asks for: the publication's figures and tables, again.

``plan["counterparts"]`` has, by what the publication calls a figure or a table ("Figure 6"), where
the report shows the same: ``figure``, a name of the registry, or ``table``, a name of a table;
``dataset``; ``cases``. A data set may be left out where there are cases. Cheap to import: the
Snakefile lists the figures with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

GRADIENTS = "gradients"
"""The table of one study's gradient checks; the stage of this name checks the cases asked for."""
STUDY_TABLES = ("counterparts", "published", GRADIENTS, "claims", "machine", "claim_tests")
"""The tables there is one of in a study; of the others there is one a data set."""


@dataclass(frozen=True)
class Counterpart:
    """One figure or table of the publication, and where the report shows the same.

    Attributes
    ----------
    of
        What the publication calls it.
    kind
        "figure" or "table".
    name
        Of our figure or table.
    dataset
        None for a table of the whole study.
    cases
        Shown; empty: no case in particular.
    """

    of: str
    kind: str
    name: str
    dataset: str | None
    cases: tuple[str, ...]

    @property
    def slug(self) -> str:
        """What ends the file name of a figure that is drawn for it: ``figure_6``."""
        return re.sub(r"[^a-z0-9]+", "_", self.of.lower()).strip("_")


def counterparts(plan: dict[str, Any]) -> list[Counterpart]:
    """Return the counterparts of a study, tables first, then figures by number.

    An entry that is null (taken out by a scale) is left out.
    """
    asked = {of: entry for of, entry in (plan.get("counterparts") or {}).items() if entry}
    return [_read(of, asked[of], plan) for of in sorted(asked, key=lambda of: _place(of, asked))]


def _read(of: str, entry: dict[str, Any], plan: dict[str, Any]) -> Counterpart:
    cases = tuple(entry.get("cases") or ())
    dataset = entry.get("dataset") or (plan["cases"][cases[0]]["dataset"] if cases else None)
    if entry.get("table") in STUDY_TABLES:
        dataset = None
    kind = "figure" if entry.get("figure") else "table"
    return Counterpart(of, kind, entry[kind], dataset, cases)


def _place(of: str, asked: dict[str, Any]) -> tuple[bool, list[Any]]:
    # the file has its keys in the order of the alphabet: Figure 10 before Figure 5
    parts = re.split(r"(\d+)", of)
    return bool(asked[of].get("figure")), [int(p) if p.isdecimal() else p for p in parts]
