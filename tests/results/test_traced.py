"""A traced number is that of its file at its pointer, whatever path led to it."""

from pathlib import Path

import pytest

from densevsconv.results.record import Record
from densevsconv.results.traced import Traced, count, count_rows, in_file, in_row, traced
from tests.support.pointers import value_at


class Inner(Record):
    mean: float | None
    words: str = "as they are"


class Outer(Record):
    inner: Inner
    named: dict[str, list[int]]

    @property
    def decided(self) -> bool:
        return True


class Line(Record):
    case: str
    seed: int
    score: float | None


OUTER = Outer(inner=Inner(mean=0.5), named={"a/b~": [3, 4]})
LINES = [Line(case="a", seed=0, score=0.5), Line(case="a", seed=1, score=None),
         Line(case="b", seed=0, score=-1.0)]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    OUTER.write(tmp_path / "d.json")
    Line.write_table(tmp_path / "t.csv", LINES)
    return tmp_path


def same(number: Traced, root: Path) -> bool:
    return bool(value_at(root, number.source, number.pointer) == number.value)


def test_what_lies_below_a_file_knows_its_place(root: Path) -> None:
    placed = in_file(OUTER, root / "d.json", root)
    assert placed.inner.mean == Traced(0.5, "d.json", "/inner/mean")
    assert placed.named["a/b~"][1] == Traced(4, "d.json", "/named/a~1b~0/1")
    for number in (placed.inner.mean, placed.named["a/b~"][1], count(placed.named["a/b~"]),
                   traced(placed.inner, "words"), traced(placed.named)):  # fmt: skip
        assert same(number, root), number
    assert [each.value for each in placed.named["a/b~"]] == [3, 4]
    assert list(placed.named) == ["a/b~"]


def test_texts_and_decisions_come_as_they_are(root: Path) -> None:
    placed = in_file(OUTER, root / "d.json", root)
    assert placed.inner.words == "as they are"
    assert placed.decided is True  # worked out, so it stands nowhere
    with pytest.raises(AttributeError):
        _ = placed.inner.missing


def test_cells_and_counts_of_rows(root: Path) -> None:
    path = root / "t.csv"
    row = in_row(LINES[1], path, root, "case", "seed")
    assert row.score == Traced(None, "t.csv", "score[case=a,seed=1]")
    for number in (row.score, row.seed, in_row(LINES[2], path, root, "case").score):
        assert same(number, root), number
    for conditions, rows in (
        ({}, 3), ({"case": "a"}, 2), ({"score": ("<", 0)}, 1), ({"score": (">=", -1)}, 2),
        ({"case": "a", "score": ("<=", 0)}, 0),
    ):  # fmt: skip
        counted = count_rows(LINES, path, root, **conditions)  # type: ignore[arg-type]
        assert counted.value == rows
        assert same(counted, root), counted


def test_quotients(root: Path) -> None:
    path = root / "t.csv"
    scores = [in_row(line, path, root, "case", "seed").score for line in LINES]
    assert scores[0].over(scores[2]).value == -0.5
    assert same(scores[0].over(scores[2]), root)
    assert scores[0].over(scores[1]).value is None
    zero = in_row(LINES[0], path, root, "case", "seed").seed
    assert scores[0].over(zero).value is None
