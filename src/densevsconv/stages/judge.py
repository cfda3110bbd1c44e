"""Judge: which of a publication's claims hold on this study's results.

A verdict comes from an interval at the study's confidence, never from an estimate alone. No
correction is made for the number of verdicts, so that adding a claim changes no other one; the
file says instead how many wrong verdicts that lets one expect.
"""

from pydantic import Field

from densevsconv.claims.kind import VERDICTS
from densevsconv.claims.registry import Claim, judge_claim
from densevsconv.results.claims import Claims, MultipleTesting
from densevsconv.results.study import Study
from densevsconv.stages.evaluate import EvaluatedCase
from densevsconv.stages.plan import Files, Plan, of_each
from densevsconv.store.layout import Layout


class JudgePlan(Plan):
    """plan/judge.json."""

    confidence: float = Field(description="Of the intervals.")
    claims: dict[str, Claim] = Field(description="By name.")
    cases: dict[str, EvaluatedCase] = Field(description="All of the study; none without claims.")


def inputs(plan: JudgePlan, at: Layout) -> Files:
    return {
        **of_each(sorted({case.dataset for case in plan.cases.values()}), info=at.data_info),
        **of_each(plan.cases, runs=at.runs, history=at.history),
        **of_each(plan.cases, evaluations=at.evaluation, timings=at.timing),
    }


def outputs(plan: JudgePlan, at: Layout) -> Files:
    return {"claims": at.claims}


def run(plan: JudgePlan, at: Layout) -> None:
    judged(plan, Study(plan, at)).write(at.claims)


def judged(plan: JudgePlan, study: Study[JudgePlan]) -> Claims:
    if not plan.claims:
        return Claims(claims={})
    claims = {
        name: judge_claim(claim, study, plan.confidence) for name, claim in plan.claims.items()
    }
    verdicts = [claim.verdict for claim in claims.values()]
    tests = [test for claim in claims.values() for test in claim.tests]
    bounds = sum((test.above is not None) + (test.below is not None) for test in tests)
    return Claims(
        claims=claims,
        confidence=plan.confidence,
        verdicts={verdict: verdicts.count(verdict) for verdict in VERDICTS},
        multiple_testing=MultipleTesting(
            correction="none",
            tests=len(tests),
            # a wrong verdict needs the true value beyond an end of a two-sided interval: one end
            # where the claim has one bound; either where it has two and the value is between them
            wrong_verdicts_expected_at_most=bounds * (1 - plan.confidence) / 2,
        ),
    )
