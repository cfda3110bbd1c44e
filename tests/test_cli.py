"""The command line: exit codes, one-line errors, and arguments that reach the stages."""

import errno
import importlib
import inspect
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from select import select as readable

import numpy as np
import pytest

from densevsconv import cli
from densevsconv.stages import measure, search, select
from densevsconv.stages.plan import STAGES
from densevsconv.store.layout import Layout
from densevsconv.store.process import Claim

ROOT = Path(__file__).parents[1]


@pytest.fixture
def at_root(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("command", [[], *([name] for name in cli.COMMANDS)])
def test_every_help_shows_an_example(command, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main([*command, "--help"])
    assert exit_.value.code == 0
    assert "examples:\n  densevsconv" in capsys.readouterr().out


@pytest.mark.parametrize("stage", cli.STAGES)
def test_a_stage_without_a_plan_says_what_writes_it(stage, tmp_path, capsys):
    assert cli.main([stage, str(tmp_path / "nothing")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"plan/{stage}.json" in error
    assert "snakemake --cores all --config study=nothing" in error


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_a_function_and_takes_what_that_takes(command):
    module, _, name = cli.COMMANDS[command].function.partition(":")
    function = getattr(importlib.import_module(f"densevsconv.{module}"), name)
    given = list(inspect.signature(function).parameters)
    if command in cli.STAGES:
        assert given[:2] == ["plan", "at"]
        parts = given[2:3] and inspect.signature(function).parameters[given[2]].kind.name
        positional = parts == "POSITIONAL_OR_KEYWORD"
        given = [*(["part"] if positional else []), *given[3 if positional else 2 :]]
        given += cli.OF_STAGES
    taken = [key for key in given if key in cli.ARGUMENTS]
    assert cli._parameters(cli.COMMANDS[command].function) == taken


def test_the_stages_are_those_of_the_command_line():
    assert tuple(cli.STAGES) == STAGES


def test_describe_counts_lenet5(at_root, capsys):
    assert cli.main(["describe", "lenet5_32", "--image", "32x32x1", "--classes", "10"]) == 0
    assert "61,706" in capsys.readouterr().out


def test_describe_refuses_an_image_the_architecture_does_not_fit(at_root, capsys):
    assert cli.main(["describe", "lenet5", "--image", "8x8x1", "--classes", "10"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("densevsconv: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["describe", "lenet5", "--image", "8by8", "--classes", "10"], "HEIGHTxWIDTHxCHANNELS"),
        (["describe", "lenet5", "--image", "8x0x1", "--classes", "10"], "from 1 to 10000"),
        (["search", "results/x", "--threads", "0"], "from 1 to 999999999"),
        (["describe", "lenet5", "--image", "99999x99999x3", "--classes", "10"], "to 10000"),
        (["describe", "lenet5", "--image", f"{'9' * 5000}x1x1", "--classes", "10"], "to 10000"),
        (["describe", "lenet5", "--image", "8x8x1", "--classes", "9" * 5000], "to 999999999"),
        (["describe", "lenet5"], "required"),
        (["select", "results/x", "--part", "1"], "unrecognized"),
        (["check", "tiny", "mnist"], "unrecognized"),
        (["ui", "--port", "x"], "from 1"),
        (["serch", "results/x"], "invalid choice"),
        ([], "required"),
    ],
)
def test_wrong_arguments_end_with_code_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(arguments)
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--log", "/proc/none/y.log", "check"], "/proc/none: No such file or directory; see"),
        (["--log", "pyproject.toml/y.log", "check"], "pyproject.toml: File exists; move away"),
        (["schema", "--folder", "/proc/none"], "/proc/none"),
        (["sheet", "digits", "--out", ""], "--out: found '.'; allowed: the name of a picture"),
        (["sheet", "digits", "--out", "/"], "--out: found '/'"),
        (["sheet", "digts"], 'unknown data set "digts"; did you mean "digits"'),
        (["describe", "lenet5", "--image", "1x1x1", "--classes", "10"], "it fits images from"),
        (["check", "../tiny"], 'study: found "../tiny"'),
        (["check", "--scale", "huge"], 'scale: found "huge"'),
        (["prepare", "pyproject.toml"], "pyproject.toml/plan/prepare.json"),
        (["prepare", "a" * 5000], "prepare.json"),
        (["where", "\udcff"], "study: "),
    ],
)
def test_what_cannot_be_done_is_a_line(arguments, message, at_root, capsys):
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_check_names_the_nearest_study(at_root, capsys):
    assert cli.main(["check", "quickstrat"]) == 2
    error = capsys.readouterr().err
    assert "quickstart" in error
    assert error.count("\n") == 1


def test_check_accepts_the_default_study(at_root, capsys):
    assert cli.main(["check"]) == 0
    assert "quickstart: valid" in capsys.readouterr().out


def test_arguments_reach_the_stage(tmp_path, monkeypatch):
    given = []
    monkeypatch.setattr(search, "run", stand_in(search.SearchPlan, given.append))
    monkeypatch.setattr(search, "outputs", lambda *_: {})
    plan = search.SearchPlan(seed=1, seeds=2, execution="auto", threads=1, shards=2, cases={})
    plan.write(Layout(tmp_path).plan("search"))
    command = ["search", str(tmp_path), "--part", "1", "--threads", "3"]
    assert cli.main([*command, "--plan", plan.digest(1)]) == 0
    assert given == [(plan, Layout(tmp_path), 1, {"threads": 3})]


def test_a_plan_that_was_edited_meanwhile_is_refused(tmp_path, capsys):
    plan = select.SelectPlan(shards=0, cases={})
    plan.model_copy(update={"shards": 1}).write(Layout(tmp_path).plan("select"))
    assert cli.main(["select", str(tmp_path), "--plan", plan.digest()]) == 2
    assert "edited meanwhile; run again" in capsys.readouterr().err


def test_a_part_that_is_not_there_is_named(tmp_path, capsys):
    measure.MeasurePlan(seed=1, datasets=["digits"]).write(Layout(tmp_path).plan("measure"))
    assert cli.main(["measure", str(tmp_path), "--part", "digit"]) == 2
    assert 'unknown part "digit"; did you mean "digits"' in capsys.readouterr().err


@pytest.mark.parametrize("below", ["", ".snakemake/storage/fs/store"])
def test_a_stage_writes_where_the_workflow_wants_it(tmp_path, monkeypatch, below):
    monkeypatch.chdir(tmp_path)
    at, given = Layout(Path("results/x")), []
    monkeypatch.setattr(select, "run", stand_in(select.SelectPlan, given.append))
    select.SelectPlan(shards=0, cases={}).write(at.plan("select"))
    Path(below, at.trials).parent.mkdir(parents=True, exist_ok=True)
    Path(below, at.trials).touch()
    there = Path(below, at.digests("select"))
    assert cli.main(["select", "results/x", "--digests", str(there)]) == 0
    assert cli.main(["select", "results/x", "--digests", str(there.with_name("mine.json"))]) == 2
    assert given[0][1] == Layout(below / at.root, reports=below / at.reports)


def test_a_stage_that_another_process_is_at_is_refused(tmp_path, capsys):
    at = Layout(tmp_path)
    search.SearchPlan(seed=1, seeds=2, execution="auto", threads=1, shards=2, cases={}).write(
        at.plan("search")
    )
    with Claim(at.claim("search-1")).held("it"):
        assert cli.main(["search", str(tmp_path), "--part", "1"]) == 2
        assert cli.main(["search", str(tmp_path), "--part", "0"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert f"search-1 is being done by process {os.getpid()} on" in line


@pytest.mark.parametrize("after", [0.02, 0.3, 0.6, 1.2])
def test_an_interrupt_ends_in_a_line(after):
    script = (
        "import sys; from densevsconv.__main__ import main; print(flush=True); sys.exit(main())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, "check", "fossheim2022"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert "Traceback" not in said
    # where it was done already, the interpreter may end by the system's own way
    assert process.returncode in (0, 130, -signal.SIGINT)
    assert process.returncode != 130 or said.strip().startswith("densevsconv: interrupted")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "a/b"), "a/b: No space left on device"),
        (OSError(errno.EROFS, "Read-only file system", "a"), "folders that can be written"),
        (MemoryError("Unable to allocate 9 GiB"), "allocate 9 GiB; fewer shards"),
    ],
)
def test_what_the_system_refuses_is_a_line(error, says, tmp_path, monkeypatch, capsys):
    def refused(_):
        raise error

    monkeypatch.setattr(select, "run", stand_in(select.SelectPlan, refused))
    select.SelectPlan(shards=0, cases={}).write(Layout(tmp_path).plan("select"))
    assert cli.main(["select", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def stand_in(plan_type, called):
    """Return a stage's function that hands all it is given to ``called``."""

    def run(plan, at, *part, **arguments):
        called((plan, at, *part, arguments))

    run.__annotations__["plan"] = plan_type
    return run


def test_the_command_line_imports_no_heavy_library():
    script = (
        "import sys; sys.path.insert(0, 'src'); import densevsconv.cli; "
        "heavy = ('tensorflow', 'mlflow', 'pandas', 'numpy');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_job_ends_with_the_run_that_started_it(tmp_path):
    """At whatever moment that ends, be it before the job has read its arguments."""
    plan = Layout(tmp_path).plan("search")
    plan.parent.mkdir()
    os.mkfifo(plan)  # who reads it waits for ever
    job = f"{sys.executable} -m densevsconv --end-with-parent $$ search {tmp_path} & wait"
    jobs = []
    for delay in [*np.linspace(0, 0.3, 20), 3]:
        parent = subprocess.Popen(["bash", "-c", job], cwd=ROOT / "src", stdout=subprocess.PIPE)
        jobs.append(parent.stdout)
        time.sleep(delay)
        parent.kill()
        parent.wait()
    # a pipe can be read when the last process that holds it has ended
    assert all(readable([pipe], [], [], 20)[0] for pipe in jobs), "an orphan is left"
