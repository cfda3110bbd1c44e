"""Claims as a study's file has them: what is refused, and what the message says."""

import re
from typing import Any

import pytest
import yaml
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


WRONG = """
    claims.mine.tests: found []; allowed: a list, not empty
diference: {}
    tests.0.diference: unknown key; did you mean "difference"?
difference: null
    tests.0.difference: found null; allowed: a mapping
difference: {a: x}
    tests.0.difference.b: missing; allowed: a case
difference: {a: x, b: y, at_least: "0"}
    at_least: found "0"; allowed: a number of at least -1 and at most 1
accuracy: {cases: [a]}
    tests.0.accuracy: found neither at_least nor at_most; allowed: at_least or at_most
accuracy: {cases: [a], at_least: 0.1, at_most: 0.2}
    found both
accuracy: {cases: [a], at_most: 30}
    tests.0.accuracy.at_most: found 30
accuracy: {cases: [], at_most: 0.3}
    cases: found []; allowed: a list
equivalent: {a: a, b: b, within: 0}
    within: found 0; allowed: a number above 0
time_ratio: {a: a, b: b, value: 10, factor: 1}
    factor: found 1; allowed: a number above 1
overfits: {margin: 0.1}
    found neither cases nor others; allowed: at lea
hardest_class: {cases: [a], classes: [true]}
    classes.0: found true
"""
"""A test as a study's file has it, and what is said of it."""

REFERENCES = """
difference: {a: dense8, b: conv_8}
    difference.a: unknown case "dense8"; did you mean "dense_8"? allowed: dense_8, conv_8, dense_28
difference: {a: dense_8, b: dense_8}
    difference.b: found "dense_8" again, as a; allowed: another case
accuracy: {cases: [dense_8, what], at_most: 0.3}
    accuracy.cases.1: unknown case "what"
near: {case: x, value: 0.1}
    near.case: unknown
time_ratio: {a: x, b: dense_8, value: 10, factor: 2}
    time_ratio.a: unknown case
hardest_class: {cases: [x], classes: [8]}
    hardest_class.cases.0: unknown case
time_ratio: {a: dense_28, b: dense_8, value: 10, factor: 2}
    time_ratio.b: found "dense_8" of data set digits, while dense_28 is of mnist; allowed: a case of
hardest_class: {cases: [dense_8], classes: [8, 9]}
    hardest_class.classes.1: unknown class of digits "9"; allowed: 0, 1, 8
hardest_class: {cases: [dense_8, dense_28], classes: [8]}
    hardest_class.classes.0: unknown class of mnist "8"
easiest_class: {cases: [dense_28], classes: [zero, one]}
    easiest_class.classes: found every class of mnist; allowed: some of them
overfits: {cases: [dense_8], others: [conv_8, nope], margin: 0.1}
    overfits.others.1: unknown case
overfits: {cases: [dense_8], others: [dense_8], margin: 0.1}
    overfits.others.0: found "dense_8" again, as cases.0
"""
"""Likewise, of what is not in the study; of a case that is not there nothing else is said."""


def pairs(text: str) -> list[tuple[str, str]]:
    return re.findall(r"^(.*)\n    (.*)$", text.strip("\n"), re.MULTILINE)


@pytest.mark.parametrize(("test", "expected"), pairs(WRONG))
def test_what_is_wrong_is_one_line(test: str, expected: str) -> None:
    found = message(claim(*yaml.safe_load(f"[{test}]")))
    assert found.startswith("study.yaml: claims.mine")
    assert expected in found
    assert "\n" not in found


def test_a_claim_needs_its_words() -> None:
    assert "claims.mine.text: missing" in message({"tests": []})


@pytest.mark.parametrize(("test", "expected"), pairs(REFERENCES))
def test_wrong_references(test: str, expected: str) -> None:
    ((where, problem),) = problems(*yaml.safe_load(f"[{test}]"))
    assert f"{where}: {problem}".startswith(f"mine.tests.0.{expected}")


def test_accuracies_of_two_data_sets_may_be_compared() -> None:
    assert problems({"difference": {"a": "dense_8", "b": "dense_28"}}) == []


def test_every_problem_is_found() -> None:
    wrong = {"difference": {"a": "x", "b": "y"}}
    assert [key for key, _ in problems(wrong, wrong)] == [
        f"mine.tests.{index}.difference.{side}" for index in (0, 1) for side in "ab"
    ]
