"""Judge: which of a publication's claims hold on this study's results.

A verdict comes from an interval at the study's confidence, never from an estimate alone. What a
study cannot test (on other data, with less training than the publication's, with networks that did
not train) is said not to be tested, and left out of every count. No correction is made for the
number of verdicts, so that adding a claim changes no other one; the file says instead how many
wrong verdicts that lets one expect.
"""

from collections import Counter
from typing import get_args

from pydantic import Field

from densevsconv.claims.kind import UNTESTED, VERDICTS
from densevsconv.claims.registry import Claim, judge_claim
from densevsconv.results.claims import Claims, Group, MultipleTesting
from densevsconv.results.study import Study
from densevsconv.stages.evaluate import EvaluatedCase
from densevsconv.stages.plan import Files, Plan, of_each
from densevsconv.store.layout import Layout


class JudgedCase(EvaluatedCase):
    """A case, as a verdict on it needs it."""

    other_data: str = Field(
        default="", description="Why its data are not the publication's; or empty."
    )
    images_shown: int | None = Field(
        default=None,
        description="How many images the publication's training was shown: images times epochs.",
    )
    twins: dict[str, str] = Field(
        default_factory=dict,
        description="The same network, trained alike, by the other engines that train it.",
    )


class JudgePlan(Plan):
    """plan/judge.json."""

    confidence: float = Field(description="Of the intervals.")
    claims: dict[str, Claim] = Field(description="By name.")
    cases: dict[str, JudgedCase] = Field(description="All of the study; none without claims.")


def inputs(plan: JudgePlan, at: Layout) -> Files:
    return {
        **of_each(sorted({case.dataset for case in plan.cases.values()}), info=at.data_info),
        **of_each(plan.cases, runs=at.runs, history=at.history, predictions=at.predictions),
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
    found = Counter((claim.group, claim.verdict) for claim in claims.values())
    groups = [group for group in get_args(Group) if any(group == key[0] for key in found)]
    tests = [t for claim in claims.values() for t in claim.tests if t.verdict != UNTESTED]
    # one that asks for a published number has an end on either side of it
    bounds = sum((t.above is not None) + (t.below is not None) or 2 for t in tests)
    return Claims(
        claims=claims,
        confidence=plan.confidence,
        groups={group: {told: found[group, told] for told in VERDICTS} for group in groups},
        tested=sum(claim.verdict != UNTESTED for claim in claims.values()),
        multiple_testing=MultipleTesting(
            correction="none",
            tests=len(tests),
            # a wrong verdict needs the true value beyond an end of a two-sided interval: one end
            # where the claim has one bound; either where it has two and the value is between them
            wrong_verdicts_expected_at_most=bounds * (1 - plan.confidence) / 2,
        ),
    )
