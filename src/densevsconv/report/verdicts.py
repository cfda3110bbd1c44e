"""Sentences that depend on the sign of a difference and on its interval."""

from __future__ import annotations

from densevsconv.report import rich
from densevsconv.report.study import Study


def outcome(study: Study, convolutional: str, dense: str) -> str:
    """Return who is ahead beyond the interval: a family, "level" or "unknown"."""
    low = study.comparison_value(convolutional, dense, "difference_low")
    high = study.comparison_value(convolutional, dense, "difference_high")
    if low is None or high is None:
        return "unknown"
    if low > 0:
        return "convolutional"
    return "dense" if high < 0 else "level"


def verdict(study: Study, convolutional: str, dense: str) -> str:
    """Return the sentence that compares two cases on the test images."""
    result = outcome(study, convolutional, dense)
    conv_name, dense_name = rich.case(convolutional), rich.case(dense)
    level = study.planned("confidence", form="percent_whole")

    def points(column: str, form: str) -> str:
        return study.comparison(convolutional, dense, f"difference_{column}", form)

    if result == "convolutional":
        return (
            f"{conv_name} beats {dense_name} by {points('mean', 'points_plain')} percentage points "
            f"({level}% interval {points('low', 'points_plain')} to "
            f"{points('high', 'points_plain')})."
        )
    if result == "dense":
        return (
            f"{dense_name} beats {conv_name} by {points('mean', 'points_negated')} percentage "
            f"points ({level}% interval {points('high', 'points_negated')} to "
            f"{points('low', 'points_negated')})."
        )
    if result == "level":
        return (
            f"{conv_name} and {dense_name} cannot be told apart: the difference, convolutional "
            f"minus dense, is {points('mean', 'points')} percentage points ({level}% interval "
            f"{points('low', 'points')} to {points('high', 'points')})."
        )
    return f"{conv_name} and {dense_name} could not be compared, for want of finished seeds."


def tally(study: Study, dataset: str) -> str:
    """Return a sentence on which cases win or lose against the whole other family."""
    pairs = study.pairs(dataset)
    results = [outcome(study, *pair) for pair in pairs]
    if not pairs:
        return ""
    beyond = "beyond the interval"
    if len({study.engine(case) for case in study.cases(dataset)}) > 1:
        beyond = "of the same engine beyond the interval"
    if all(result == "convolutional" for result in results):
        return f"Every convolutional case beats every dense one {beyond}."
    if all(result == "dense" for result in results):
        return f"Every dense case beats every convolutional one {beyond}."

    def always(result: str) -> list[str]:
        found: dict[str, set[str]] = {}
        for pair, other in zip(pairs, results, strict=True):
            found.setdefault(pair[0], set()).add(other)
        return [conv for conv, others in found.items() if others == {result}]

    winners, losers = always("convolutional"), always("dense")
    parts = []
    if winners:
        verb = "beats" if len(winners) == 1 else "beat"
        parts.append(f"{listed(winners)} {verb} every dense case {beyond}")
    if losers:
        every = "every" if parts else "Every"
        parts.append(f"{every} dense case beats {listed(losers)} {beyond}")
    if not parts:
        return "Neither family wins everywhere: the order depends on the pair."
    return "; ".join(parts) + "."


def listed(cases: list[str]) -> str:
    """Return the ids of cases as a list in words."""
    names = [rich.case(case) for case in cases]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
