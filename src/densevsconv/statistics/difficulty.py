"""The same networks on several forms of the same images: what a change of the images costs.

Every changed form is compared with the reference, network by network, and by how far the best
convolutional network is ahead of the best dense one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from densevsconv.statistics.case_results import CaseResults, comparison_columns
from densevsconv.statistics.comparison import compare
from densevsconv.statistics.forms import counterparts, forms

FAMILIES = ("convolutional", "dense")


def difficulty_rows(
    results: list[CaseResults], datasets: dict[str, Any], confidence: float
) -> list[dict[str, Any]]:
    """Return the rows of difficulty.csv, see docs/files.md.

    A row's difference is of test accuracies: (case_a - minus_a) - (case_b - minus_b), where a is
    on the changed form and b on the reference; nothing is subtracted in the rows of one network.
    """
    by_case = {result.case: result for result in results}
    plans = {result.case: result.plan for result in results}
    rows: list[dict[str, Any]] = []
    for reference, others in forms(datasets).items():
        for other in others:
            pairs = [
                (by_case[a], by_case[b]) for b, a in counterparts(plans, other, reference).items()
            ]
            names = {
                "base": datasets[reference]["dataset"],
                "dataset_a": other,
                "dataset_b": reference,
                **dict.fromkeys(("family", "architecture", "minus_a", "minus_b")),
            }
            rows += [
                names | row for row in (*_networks(pairs, confidence), *_lead(pairs, confidence))
            ]
    return rows


def _networks(
    pairs: list[tuple[CaseResults, CaseResults]], confidence: float
) -> Iterator[dict[str, Any]]:
    for a, b in pairs:
        yield {
            "kind": "network",
            "family": a.plan["family"],
            "architecture": a.plan["architecture"]["name"],
            "engine": a.plan["engine"],
            "case_a": a.case,
            "case_b": b.case,
        } | comparison_columns(a, b, confidence)


def _lead(
    pairs: list[tuple[CaseResults, CaseResults]], confidence: float
) -> Iterator[dict[str, Any]]:
    """Yield how much further ahead the best convolutional network is on a than on b, if at all.

    The best of a family are chosen on the validation images of each form, among the networks that
    both forms have, on one engine: that of the best network of the reference.
    """
    if not pairs:
        return
    engine = max((b for _, b in pairs), key=lambda result: result.merit).plan["engine"]
    pairs = [pair for pair in pairs if pair[1].plan["engine"] == engine]
    if {b.plan["family"] for _, b in pairs} != set(FAMILIES):
        return
    best = {
        (side, family): max(
            (pair[side] for pair in pairs if pair[side].plan["family"] == family),
            key=lambda result: result.merit,
        )
        for side in (0, 1)
        for family in FAMILIES
    }
    (a, minus_a), (b, minus_b) = ([best[side, family] for family in FAMILIES] for side in (0, 1))
    # the repetitions that all four made from the same seeds
    shared = [dict(result.seeds) for result in (a, minus_a, b, minus_b)]
    common = [
        repetition
        for repetition, seeds in shared[0].items()
        if all(other.get(repetition) == seeds for other in shared[1:])
    ]
    if not common:
        return
    yield {
        "kind": "lead",
        "engine": engine,
        "case_a": a.case,
        "minus_a": minus_a.case,
        "case_b": b.case,
        "minus_b": minus_b.case,
    } | asdict(
        compare(
            _differences(a, minus_a, common),
            _differences(b, minus_b, common),
            confidence,
            paired=True,
        )
    )


def _differences(a: CaseResults, b: CaseResults, repetitions: list[int]) -> list[float]:
    """Return a minus b, repetition by repetition."""
    of_a, of_b = (
        dict(zip((repetition for repetition, _ in result.seeds), result.accuracies, strict=True))
        for result in (a, b)
    )
    return [of_a[repetition] - of_b[repetition] for repetition in repetitions]
