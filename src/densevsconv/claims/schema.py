"""The schema of a study's ``claims``: what a publication concludes, written as tests on cases.

How each kind of test is judged is in ``densevsconv/claims/``, one file each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from densevsconv.schema.messages import shown, unknown
from densevsconv.schema.strict import ABSENT, Allowed, OneOf, Strict


def _as_text(value: Any) -> Any:
    """Turn a class given as a whole number into its name: YAML reads ``8`` as a number."""
    return str(value) if type(value) is int else value


CaseName = Annotated[str, Allowed("a case of the study")]
ClassName = Annotated[str, BeforeValidator(_as_text), Allowed("the name of a class")]
Share = Annotated[float, Field(ge=0, le=1)]


class Difference(Strict):
    """One case's test accuracy is above another's by more than a margin."""

    a: CaseName = Field(description="The case said to be ahead.")
    b: CaseName = Field(
        description="The case it is compared with; on another data set each is tested on its own "
        "images."
    )
    at_least: float = Field(
        default=0.0,
        ge=-1,
        le=1,
        description="What the test accuracy of a minus that of b must be above; below 0: a is no "
        "further behind than this.",
    )


class Accuracy(Strict):
    """The test accuracy of each case lies on one side of a bound."""

    cases: list[CaseName] = Field(
        min_length=1, description="The claim is about each of them: all must be on that side."
    )
    at_least: Share | None = Field(default=None, description="Their accuracies are above this.")
    at_most: Share | None = Field(
        default=None, description="Their accuracies are below this. Give this or `at_least`."
    )

    @model_validator(mode="after")
    def _one_bound(self) -> Accuracy:
        if (self.at_least is None) == (self.at_most is None):
            found = "neither at_least nor at_most" if self.at_least is None else "both"
            raise ValueError(f"found {found}; allowed: at_least or at_most, one of them")
        return self


class Near(Strict):
    """The test accuracy of a case is that of a publication, give or take."""

    case: CaseName = Field(description="The case that stands for the published network.")
    value: Share = Field(description="The published test accuracy, between 0 and 1.")
    within: float = Field(gt=0, le=1, description="Largest distance from it that counts as near.")


class TimeRatio(Strict):
    """One case takes so many times as long to train as another, give or take a factor."""

    a: CaseName = Field(description="The case said to take longer (or shorter, `value` below 1).")
    b: CaseName = Field(description="The case it is compared with, of the same data set.")
    value: float = Field(gt=0, description="Training time of a over that of b, as published.")
    factor: float = Field(
        gt=1, description="How far off it may be: from value / factor to value * factor."
    )


class HardestClass(Strict):
    """The class that a case recognises worst (lowest recall) is one of those named."""

    cases: list[CaseName] = Field(min_length=1, description="The claim is about each of them.")
    classes: list[ClassName] = Field(
        min_length=1, description="Names of classes; with several, it is one of them."
    )


class EasiestClass(Strict):
    """The class that a case recognises best (highest recall) is one of those named."""

    cases: list[CaseName] = Field(min_length=1, description="The claim is about each of them.")
    classes: list[ClassName] = Field(
        min_length=1, description="Names of classes; with several, it is one of them."
    )


class Overfits(Strict):
    """Some cases overfit and others do not: the validation loss rises after its lowest value."""

    cases: list[CaseName] = Field(default_factory=list, description="Cases that overfit.")
    others: list[CaseName] = Field(default_factory=list, description="Cases that do not.")
    margin: float = Field(
        ge=0,
        description="How far the last epoch's validation loss may be above the lowest, relative "
        "to the lowest (0.05: by 5%), without counting as overfitting.",
    )

    @model_validator(mode="after")
    def _some_case(self) -> Overfits:
        if not self.cases and not self.others:
            raise ValueError("found neither cases nor others; allowed: at least one case")
        return self


class ClaimTest(OneOf):
    """One test of a claim: a mapping with one of these keys."""

    item: ClassVar[str] = "one kind of test"

    difference: Difference = Field(
        default=ABSENT, description="One case is more accurate than another, see Difference."
    )
    accuracy: Accuracy = Field(
        default=ABSENT, description="Accuracies on one side of a bound, see Accuracy."
    )
    near: Near = Field(default=ABSENT, description="An accuracy as published, see Near.")
    time_ratio: TimeRatio = Field(
        default=ABSENT, description="A ratio of training times as published, see TimeRatio."
    )
    hardest_class: HardestClass = Field(
        default=ABSENT, description="The class of lowest recall, see HardestClass."
    )
    easiest_class: EasiestClass = Field(
        default=ABSENT, description="The class of highest recall, see EasiestClass."
    )
    overfits: Overfits = Field(default=ABSENT, description="Which cases overfit, see Overfits.")


class Claim(Strict):
    """A conclusion of a publication, and the tests that must all hold for it to hold."""

    text: str = Field(min_length=1, description="The claim in words, as the report prints it.")
    source: str = Field(default="", description="Where it is made: a table, a section, a page.")
    tests: list[ClaimTest] = Field(
        min_length=1,
        description="The claim holds if all of them hold and fails if any fails; each with one of "
        "the keys of ClaimTest.",
    )


def check_claims(
    claims: Mapping[str, Claim],
    cases: Mapping[str, str],
    class_names: Mapping[str, Sequence[str]],
) -> Iterator[tuple[str, str]]:
    """Yield the wrong references of a study's claims, as (key path below ``claims``, problem).

    Parameters
    ----------
    claims
        By name.
    cases
        Data set of every case of the study, by the case's name.
    class_names
        Names of the classes of every data set, by the data set's name.
    """
    for name, claim in claims.items():
        for index, test in enumerate(claim.tests):
            for key, problem in _problems(test.content, cases, class_names):
                yield f"{name}.tests.{index}.{test.kind}.{key}", problem


def _problems(
    test: Strict, cases: Mapping[str, str], class_names: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    named = list(_named_cases(test))
    strange = [(key, case) for key, case in named if case not in cases]
    for key, case in strange:
        yield key, unknown("case", case, cases)
    if strange:
        return
    first: dict[str, str] = {}
    for key, case in named:
        if case in first:
            yield key, f"found {shown(case)} again, as {first[case]}; allowed: another case"
        first.setdefault(case, key)
    if isinstance(test, TimeRatio) and cases[test.a] != cases[test.b]:
        yield (
            "b",
            f"found {shown(test.b)} of data set {cases[test.b]}, while {test.a} is of "
            f"{cases[test.a]}; allowed: a case of {cases[test.a]}, since times on other images "
            "compare the images too",
        )
    if isinstance(test, HardestClass | EasiestClass):
        for dataset in dict.fromkeys(cases[case] for case in test.cases):
            yield from _wrong_classes(test.classes, dataset, class_names[dataset])


def _named_cases(test: Strict) -> Iterator[tuple[str, str]]:
    """Yield (key, case) of every case that a test names."""
    if isinstance(test, Difference | TimeRatio):
        yield from (("a", test.a), ("b", test.b))
    elif isinstance(test, Near):
        yield "case", test.case
    elif isinstance(test, Accuracy | HardestClass | EasiestClass | Overfits):
        yield from ((f"cases.{index}", case) for index, case in enumerate(test.cases))
    if isinstance(test, Overfits):
        yield from ((f"others.{index}", case) for index, case in enumerate(test.others))


def _wrong_classes(
    classes: Sequence[str], dataset: str, names: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for index, label in enumerate(classes):
        if label not in names:
            yield f"classes.{index}", unknown(f"class of {dataset}", label, names)
    if set(names) <= set(classes):
        yield "classes", f"found every class of {dataset}; allowed: some of them"
