"""The stage: a made-up study, through the real evaluation, to claims.json."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from densevsconv.claims.kind import VERDICTS
from densevsconv.claims.registry import Claim
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from tests.support.generated_study import (
    CASES,
    CLASSES,
    IMAGES,
    SEEDS,
    write_refit,
    write_study,
)
from tests.support.plans import run_stage

CLAIMS: dict[str, Any] = {
    "conv_is_good": {"text": "It is good.", "source": "Table I", "tests": [
        {"accuracy": {"cases": ["conv_a"], "at_least": 0.4}},
        {"time_ratio": {"a": "conv_a", "b": "dense_b", "value": 4.0, "factor": 2.0}}]},
    "conv_is_bad": {"text": "It is bad.", "source": "", "group": "scores", "tests": [
        {"accuracy": {"cases": ["conv_a", "dense_b"], "at_least": 0.4}},
        {"accuracy": {"cases": ["conv_a"], "at_most": 0.4}}]},
    "level": {"text": "It is level.", "source": "", "tests": [
        {"hardest_class": {"cases": ["conv_a"], "classes": ["b"]}},
        {"difference": {"a": "conv_a", "b": "dense_b"}},
        {"overfits": {"others": ["conv_a", "dense_b"], "margin": 0.05}}]},
}  # fmt: skip


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = write_study(tmp_path / "toy_study")
    run_stage("evaluate", layout)
    for case in CASES:  # timed thrice
        timing = read_json(layout.timing(case))
        seconds = timing["train_seconds"]["median"]
        timing["train_seconds"]["all"] = [seconds * 0.99, seconds, seconds * 1.01]
        write_json(layout.timing(case), timing)
    plan_claims(layout, CLAIMS)
    return layout


def plan_claims(layout: Layout, claims: dict[str, Any]) -> None:
    """Write the plan as the configuration's models dump it."""
    dumped = {name: Claim.model_validate(claim).model_dump() for name, claim in claims.items()}
    cases = {case: {"dataset": "toy"} for case in CASES}
    plan = {"confidence": 0.95, "claims": dumped, "cases": cases}
    write_json(layout.plan("judge"), plan)


def test_the_file_of_a_study(layout: Layout) -> None:
    run_stage("judge", layout)
    found = read_json(layout.claims)
    assert {name: claim["verdict"] for name, claim in found["claims"].items()} == {
        "conv_is_good": "holds", "conv_is_bad": "fails", "level": "cannot be told",
    }  # fmt: skip
    none = dict.fromkeys(VERDICTS, 0)
    assert found["groups"] == {
        "conclusions": none | {"holds": 1, "cannot be told": 1}, "scores": none | {"fails": 1},
    }  # fmt: skip
    assert (found["tested"], found["confidence"]) == (3, 0.95)
    # 2 + 3 + 4 records: a case each; the ratio of times has two bounds, the others one
    assert found["multiple_testing"] == {
        "correction": "none",
        "tests": 9,
        "wrong_verdicts_expected_at_most": pytest.approx(10 * 0.025),
    }
    good = found["claims"]["conv_is_good"]
    assert (good["text"], good["source"]) == ("It is good.", "Table I")
    assert {t["not_tested"] for c in found["claims"].values() for t in c["tests"]} == {""}


def test_a_published_number_can_be_beyond_either_end(layout: Layout) -> None:
    near = {"near": {"case": "conv_a", "value": 0.5}}
    plan_claims(layout, {"near": {"text": "Near.", "source": "", "tests": [near]}})
    run_stage("judge", layout)
    found = read_json(layout.claims)["multiple_testing"]
    assert found["tests"] == 1
    assert found["wrong_verdicts_expected_at_most"] == pytest.approx(0.05)


def test_a_network_that_did_not_train_is_left_out_of_every_count(layout: Layout) -> None:
    one_class = [np.eye(CLASSES, dtype=np.float32)[np.zeros(IMAGES, int)]] * SEEDS
    write_refit(layout, "dense_b", one_class)
    run_stage("evaluate", layout)
    run_stage("judge", layout)
    found = read_json(layout.claims)
    tests = found["claims"]["level"]["tests"]
    assert [test["not_tested"][:7] for test in tests] == ["", "dense_b", "", "dense_b"]
    assert found["claims"]["level"]["verdict"] == "not tested here"
    # an accuracy below a bound is tested all the same
    assert (found["tested"], found["multiple_testing"]["tests"]) == (2, 7)


def test_a_study_without_claims_needs_no_results(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "bare")
    plan = {"confidence": 0.95, "claims": {}, "cases": {}}
    write_json(layout.plan("judge"), plan)
    run_stage("judge", layout)
    assert read_json(layout.claims)["claims"] == {}
