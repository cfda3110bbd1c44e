"""`densevsconv compare`: a study beside edited copies of itself. Numbers here are made up."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from densevsconv import cli
from densevsconv.commands.compare import WHOLE, compare
from densevsconv.results.changes import ChangeRow, reason
from densevsconv.results.code import Code
from densevsconv.results.digests import Digests
from densevsconv.results.study import Study
from densevsconv.statistics.crossed import Estimate, between_intervals, change, difference
from densevsconv.statistics.intervals import wilson_interval
from densevsconv.statistics.runs import difference_or_runs
from densevsconv.store.files import read_json, write_json
from densevsconv.store.identity import digest
from densevsconv.store.layout import Layout
from tests.support.plans import run_stage, study_plan, write_timing
from tests.support.synthetic import make_study

CASES = {
    "dense_1": ("dense_1", 0.95, "grid"),
    "denseNet2_20_published": ("denseNet2_20", 0.93, "list"),
    "conv_small": ("conv_small", 0.985, "grid"),
}
CLAIMS = {
    "wins": {"text": "It wins.", "tests": [{"difference": {"a": "conv_small", "b": "dense_1"}}]}
}
TABLES = ("summary", "run_table", "comparisons", "claims")


def finish(at: Layout) -> None:
    """Write what the jobs of a run would have recorded of the files that are there now."""
    for stage in WHOLE:
        files = [at.summary, at.comparisons] if stage == "summarise" else []
        listed = Digests.of(
            stage, digest(read_json(at.plan(stage))), {at.name(f): f for f in files}
        )
        listed.write(at.digests(stage))


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    at = make_study(tmp_path_factory.mktemp("a") / "results", cases=CASES, claims=CLAIMS)
    modules = {"densevsconv.training.loop": "1", "numpynet.losses": "2"}
    Code(commit="abc", modules=modules).write(at.code)
    finish(at)
    return at


def copy(at: Layout, folder: Path) -> Layout:
    return Layout(Path(shutil.copytree(at.root, folder / "results" / at.study)))


@pytest.fixture
def other(first: Layout, tmp_path: Path) -> Layout:
    return copy(first, tmp_path)


@pytest.fixture(scope="module")
def worse(first: Layout, tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A copy in which a case lost 40 images, another one image."""
    at = copy(first, tmp_path_factory.mktemp("b"))
    turn_wrong(at, conv_small=40, dense_1=1)
    return at


def edit(file: Path, *path: str, to: Any) -> None:
    whole = place = read_json(file)
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    write_json(file, whole)


def turn_wrong(at: Layout, **images: int) -> None:
    """Make so many test images of cases wrong for every seed, and score the study again."""
    for case, count in images.items():
        table = pd.read_parquet(at.predictions(case))
        rows, wrong = table["index"] < count, (table["label"] + 1) % 10
        for label in range(10):
            table.loc[rows, f"p{label}"] = (wrong == label).astype("float32").to_numpy()[rows]
        table.to_parquet(at.predictions(case))
    for stage in ("evaluate", "summarise", "judge"):
        run_stage(stage, at)
    finish(at)


def rows(first: Layout, other: Layout, tmp_path: Path) -> dict[tuple[str, ...], ChangeRow]:
    compare(str(first.root), str(other.root), tmp_path / "changes.csv", exit_code=True)
    read = ChangeRow.read_table(tmp_path / "changes.csv")
    return {(row.quantity, row.case, *([row.minus] if row.minus else [])): row for row in read}


def said(capsys: pytest.CaptureFixture[str], *arguments: Any) -> tuple[int, str, str]:
    code = cli.main(["compare", *map(str, arguments)])
    out, error = capsys.readouterr()
    return code, out, error


