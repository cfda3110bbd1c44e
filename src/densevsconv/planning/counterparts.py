"""Checking a study's ``report.counterparts``: a publication's figures and tables, shown again."""

from collections.abc import Iterator, Mapping, Sequence

from densevsconv.planning.resolved import ResolvedCase
from densevsconv.report.contents import GRADIENTS, STUDY_TABLES, TABLES
from densevsconv.report.figures.registry import FIGURES
from densevsconv.results.plan import Counterpart
from densevsconv.schema.messages import unknown

OF_CASES = ("curves_and_confusion", "loss_curves", "feature_maps", "predictions")
"""Figures that show the cases they are asked for, and no others."""


def check_counterparts(
    counterparts: Mapping[str, Counterpart | None],
    cases: Mapping[str, ResolvedCase],
    checked: Sequence[str],
) -> Iterator[tuple[str, str]]:
    """Yield key and problem of what leads nowhere; ``checked``: cases of the gradient check."""
    figures = [figure.name for figure in FIGURES]
    used = sorted({case.dataset for case in cases.values()})
    for of, entry in counterparts.items():
        if entry is None:
            continue
        if entry.figure is not None and entry.figure not in figures:
            yield f"{of}.figure", unknown("figure", entry.figure, figures)
        if entry.table is not None and entry.table not in TABLES:
            yield f"{of}.table", unknown("table", entry.table, TABLES)
        if entry.dataset is not None and entry.dataset not in used:
            yield f"{of}.dataset", unknown("data set", entry.dataset, used)
        for index, case in enumerate(entry.cases):
            if case not in cases:
                yield f"{of}.cases.{index}", unknown("case", case, cases)
        shown = [cases[case] for case in entry.cases if case in cases]
        if entry.table not in STUDY_TABLES and len({case.dataset for case in shown}) > 1:
            yield f"{of}.cases", "found cases of several data sets; allowed: of one"
        elif shown and entry.dataset not in (None, shown[0].dataset):
            yield (
                f"{of}.dataset",
                f"found {entry.dataset}; allowed: {shown[0].dataset}, that of the cases, or null",
            )
        if entry.figure in OF_CASES and not entry.cases:
            yield f"{of}.cases", f"found none; allowed: at least one for {entry.figure}"
        of_data = entry.table not in STUDY_TABLES
        if of_data and not entry.cases and entry.dataset is None:
            yield f"{of}.dataset", f"found null; allowed: one of {', '.join(used)}"
        if entry.table == GRADIENTS and not checked:
            yield f"{of}.table", "found gradients; allowed: where gradients.cases names some"
        if entry.figure == "feature_maps" and any(
            all(layer.kind != "conv" for layer in case.architecture.walk()) for case in shown
        ):
            yield f"{of}.cases", "found a network without convolutions; allowed: one with conv"
