"""On a full disk every stage ends in one line that says so, and goes on once there is room."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.conftest import finished  # noqa: F401 - a fixture

LEFT = ["0", "8192", "65536", "1500000"]
"""Bytes: for nothing, a small file, a large one, a part of MLflow's database."""


@pytest.mark.slow
def test_every_stage_on_a_full_disk(finished, tmp_path):  # noqa: F811
    inside = ["unshare", "--map-root-user", "--mount"]
    if not shutil.which("unshare") or subprocess.run([*inside, "true"]).returncode:
        pytest.skip("mounting a small disk needs unshare, and a system that lets users have it")
    script = Path(__file__).with_name("full_disk.py")
    ran = subprocess.run(
        [*inside, sys.executable, script, finished.results, finished.reports, tmp_path, *LEFT],
        cwd=finished.root,
        env=finished.environment() | {"PYTHONPATH": str(finished.root / "src")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )  # fmt: skip
    found = json.loads(ran.stdout)
    failed = [each for each in found if each["code"]]
    full = {each["stage"] for each in failed if each["left"] == 0}
    # the study has no gradients to check
    assert {each["stage"] for each in found} - full == {"gradients"}
    for each in failed:
        assert each["code"] == 2, each
        problems = [line for line in each["said"].splitlines() if line.startswith("densevsconv:")]
        assert len(problems) == 1, each
        assert "Traceback" not in each["said"], each
        assert "space" in problems[0] or "full" in problems[0], each
    assert [each for each in found if each["healed"]] == []
    print(len(found), "tried,", len(failed), "ended in a line, all healed")