def test_a_copy_is_the_same_to_the_last_digit(
    first: Layout, other: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = said(capsys, first.root, other.root, "--exit-code")
    assert code == 0
    for section in ("configuration", "code", "environment", "data", "chosen settings", "verdicts"):
        assert f"\n{section}\n  the same\n" in out
    assert "test accuracy: 3 the same\n" in out
    assert out.count("the same to the last digit") == 3


def test_what_exceeds_noise_changed_and_what_does_not_did_not(
    first: Layout, worse: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rows(first, worse, tmp_path)
    old, new = (Study(study_plan({}), at) for at in (first, worse))
    expected = difference(new.right("conv_small"), old.right("conv_small"), 0.95)
    row = found["accuracy", "conv_small"]
    assert (row.low, row.high) == (expected.low, expected.high)
    lost = old.right("conv_small")[:, :40].mean() * 40 / 359
    assert row.change == pytest.approx(-lost)
    # Holm's: the smaller of two p values counts twice
    assert row.p_adjusted == pytest.approx(2 * expected.p_value())
    assert [found["accuracy", case].verdict for case in CASES] == [
        "within noise", "the same", "changed"
    ]  # fmt: skip
    lead = found["lead", "conv_small", "dense_1"]
    pair = [[each.right(case) for case in ("conv_small", "dense_1")] for each in (old, new)]
    assert lead.low == change(*pair, [1, -1], 0.95, paired=True).low
    assert lead.change == pytest.approx(row.change - found["accuracy", "dense_1"].change)

    assert said(capsys, first.root, worse.root)[0] == 0
    code, out, _ = said(capsys, first.root, worse.root, "--exit-code")
    assert code == 1
    assert "test accuracy: 1 changed, 1 the same, 1 within noise\n" in out
    assert (
        "conv_small against dense_1: conv_small ahead -> dense_1 ahead: the estimate moved" in out
    )
    assert "claim wins: holds -> fails: " in out


@pytest.mark.parametrize(
    ("drawn", "images", "verdict"),
    [(2, "others", "changed"), (1, "other data", "not compared")],
)
def test_other_test_images_are_no_pairs_and_other_data_are_not_compared(
    first: Layout, worse: Layout, tmp_path: Path, drawn: int, images: str, verdict: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    other = copy(worse, tmp_path)
    edit(other.data_info("digits"), "test_hash", to="0")
    edit(other.data_info("digits"), "split", "seed", to=drawn)
    row = rows(first, other, tmp_path)["accuracy", "conv_small"]
    assert (row.test_images, row.verdict) == (images, verdict)
    if verdict == "changed":
        b, a = (Study(study_plan({}), at).right("conv_small") for at in (other, first))
        assert row.low == difference(b, a, 0.95, paired=False).low
    assert "datasets.digits.test images: " in capsys.readouterr().out


def test_of_few_seeds_every_pair_of_runs_decides(
    first: Layout, worse: Layout, tmp_path: Path
) -> None:
    few = copy(worse, tmp_path)
    for case in CASES:
        table = pd.read_parquet(few.predictions(case))
        table[table["repetition"] < 4].to_parquet(few.predictions(case))
        edit(few.runs(case), "runs", to=read_json(few.runs(case))["runs"][:4])
    turn_wrong(few)
    found = rows(first, few, tmp_path)
    assert [found["accuracy", case].verdict for case in CASES] == [
        "cannot be told", "cannot be told", "changed"
    ]  # fmt: skip
    row = found["accuracy", "conv_small"]
    old, new = (Study(study_plan({}), at).right("conv_small") for at in (first, few))
    expected = difference_or_runs(new, old, 1 - 0.05 / 3)
    assert ((row.low, row.high), row.interval, row.p_value) == (*expected[1:], None)
    assert found["lead", "conv_small", "dense_1"].verdict == "cannot be told"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ((2, 1, 3), (1, 0, 2), "the estimate moved, 2 (1 to 3) -> 1 (0 to 2)"),
        ((2, 1, 3), (2, -1, 5), "the interval is wider, "),
        ((2, -1, 5), (2, 1, 3), "the interval is narrower, "),
        ((2, 1, 3), (1.8, -1, 4.6), "the interval is wider, "),
        ((4, 1, 7), (2, 0, 4), "the estimate moved, "),
        ((4, 3, 5), (2, 0, 4), "the estimate moved and the interval is wider, "),
        ((2, 1, 3), (3, 1, 5), "the rule, as the interval lies as before, "),
        ((2, 1, 3), (0, None, None), "there is no interval to go by, 2 (1 to 3) -> 0 ("),
    ],
)  # fmt: skip
def test_a_verdict_says_which_number_moved(old: Any, new: Any, says: str) -> None:
    a, b = (Estimate(mean, low=low, high=high) for mean, low, high in (old, new))
    assert reason(a, b, [0.5]).startswith(says)


def grid(at: Layout) -> None:
    for case in ("dense_1", "conv_small"):
        edit(at.plan("report"), "cases", case, "training", "epochs", to=99)
    edit(at.plan("report"), "cases", "dense_1", "seeds", to=7)
    edit(at.plan("judge"), "claims", "more", to=1)


def machine(at: Layout) -> None:
    edit(at.timing("dense_1"), "machine", "processor", to="Another")
    edit(at.timing("dense_1"), "machine", "numpy", to="9.9.9")
    write_timing(at, "conv_small", 9.0, epochs=40, times=[8.0, 9.0, 10.0])


def without(at: Layout) -> None:
    lines = at.summary.read_text().splitlines(keepends=True)
    at.summary.write_text("".join(line for line in lines if ",dense_1," not in line))
    plan = read_json(at.plan("report"))
    del plan["cases"]["dense_1"]
    write_json(at.plan("report"), plan)


def nothing_trained(at: Layout) -> None:
    turn_wrong(at, dense_1=359)


@pytest.mark.parametrize(
    ("change_it", "lines"),
    [
        (grid, ["  cases.{conv_small, dense_1}.training.epochs: 50 -> 99\n",
                "  cases.dense_1.refit_seeds: 10 -> 7\n", "  claims.more: only in B (1)\n"]),
        (lambda at: edit(at.plan("refit"), "seed", to=8), ["  seed: 1 -> 8\n"]),
        (lambda at: edit(at.code, "modules", "numpynet.losses", to="3"),
         ["\ncode\n  numpynet.losses: 2 -> 3\n"]),
        (without, ["\nonly in A: dense_1\n\nconfiguration\n  the same\n"]),
        (lambda at: at.code.unlink(), ["\ncode\n  not recorded in B\n"]),
        (machine, ["cases.dense_1.timed.numpy: 2.4.0 -> 9.9.9", "; another machine",
                   " 2 within its spread, 1 beyond its spread\n"]),
        (nothing_trained, ["not tested; dense_1 in B: no start trained", "-> not tested: dense_1"]),
    ],
)  # fmt: skip
def test_what_differs_is_named_by_its_path(
    first: Layout, other: Layout, capsys: pytest.CaptureFixture[str],
    change_it: Callable[[Layout], None], lines: list[str],
) -> None:  # fmt: skip
    change_it(other)
    finish(other)
    code, out, _ = said(capsys, first.root, other.root)
    assert code == 0
    for line in lines:
        assert line in out


def test_of_a_published_folder_the_intervals_are_compared(
    first: Layout, worse: Layout, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "published"
    folder.mkdir()
    for name in TABLES:
        shutil.copy(getattr(first, name), folder)
    found = rows(Layout(folder), worse, tmp_path)
    assert "configuration\n  not recorded in A\n" in capsys.readouterr().out
    assert found["accuracy", "denseNet2_20_published"].verdict == "the same"
    row = found["accuracy", "conv_small"]
    a, b = (Study(study_plan({}), at).summary("conv_small") for at in (Layout(folder), worse))
    width = np.hypot(
        b.test_accuracy_mean - b.test_accuracy_low, a.test_accuracy_high - a.test_accuracy_mean
    )
    assert row.low == pytest.approx(row.change - width)
    assert (row.verdict, row.interval) == ("changed", "both intervals")


def rename_column(at: Layout) -> None:
    at.summary.write_text(at.summary.read_text().replace("time_ratio", "ratio_of_time", 1))
    finish(at)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda at: edit(at.plan("judge"), "confidence", to=0.9), "judge is still to be done"),
        (lambda at: at.summary.write_text("1"), "summary.csv: damaged since it was written"),
        (rename_column, "columns missing or unknown: ratio_of_time, time_ratio"),
        (lambda at: edit(at.plan("report"), "colour", to=1), "colour: Extra inputs are not perm"),
        (lambda at: shutil.rmtree(at.root / "plan") or at.summary.unlink(), "no study and no"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said_in_a_line(
    first: Layout, other: Layout, capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Layout], Any], says: str,
) -> None:  # fmt: skip
    spoil(other)
    code, _, error = said(capsys, first.root, other.root)
    assert (code, error.count("\n")) == (2, 1)
    assert says in error


def test_independent_intervals_are_added_square() -> None:
    """Newcombe (1998, "Interval estimation for the difference between independent proportions"),

    table II: 56/70 minus 48/80 by Wilson's intervals: 0.2, from 0.0524 to 0.3339 (method 10).
    """
    a, b = (
        Estimate(share, **wilson_interval(share, count, 0.95))
        for share, count in ((48 / 80, 80), (56 / 70, 70))
    )
    found = between_intervals(a, b, 0.95)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.p_value() < 0.05
