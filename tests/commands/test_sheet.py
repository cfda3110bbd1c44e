"""The contact sheet shows every transformation there is."""

from pathlib import Path

import pytest

from densevsconv.cli import main
from densevsconv.commands.sheet import EXAMPLES
from densevsconv.images.transforms.registry import TRANSFORMS


def test_no_transformation_is_left_out() -> None:
    assert {name for step in EXAMPLES for name in step} == set(TRANSFORMS)


def test_the_command_draws_a_row_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    out = tmp_path / "digits.png"
    assert main(["sheet", "digits", "--out", str(out)]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    assert out.read_bytes().startswith(b"\x89PNG")
    drawn = out.with_suffix(".svg").read_text()
    # ten pictures as they are, and under each example that does anything to grey images
    assert drawn.count("<image") == 10 * (1 + len(EXAMPLES) - 1)
    assert main(["sheet", "digts"]) != 0
    assert 'unknown data set "digts"; did you mean "digits"?' in capsys.readouterr().err
