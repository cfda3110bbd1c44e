"""What makes two trials the same, and what of the code belongs to a stage."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from densevsconv.stages import prepare
from densevsconv.store import identity
from densevsconv.store.identity import code_digest, digest, source_files, trial_id
from densevsconv.training.engines.registry import ENGINE_CODE, ENGINES
from densevsconv.trials.planned import planned
from tests.support.training import DENSE, MIXED, network

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
    (folder / "p").mkdir(parents=True)
    (folder / "a.py").write_text(
        "from densevsconv.b import f\nfrom densevsconv.p import d, h\nf(h(d.x))\n"
    )
    (folder / "b.py").write_text("def f(x):\n    return x + 1\n")
    (folder / "c.py").write_text("y = 1\n")
    (folder / "p" / "__init__.py").write_text(
        "from densevsconv import c\nfrom densevsconv.p.e import g as h\n"
    )
    (folder / "p" / "d.py").write_text("x = 1\n")
    (folder / "p" / "e.py").write_text("def g(x):\n    return x\n")
    monkeypatch.setitem(identity._PACKAGES, "densevsconv", folder)
    return folder


def test_sources_are_what_a_module_imports_and_no_more(package: Path) -> None:
    names = [file.name for file in source_files("densevsconv.a")]
    assert names == ["a.py", "b.py", "d.py", "e.py"]  # nothing for the package's sake
    names = [file.name for file in source_files("densevsconv.a", without=["densevsconv.b"])]
    assert names == ["a.py", "d.py", "e.py"]


@pytest.mark.parametrize(
    ("file", "text", "same"),
    [
        ("b.py", 'def f(x):\n    """Add one."""\n    return x + 1  # one\n', True),
        ("b.py", "def f(x):\n    return x + 2\n", False),
        ("c.py", "y = 2\n", True),
        ("p/__init__.py", "from densevsconv.p.e import g as h\nz = 1\n", True),
        ("p/e.py", "def g(x):\n    return -x\n", False),
        # the same files, but a name from another of them
        ("a.py", "from densevsconv.p.e import f\nfrom densevsconv.p import d, h\nf(h(d.x))\n", 0),
    ],
)  # fmt: skip
def test_only_code_that_is_run_counts(package: Path, file: str, text: str, same: bool) -> None:
    before = code_digest("densevsconv.a")
    (package / file).write_text(text)
    assert (code_digest("densevsconv.a") == before) == same


def test_a_plugin_counts_by_its_code(package: Path, tmp_path: Path) -> None:
    plugin = tmp_path / "plugin.py"
    digests = []
    for text in ("x = 1\n", '"""Doc."""\nx = 1  # one\n', "x = 2\n"):
        plugin.write_text(text)
        digests.append(code_digest("densevsconv.a", plugins=[plugin]))
    assert digests[0] == digests[1] != digests[2]
    assert code_digest("densevsconv.a") not in digests


# -- the project's own code: copied, edited, asked for the identity of each engine


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, folder in list(identity._PACKAGES.items()):
        shutil.copytree(folder, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        monkeypatch.setitem(identity._PACKAGES, name, tmp_path / name)
    return tmp_path


def codes() -> dict[str, str]:
    return {name: engine(1).identity["code"] for name, engine in ENGINES.items()}


def reword(pattern: str, words: str, file: str) -> Callable[[Path], None]:
    def edit(sources: Path) -> None:
        text = (sources / file).read_text()
        new = re.sub(pattern, words, text, count=1)
        assert new != text
        (sources / file).write_text(new)

    return edit


def move(old: str, new: str) -> Callable[[Path], None]:
    """Move a module, and change every import of it."""

    def edit(sources: Path) -> None:
        files = [sources / (name.replace(".", "/") + ".py") for name in (old, new)]
        files[1].parent.mkdir(exist_ok=True)
        files[0].rename(files[1])
        for file in sources.rglob("*.py"):
            file.write_text(file.read_text().replace(f"from {old} import", f"from {new} import"))

    return edit


TRAINING = "densevsconv/training/"
SETTINGS, LOOP = TRAINING + "settings.py", TRAINING + "loop.py"
TENSORFLOW, NUMPY = TRAINING + "engines/tensorflow/", TRAINING + "engines/numpy/"
WORDS = {
    "docstring": reword("Train one trial", "Fit one trial", LOOP),
    "description": reword("Passes over the training part.", "How often.", SETTINGS),
    "text of Allowed": reword("see Augmentation", "see there", SETTINGS),
    "error": reword("needs optimizer adamw", "wants adamw", SETTINGS),
    "comment": reword("# early stopping needs", "# stopping early needs", LOOP),
    "package": reword('"""', '"""A word. ', "numpynet/__init__.py"),
    "package's other names": reword(r"\n__all__", "\nNEW = 1\n__all__", "numpynet/__init__.py"),
    "module beside it": reword(r"\n\Z", "\nNEW = 1\n", "numpynet/gradient_check.py"),
    "title": reword('title = "NumPy"', 'title = "Ours"', NUMPY + "engine.py"),
    "how ids are made": reword(r"\n\Z", "\nNEW = 1\n", "densevsconv/store/identity.py"),
    "place": move("densevsconv.training.augmentation", "densevsconv.other.changes"),
}  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_what_cannot_change_a_bit_changes_no_id(words: str, sources: Path) -> None:
    before = codes()
    WORDS[words](sources)
    assert codes() == before


CODE = {
    "default of a setting": (reword("Float = 1e-3", "Float = 1e-2", SETTINGS), set(ENGINES)),
    "loop": (reword("= 0, math.inf", "= 1, math.inf", LOOP), set(ENGINES)),
    "engine": (reword("CALL = 10", "CALL = 11", TENSORFLOW + "trainer.py"), {"tensorflow"}),
    "numpynet": (reword(r"\n\Z", "\nNEW = 1\n", "numpynet/losses.py"), {"numpy"}),
}


@pytest.mark.parametrize("code", CODE)
def test_code_that_trains_changes_the_ids_of_who_runs_it(code: str, sources: Path) -> None:
    edit, whose = CODE[code]
    before = codes()
    edit(sources)
    after = codes()
    assert {name for name in before if before[name] != after[name]} == whose


@pytest.mark.parametrize(("file", "concerned"), [
    ("batch_norm", {"MIXED"}), ("dense", {"DENSE", "MIXED"}), ("__init__", set()),
    ("separable_conv", set()),
])  # fmt: skip
def test_a_layers_file_concerns_the_networks_that_have_one(
    file: str, concerned: set[str], sources: Path
) -> None:
    def trial(layers: tuple[str, ...]) -> str:
        engine, bound = ENGINES["numpy"](1), network(*layers)
        one = planned("case", datasets=[("d", "h", 100)], architecture=bound, training={},
                      settings=[{}], repetitions=1, study_seed=1, stage="search",
                      engine=engine)  # fmt: skip
        return next(one).id

    before = trial(DENSE), trial(MIXED)
    reword(r"\n\Z", "\nNEW = 1\n", f"numpynet/layers/{file}.py")(sources)
    assert (trial(DENSE) != before[0], trial(MIXED) != before[1]) == tuple(
        name in concerned for name in ("DENSE", "MIXED")
    )


def test_stages_depend_on_their_own_code_only() -> None:
    trainers = {file.name for file in source_files(*ENGINE_CODE)}
    assert {
        "trainer.py",
        "compiled.py",
        "optimizers.py",
        "loop.py",
        "gradient_check.py",
    } <= trainers
    for stage in ("figures", "report", "evaluate", "select"):
        files = {file.name for file in source_files(f"densevsconv.stages.{stage}")}
        assert not {"trainer.py", "compiled.py"} & files


def test_how_the_sheet_of_classes_looks_is_no_reason_to_prepare_again() -> None:
    files = source_files(prepare.__name__, without=prepare.WITHOUT_CODE)
    assert [file for file in files if "report" in file.parts] == []
