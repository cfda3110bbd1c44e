"""A broken configuration ends the real Snakemake with one line, before any job."""

import pytest

from tests.support.clones import STUDY, files_below

TINY = "config/studies/tiny.yaml"

EDITS = {
    "unknown key": (TINY, "epochs: 4", "epoch: 4", ["tiny.yaml", "epoch", "epochs"]),
    "no such data set": (TINY, "  digits: {", "  digit: {", ["tiny.yaml", "digit", "digits"]),
    "architecture that does not fit": (
        TINY, "architecture: lenet5_8", "architecture: lenet5", ["tiny.yaml", "lenet5"],
    ),
    "not YAML": (TINY, "training:", "training: [", ["tiny.yaml", "line"]),
}  # fmt: skip
"""A few: each costs a start of Snakemake, and every message has a fast test."""

COMMANDS = {
    "no such study": (("study=tinny",), ["tinny", "tiny"]),
    "unknown --config key": ((STUDY, "sharts=2"), ["sharts", "--config"]),
}


def check(clone, words, config=(STUDY,)):
    before = files_below(clone.root)
    done = clone.snakemake(config=config)
    lines = [line for line in done.stdout.splitlines() if "workflow specific profile" not in line]
    assert done.returncode not in (0, None)
    assert len(lines) == 1, done.stdout
    assert lines[0].startswith("densevsconv: ")
    assert all(word in lines[0] for word in words), lines[0]
    after = files_below(clone.root)
    kept = {name for name in before if ".snakemake" not in name and "__pycache__" not in name}
    assert {name: after.get(name) for name in kept} == {name: before[name] for name in kept}
    new = {name for name in set(after) - set(before) if "__pycache__" not in name}
    assert all(name.startswith(".snakemake") for name in new), new


@pytest.mark.parametrize("kind", EDITS)
def test_a_broken_file_is_one_line(clone, kind):
    file, old, new, words = EDITS[kind]
    # results of an earlier run stay as they are
    (clone.results / "plan").mkdir(parents=True)
    (clone.results / "summary.csv").write_text("dataset,case\n", encoding="utf-8")
    clone.edit(file, old, new)
    check(clone, words)


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_broken_command_is_one_line(clone, kind):
    config, words = COMMANDS[kind]
    check(clone, words, config)


def test_a_missing_file_is_one_line(clone):
    (clone.root / "config" / "datasets.yaml").unlink()
    check(clone, ["datasets.yaml"])
