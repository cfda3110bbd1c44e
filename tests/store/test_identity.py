"""What makes two trials the same, and what of the code belongs to a stage."""

from pathlib import Path

import pytest

from densevsconv.store import identity
from densevsconv.store.identity import code_digest, digest, source_files, trial_id

TRIAL = {
    "dataset": "d",
    "architecture": {"layers": [1]},
    "training": {"learning_rate": 0.1, "l2": 0.0},
    "seeds": {"initialisation": 1},
    "engine": {"name": "tensorflow"},
}


def test_order_of_keys_does_not_matter() -> None:
    other = {**TRIAL, "training": {"l2": 0.0, "learning_rate": 0.1}}
    assert trial_id(**TRIAL) == trial_id(**other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": "e"},
        {"architecture": {"layers": [2]}},
        {"training": {"learning_rate": 0.1, "l2": 1e-4}},
        {"seeds": {"initialisation": 2}},
        {"engine": {"name": "numpy"}},
    ],
)
def test_everything_that_decides_a_result_changes_the_id(change: dict[str, object]) -> None:
    assert trial_id(**TRIAL) != trial_id(**{**TRIAL, **change})  # type: ignore[arg-type]


def test_nan_has_no_identity() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        digest({"x": float("nan")})


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "densevsconv"
    folder.mkdir()
    (folder / "a.py").write_text('"""Doc."""\nfrom densevsconv.b import f\n')
    (folder / "b.py").write_text("def f(x):\n    return x + 1\n")
    (folder / "c.py").write_text("y = 1\n")
    monkeypatch.setitem(identity._PACKAGES, "densevsconv", folder)
    return folder


def test_sources_are_what_a_module_imports_and_no_more(package: Path) -> None:
    assert [file.name for file in source_files("densevsconv.a")] == ["a.py", "b.py"]


def test_comments_and_docstrings_are_not_code(package: Path) -> None:
    before = code_digest("densevsconv.a")
    (package / "b.py").write_text('def f(x):\n    """Add one."""\n    return x + 1  # one\n')
    assert code_digest("densevsconv.a") == before
    (package / "c.py").write_text("y = 2\n")
    assert code_digest("densevsconv.a") == before
    (package / "b.py").write_text("def f(x):\n    return x + 2\n")
    assert code_digest("densevsconv.a") != before


def test_stages_depend_on_their_own_code_only() -> None:
    def names(stage: str) -> set[str]:
        return {file.name for file in source_files(f"densevsconv.stages.{stage}")}

    assert {"trainer.py", "compiled.py", "optimizers.py", "loop.py"} <= names("search")
    assert "typeset.py" not in names("search")
    assert not {"trainer.py", "compiled.py"} & names("figures")
    assert not {"trainer.py", "compiled.py"} & names("evaluate")
