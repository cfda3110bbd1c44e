"""Every kind of test by the key it has in a study's file, and the schema of a claim.

A new kind is a class in a file beside this one, and a line here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field, create_model

from densevsconv.claims.accuracy import Accuracy
from densevsconv.claims.difference import Difference
from densevsconv.claims.equivalent import Equivalent
from densevsconv.claims.extreme_class import EasiestClass, HardestClass
from densevsconv.claims.kind import CASE, CLASS, DEPENDS, FAILS, HOLDS, Kind, verdict_of_all
from densevsconv.claims.near import Near
from densevsconv.claims.overfits import Overfits
from densevsconv.claims.time_ratio import TimeRatio
from densevsconv.results.claims import ClaimRecord, Group, Judged, TwinRecord
from densevsconv.results.study import Study
from densevsconv.schema.messages import shown, unknown
from densevsconv.schema.strict import ABSENT, MADE, OneOf, Strict

KINDS: dict[str, type[Kind]] = {
    kind.key: kind
    for kind in (
        *(Difference, Equivalent, Accuracy, Near),
        *(TimeRatio, HardestClass, EasiestClass, Overfits),
    )
}


class OneTest(OneOf):
    """One test of a claim: a mapping with one of these keys."""

    item: ClassVar[str] = "one kind of test"


_FIELDS: dict[str, Any] = {
    name: (kind, Field(default=ABSENT, description=f"{kind.__doc__} See {kind.__name__}."))
    for name, kind in KINDS.items()
}

ClaimTest: type[OneTest] = create_model(
    "ClaimTest", __base__=OneTest, __doc__=OneTest.__doc__, __cls_kwargs__=MADE, **_FIELDS
)
"""The schema of an item of a claim's ``tests``: a key for every kind."""


class Claim(Strict):
    """A conclusion of a publication, and the tests that must all hold for it to hold."""

    text: str = Field(min_length=1, description="The claim in words, as the report prints it.")
    source: str = Field(default="", description="Where it is made: a table, a section, a page.")
    group: Group = Field(
        default="conclusions",
        description="What it is counted with: `conclusions` of the publication, its `scores`, or "
        "the `reconstruction` of its code.",
    )
    tests: list[ClaimTest] = Field(  # type: ignore[valid-type]
        min_length=1,
        description="The claim holds if all of them hold and fails if any fails; each with one of "
        "the keys of ClaimTest.",
    )


def check_claims(
    claims: Mapping[str, Claim],
    datasets: Mapping[str, str],
    class_names: Mapping[str, Sequence[str]],
) -> Iterator[tuple[str, str]]:
    """Yield the wrong references of a study's claims, as (key path below ``claims``, problem).

    ``datasets`` has the data set of every case, ``class_names`` the classes of every data set.
    """
    for name, claim in claims.items():
        tests: list[OneTest] = claim.tests
        for index, test in enumerate(tests):
            for key, problem in _problems(test.content, datasets, class_names):
                yield f"{name}.tests.{index}.{test.kind}.{key}", problem


def _problems(
    test: Kind, datasets: Mapping[str, str], class_names: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    cases = list(test.named(CASE))
    if strange := [(key, case) for key, case in cases if case not in datasets]:
        # nothing else can be said of a case that is not there
        yield from ((key, unknown("case", case, datasets)) for key, case in strange)
        return
    first: dict[str, str] = {}
    for key, case in cases:
        if case in first:
            yield key, f"found {shown(case)} again, as {first[case]}; allowed: another case"
        first.setdefault(case, key)
    yield from test.problems(datasets)
    classes = list(test.named(CLASS))
    for dataset in dict.fromkeys(datasets[case] for _, case in cases) if classes else ():
        names = class_names[dataset]
        for key, label in classes:
            if label not in names:
                yield key, unknown(f"class of {dataset}", label, names)
        if set(names) <= {label for _, label in classes}:
            key, _, _ = classes[0][0].partition(".")
            yield key, f"found every class of {dataset}; allowed: some of them"


def judge_claim(claim: Claim, study: Study[Any], confidence: float) -> ClaimRecord:
    """Return the verdict on a claim, on the cases that it names and on their twins.

    A twin is the same network, trained alike by another engine.
    """
    asked: list[OneTest] = claim.tests
    named = [test.content for test in asked]
    twins_of = {
        name: study.plan.cases[name].twins for test in named for _, name in test.named(CASE)
    }
    twins = []
    for engine in sorted({engine for twins in twins_of.values() for engine in twins}):
        other = {name: twins[engine] for name, twins in twins_of.items() if engine in twins}
        found = _judged([test.on_other_cases(other) for test in named], study, confidence)
        twins.append(TwinRecord(engine=engine, **dict(found)))
    own = _judged(named, study, confidence)
    told = {own.verdict, *(twin.verdict for twin in twins)}
    return ClaimRecord(
        text=claim.text,
        source=claim.source,
        group=claim.group,
        verdict=DEPENDS if {HOLDS, FAILS} <= told else own.verdict,
        tests=own.tests,
        twins=twins,
    )


def _judged(tests: Sequence[Kind], study: Study[Any], confidence: float) -> Judged:
    records = [record for test in tests for record in test.judge(study, confidence)]
    return Judged(verdict=verdict_of_all(record.verdict for record in records), tests=records)
