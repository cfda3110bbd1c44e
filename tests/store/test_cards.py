"""Jobs and cards: real processes that compete, and a program in the place of nvidia-smi."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from densevsconv.store.cards import PLACES_VARIABLE, VISIBLE, cards, hidden, place

JOB = """
import os, sys, time
from densevsconv.store.cards import place
with place(alone=sys.argv[2] == "alone"):
    print(os.environ.get("CUDA_VISIBLE_DEVICES", "any"), flush=True)
    time.sleep(float(sys.argv[1]))
"""
LONG = 60.0


@pytest.fixture(autouse=True)
def two_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two cards of one place each, and a folder for the locks."""
    program = tmp_path / "nvidia-smi"
    program.write_text(
        "#!/bin/sh\necho '0, GPU-aa, Card A, 80000'\necho '1, GPU-bb, Card B, N/A'\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv(VISIBLE, raising=False)
    return program


def job(seconds: float = LONG, how: str = "shared") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", JOB, str(seconds), how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def card(of: subprocess.Popen[str]) -> str:
    assert of.stdout is not None
    return of.stdout.readline().strip()


@pytest.mark.parametrize("places", [1, 2])
def test_each_place_has_one_job_and_a_killed_one_leaves_it(
    places: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PLACES_VARIABLE, str(places))
    jobs = [job() for _ in range(2 * places)]
    try:
        held = Counter(card(one) for one in jobs)
        assert held == {"GPU-aa": places, "GPU-bb": places}
        jobs.append(late := job())
        assert late.stderr is not None
        assert "waiting for a GPU" in late.stderr.readline()
        jobs[0].kill()
        assert card(late) in held
    finally:
        for one in jobs:
            one.kill()
            one.wait()


def test_a_timing_waits_for_a_whole_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACES_VARIABLE, "2")
    monkeypatch.setenv(VISIBLE, "1")
    began = time.monotonic()
    first = job(3)
    assert card(first) == "GPU-bb"
    second = job(0, "alone")
    assert card(second) == "GPU-bb"
    assert time.monotonic() - began > 3
    assert (first.wait(), second.wait()) == (0, 0)


@pytest.mark.parametrize(
    ("visible", "names"),
    [(None, "AB"), ("1", "B"), ("GPU-a", "A"), ("0,1", "AB"), ("-1", ""), ("", "")],
)
def test_only_cards_that_were_given_are_taken(
    visible: str | None, names: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if visible is not None:
        monkeypatch.setenv(VISIBLE, visible)
    assert [one.name for one in cards()] == [f"Card {name}" for name in names]
    with hidden():
        assert os.environ[VISIBLE] == "-1"
    assert os.environ.get(VISIBLE) == visible


@pytest.mark.parametrize("says", ["exit 9", "echo No devices were found", "rm -- $0"])
def test_without_a_card_nothing_is_set(says: str, two_cards: Path) -> None:
    two_cards.write_text(f"#!/bin/sh\n{says}\n")
    with place():
        assert VISIBLE not in os.environ


def test_a_full_card_is_passed_over(two_cards: Path) -> None:
    two_cards.write_text(two_cards.read_text().replace("80000", "900"))
    with place():
        assert os.environ[VISIBLE] == "GPU-bb"
