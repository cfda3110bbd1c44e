"""Judge: which of a publication's claims hold on this study's results.

in      plan/judge.json, data/<dataset>/info.json, refit/<case>/runs.json, history.parquet and
        predictions.parquet, evaluate/<case>.json, time/<case>.json
out     claims.json

A verdict comes from an interval at the study's confidence, never from an estimate alone. No
correction is made for the number of verdicts, so that adding a claim changes no other one; the
file says instead how many wrong verdicts that lets one expect.
"""

from __future__ import annotations

from typing import Any

from densevsconv.claims.kinds import JUDGES
from densevsconv.claims.record import VERDICTS, Record, verdict_of_all
from densevsconv.claims.results import Results
from densevsconv.claims.schema import Claim
from densevsconv.results.claims import Claims
from densevsconv.store.files import read_json
from densevsconv.store.layout import Layout


def run(layout: Layout, *, threads: int = 1) -> None:
    """Write the verdict on every claim of the study."""
    Claims.model_validate(judged(layout)).write(layout.claims)


def judged(layout: Layout) -> dict[str, Any]:
    """Return the content of claims.json; of a study without claims ``{"claims": {}}``."""
    plan = read_json(layout.plan("judge"))
    confidence = plan["confidence"]
    datasets = {case: of_case["dataset"] for case, of_case in plan["cases"].items()}
    results = Results(layout, datasets)
    claims = {
        name: judge_claim(Claim.model_validate(claim), results, confidence)
        for name, claim in plan["claims"].items()
    }
    if not claims:
        return {"claims": {}}
    verdicts = [claim["verdict"] for claim in claims.values()]
    tests = [test for claim in claims.values() for test in claim["tests"]]
    bounds = sum(test[side] is not None for test in tests for side in ("above", "below"))
    return {
        "confidence": confidence,
        "claims": claims,
        "verdicts": {verdict: verdicts.count(verdict) for verdict in VERDICTS},
        "multiple_testing": {
            "correction": "none",
            "tests": len(tests),
            # a wrong verdict needs the true value beyond an end of a two-sided interval: one end
            # where the claim has one bound; either where it has two and the value is between them
            "wrong_verdicts_expected_at_most": bounds * (1 - confidence) / 2,
        },
    }


def judge_claim(claim: Claim, results: Results, confidence: float) -> dict[str, Any]:
    """Return a claim with its tests' records and the verdict that follows from them."""
    records = [
        record
        for test in claim.tests
        for record in JUDGES[test.kind](test.content, results, confidence)
    ]
    return {
        "text": claim.text,
        "source": claim.source,
        "verdict": verdict_of_all(record.verdict for record in records),
        "tests": [_test(record, results) for record in records],
    }


def _test(record: Record, results: Results) -> dict[str, Any]:
    dead = [case for case in record.cases if not any(results.learned(case).values())]
    return record.to_dict() | {"learned_nothing": dead}
