"""What a figure is: a name, a place in the report and a function that draws it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

COLUMN_MM = 85.0
"""Width of a column of the paper, in millimetres."""
PAGE_MM = 175.0
"""Width of both columns and the space between them, in millimetres."""


def searched_keys(case_plan: dict[str, Any]) -> list[str]:
    """Return the settings that a case's search varies."""
    points = case_plan.get("points") or [{}]
    values: dict[str, list[Any]] = {}
    for point in points:
        for key, value in point.items():
            seen = values.setdefault(key, [])
            if value not in seen:
                seen.append(value)
    return [key for key, seen in values.items() if len(seen) > 1]


@dataclass(frozen=True)
class Figure:
    """One figure of a data set, drawn for some of its cases.

    Attributes
    ----------
    name
        Of the figure, of its file and of its caption (``workflow/report/<name>.rst``).
    section
        Where the report shows it.
    width
        "column" or "page": how wide it is printed.
    alt
        What the picture shows, for people who do not see it.
    draw
        ``draw(results, dataset, cases)`` returns the drawn matplotlib figure.
    wanted
        Given a case and the study's plan, tells whether the figure shows the case. A figure that
        shows no case of a data set is not drawn.
    cases_per_page
        A figure with more cases than this is continued in a second file; None: all in one.
    requested
        Drawn only where the study's ``report.counterparts`` ask for it, once for each of them.
    """

    name: str
    section: Literal[
        "data",
        "search",
        "results",
        "difficulty",
        "errors",
        "cost",
        "engines",
        "confusion",
        "publication",
    ]
    width: Literal["column", "page"]
    alt: str
    draw: Callable[[Results, str, list[str]], matplotlib.figure.Figure]
    wanted: Callable[[str, dict[str, Any]], bool] = lambda case, plan: True
    cases_per_page: int | None = None
    requested: bool = False
