"""How far along work is: lines in a log or a pipe, a live bar on a terminal, the time left."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from densevsconv.store import progress
from densevsconv.store.progress import Progress, shown_time

ROOT = Path(__file__).parents[2]
WORK = """
import sys, time
sys.path.insert(0, "src")
from pathlib import Path
from densevsconv.store.process import end_with_parent, log_to
from densevsconv.store.progress import Progress
job, log = sys.argv[1:]
if log:
    log_to(Path(log))
if job == "job":
    end_with_parent()
work = Progress("search 0", 4, done=1, every=0)
for name in ("dense", "conv", "last"):
    time.sleep(0.4)
    if name == "conv":
        print("a warning", file=sys.stderr)
    if name == "last" and job == "breaks":
        raise KeyboardInterrupt
    work.advance(name)
"""
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that tests set."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def left(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr().err.splitlines()[-1]
    match = re.search(r"about ([\w ]+) left", said)
    assert match, said
    return match[1]


def on_a_terminal(job: str = "", log: str = "") -> str:
    """Do the work with a pseudo-terminal as standard error; return what the terminal gets."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    environment.pop("TTY_INTERACTIVE", None)
    with subprocess.Popen(
        [sys.executable, "-c", WORK, job, log], cwd=ROOT, stderr=slave, env=environment
    ):
        os.close(slave)
        got = b""
        try:
            while part := os.read(master, 1 << 16):
                got += part
        except OSError:  # Linux's way to say that nobody has the terminal open
            pass
    os.close(master)
    return got.decode()


def test_pieces_cost_the_same_unless_told(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    work = Progress("work", 10, done=5)
    clock[0] = 20.0
    work.advance("first")
    assert left(capsys) == "80 s"  # four more


def test_the_dearest_first_do_not_make_the_rest_look_dear(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    work = Progress("work", 101, cost=200.0)
    clock[0] = 50.0
    work.advance("dear", 100.0)
    assert left(capsys) == "50 s"  # a hundred of cost 1, at half a second
    for _ in range(100):
        clock[0] += 0.5
        work.advance("cheap", 1.0)
    assert "101 of 101 in 100 s  cheap" in capsys.readouterr().err


def test_lines_come_every_few_seconds_and_at_the_end(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    work = Progress("work", 12, every=5.0)
    for _ in range(12):
        clock[0] += 2
        work.advance()
    assert capsys.readouterr().err.splitlines() == [
        "work: 3 of 12 in 6 s, about 18 s left",
        "work: 6 of 12 in 12 s, about 12 s left",
        "work: 9 of 12 in 18 s, about 6 s left",
        "work: 12 of 12 in 24 s",
    ]


def test_bytes_are_told_with_share_and_speed(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    file = Progress("a.mat", 182_000_000, 91_000_000, of_bytes=True, every=0)
    clock[0] = 10.0
    file.advance(count=45_500_000)
    file.advance(count=45_500_000)
    file.finish()  # has been said
    unknown = Progress("b.mat", None, of_bytes=True, every=0)
    clock[0] = 12.0
    unknown.advance(count=9_000)
    unknown.finish()
    assert capsys.readouterr().err.splitlines() == [
        "a.mat: going on after 91.0 MB of 182.0 MB",
        "a.mat: 136.5 MB of 182.0 MB (75%), 4.5 MB/s, about 10 s left",
        "a.mat: 182.0 MB in 10 s",
        "b.mat: 9.0 kB, 4.5 kB/s",
        "b.mat: 9.0 kB in 2 s",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (119, "119 s"), (840, "14 min"), (7500, "2 h 05 min")]
)
def test_times_for_people(seconds: float, text: str) -> None:
    assert shown_time(seconds) == text


def test_a_terminal_gets_a_live_bar_and_a_last_line() -> None:
    got = on_a_terminal()
    assert got.startswith("search 0: 1 of 4 found in the journal\r\n")
    assert "━" in got
    assert re.search(r"3 of 4 in \d s, about \d+ s left  conv", got)
    assert "a warning\r\n" in got  # above the bar, on its own line
    assert got.count(HIDDEN) == got.count(SHOWN) == 1
    after = got[got.rindex(SHOWN) :]
    assert re.search(r"search 0: 4 of 4 in \d s  last\r\n$", after)
    assert "3 of 4" not in after


def test_with_a_log_the_terminal_gets_the_bar_and_the_log_lines(tmp_path: Path) -> None:
    log = tmp_path / "search.log"
    got = on_a_terminal(log=str(log))
    assert "━" in got
    assert "a warning\r\n" in got
    assert got.count("search 0: 4 of 4 in") == 1
    lines = log.read_text().splitlines()
    assert lines[0] == "search 0: 1 of 4 found in the journal"
    assert re.fullmatch(r"search 0: 2 of 4 in \d s, about \d s left  dense", lines[1])
    assert lines[2] == "a warning"
    assert re.fullmatch(r"search 0: 4 of 4 in \d s  last", lines[-1])
    assert "\x1b" not in log.read_text()


def test_a_job_of_a_workflow_says_lines_though_it_has_the_terminal(tmp_path: Path) -> None:
    got = on_a_terminal(job="job", log=str(tmp_path / "search.log"))
    assert "\x1b" not in got
    assert got.replace("\r", "") == (tmp_path / "search.log").read_text()


def test_work_that_breaks_off_leaves_the_terminal_as_it_was() -> None:
    got = on_a_terminal(job="breaks")
    assert got.count(HIDDEN) == got.count(SHOWN) == 1
    assert "━" not in got[got.rindex(SHOWN) :]
    assert "KeyboardInterrupt" in got
