"""Claims as a study's file has them: what is refused, and what the message says."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from densevsconv.claims.registry import Claim, check_claims
from densevsconv.schema.messages import explain
from densevsconv.schema.strict import Strict

CASES = {"dense_8": "digits", "conv_8": "digits", "dense_28": "mnist"}
CLASSES = {"digits": ["0", "1", "8"], "mnist": ["zero", "one"]}


class Part(Strict):
    """What of a study's schema matters here."""

    claims: dict[str, Claim]


def claim(*tests: dict[str, Any]) -> dict[str, Any]:
    return {"text": "It is so.", "source": "Table I", "tests": list(tests)}


def message(content: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        Part.model_validate({"claims": {"mine": content}})
    return explain(caught.value, file="study.yaml", model=Part)


def problems(*tests: dict[str, Any]) -> list[tuple[str, str]]:
    claims = {"mine": Claim.model_validate(claim(*tests))}
    return list(check_claims(claims, CASES, CLASSES))


def test_a_claim_is_read_back_as_it_was_dumped_and_a_class_may_be_a_number() -> None:
    tests: list[dict[str, Any]] = [
        {"difference": {"a": "dense_8", "b": "conv_8"}},
        {"time_ratio": {"a": "conv_8", "b": "dense_8", "value": 10, "factor": 2}},
        {"hardest_class": {"cases": ["dense_8", "conv_8"], "classes": [8]}},
    ]
    written = Claim.model_validate(claim(*tests))
    assert list(check_claims({"mine": written}, CASES, CLASSES)) == []
    dumped = written.model_dump()
    assert Claim.model_validate(dumped) == written
    assert [list(test) for test in dumped["tests"]] == [list(test) for test in tests]
    assert dumped["tests"][2]["hardest_class"]["classes"] == ["8"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (claim(), r"claims.mine.tests: found \[\]; allowed: a list, not empty"),
        (claim({"diference": {}}), r'tests.0.diference: unknown key; did you mean "difference"\?'),
        (claim({"difference": None}), r"tests.0.difference: found null; allowed: a mapping"),
        (claim({"difference": {"a": "x"}}), r"tests.0.difference.b: missing; allowed: a case"),
        (
            claim({"difference": {"a": "x", "b": "y", "at_least": "0"}}),
            r'at_least: found "0"; allowed: a number of at least -1 and at most 1',
        ),
        (
            claim({"accuracy": {"cases": ["a"]}}),
            r"tests.0.accuracy: found neither at_least nor at_most; allowed: at_least or at_most",
        ),
        (claim({"accuracy": {"cases": ["a"], "at_least": 0.1, "at_most": 0.2}}), r"found both"),
        (claim({"accuracy": {"cases": ["a"], "at_most": 30}}), r"at_most: .*found 30"),
        (claim({"accuracy": {"cases": [], "at_most": 0.3}}), r"cases: found \[\]; allowed: a list"),
        (claim({"near": {"case": "a", "value": 0.5, "within": 0}}), r"within: found 0; .*above 0"),
        (
            claim({"time_ratio": {"a": "a", "b": "b", "value": 10, "factor": 1}}),
            r"factor: found 1; allowed: a number above 1",
        ),
        (claim({"overfits": {"margin": 0.1}}), r"found neither cases nor others; allowed: at lea"),
        (claim({"hardest_class": {"cases": ["a"], "classes": [True]}}), r"classes.0: found true"),
        ({"tests": []}, r"claims.mine.text: missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(content: dict[str, Any], expected: str) -> None:
    found = message(content)
    assert found.startswith("study.yaml: claims.mine")
    assert re.search(expected, found), found
    assert "\n" not in found


@pytest.mark.parametrize(
    ("test", "key", "expected"),
    [
        (
            {"difference": {"a": "dense8", "b": "conv_8"}},
            "mine.tests.0.difference.a",
            r'unknown case "dense8"; did you mean "dense_8"\? allowed: dense_8, conv_8, dense_28',
        ),
        (
            {"difference": {"a": "dense_8", "b": "dense_8"}},
            "mine.tests.0.difference.b",
            r'found "dense_8" again, as a; allowed: another case',
        ),
        (
            {"accuracy": {"cases": ["dense_8", "what"], "at_most": 0.3}},
            "mine.tests.0.accuracy.cases.1",
            r'unknown case "what"',
        ),
        ({"near": {"case": "x", "value": 0.1, "within": 0.1}}, "mine.tests.0.near.case", "unknown"),
        (  # nothing else can be said of a case that is not there
            {"time_ratio": {"a": "x", "b": "dense_8", "value": 10, "factor": 2}},
            "mine.tests.0.time_ratio.a",
            "unknown case",
        ),
        (
            {"hardest_class": {"cases": ["x"], "classes": [8]}},
            "mine.tests.0.hardest_class.cases.0",
            "unknown case",
        ),
        (
            {"time_ratio": {"a": "dense_28", "b": "dense_8", "value": 10, "factor": 2}},
            "mine.tests.0.time_ratio.b",
            r'found "dense_8" of data set digits, while dense_28 is of mnist; allowed: a case of '
            "mnist",
        ),
        (
            {"hardest_class": {"cases": ["dense_8"], "classes": [8, 9]}},
            "mine.tests.0.hardest_class.classes.1",
            r'unknown class of digits "9"; allowed: 0, 1, 8',
        ),
        (
            {"hardest_class": {"cases": ["dense_8", "dense_28"], "classes": [8]}},
            "mine.tests.0.hardest_class.classes.0",
            r'unknown class of mnist "8"',
        ),
        (
            {"easiest_class": {"cases": ["dense_28"], "classes": ["zero", "one"]}},
            "mine.tests.0.easiest_class.classes",
            r"found every class of mnist; allowed: some of them",
        ),
        (
            {"overfits": {"cases": ["dense_8"], "others": ["conv_8", "nope"], "margin": 0.1}},
            "mine.tests.0.overfits.others.1",
            "unknown case",
        ),
        (
            {"overfits": {"cases": ["dense_8"], "others": ["dense_8"], "margin": 0.1}},
            "mine.tests.0.overfits.others.0",
            r'found "dense_8" again, as cases.0',
        ),
    ],
)
def test_wrong_references(test: dict[str, Any], key: str, expected: str) -> None:
    ((where, problem),) = problems(test)
    assert where == key
    assert re.match(expected, problem), problem


def test_accuracies_of_two_data_sets_may_be_compared() -> None:
    assert problems({"difference": {"a": "dense_8", "b": "dense_28"}}) == []


def test_every_problem_is_found() -> None:
    wrong = {"difference": {"a": "x", "b": "y"}}
    assert [key for key, _ in problems(wrong, wrong)] == [
        f"mine.tests.{index}.difference.{side}" for index in (0, 1) for side in "ab"
    ]
