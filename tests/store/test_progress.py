"""The time left, told by what the pieces are estimated to cost."""

import re

import pytest

from densevsconv.store import progress
from densevsconv.store.progress import Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that tests set."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def left(capsys: pytest.CaptureFixture[str]) -> int:
    said = capsys.readouterr().err.splitlines()[-1]
    match = re.search(r"about (\d+) s left", said)
    assert match, said
    return int(match[1])


def test_pieces_cost_the_same_unless_told(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    work = Progress("work", 10, done=5)
    clock[0] = 20.0
    work.advance("first")
    assert left(capsys) == 80  # four more


def test_the_dearest_first_do_not_make_the_rest_look_dear(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    work = Progress("work", 101, cost=200.0)
    clock[0] = 50.0
    work.advance("dear", 100.0)
    assert left(capsys) == 50  # a hundred of cost 1, at half a second
    for _ in range(100):
        clock[0] += 0.5
        work.advance("cheap", 1.0)
    assert "101 of 101 in 100 s  cheap" in capsys.readouterr().err
