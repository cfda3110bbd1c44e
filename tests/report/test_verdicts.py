"""The sentence follows the sign and the interval of the difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from densevsconv.report.study import Study
from densevsconv.report.verdicts import tally, verdict
from densevsconv.store.files import write_json, write_text
from densevsconv.store.layout import Layout
from tests.support.synthetic import plain

HEAD = "dataset,case_a,case_b,difference_mean,difference_low,difference_high,p_value,test\n"


def study_with(tmp_path: Path, mean: str, low: str, high: str) -> Study:
    layout = Layout(tmp_path / "s")
    cases = {
        case: {
            "dataset": "d",
            "family": family,
            "engine": "numpy",
            "architecture": {"parameters": 1},
        }
        for case, family in (("net", "convolutional"), ("mlp", "dense"))
    }
    write_json(layout.plan("report"), {"cases": cases, "confidence": 0.95, "datasets": {"d": {}}})
    write_text(layout.comparisons, f"{HEAD}d,net,mlp,{mean},{low},{high},0.01,paired t\n")
    return Study(layout)


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (
            ("0.02", "0.01", "0.031"),
            "net beats mlp by 2.00 percentage points (95% interval 1.00 to 3.10).",
        ),
        (
            ("-0.02", "-0.031", "-0.01"),
            "mlp beats net by 2.00 percentage points (95% interval 1.00 to 3.10).",
        ),
        (
            ("0.005", "-0.001", "0.011"),
            "net and mlp cannot be told apart: the difference, convolutional minus dense, is "
            "+0.50 percentage points (95% interval \u22120.10 to +1.10).",
        ),
        # an interval that touches zero tells nothing apart
        (
            ("0.005", "0.0", "0.01"),
            "net and mlp cannot be told apart: the difference, convolutional minus dense, is "
            "+0.50 percentage points (95% interval 0.00 to +1.00).",
        ),
        (("0.1", "", ""), "net and mlp could not be compared, for want of finished seeds."),
    ],
)
def test_sentence(tmp_path: Path, numbers: tuple[str, str, str], sentence: str) -> None:
    study = study_with(tmp_path, *numbers)
    assert plain(study, verdict(study, "net", "mlp")) == sentence


@pytest.mark.parametrize(
    ("numbers", "start"),
    [
        (("0.02", "0.01", "0.03"), "Every convolutional case beats"),
        (("-0.02", "-0.03", "-0.01"), "Every dense case beats"),
        (("0.0", "-0.01", "0.01"), "Neither family wins everywhere"),
    ],
)
def test_tally(tmp_path: Path, numbers: tuple[str, str, str], start: str) -> None:
    assert tally(study_with(tmp_path, *numbers), "d").startswith(start)
