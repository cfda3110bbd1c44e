"""The ``densevsconv`` command: one stage of a study, or a look at its configuration.

A command is a line of :data:`COMMANDS`. What it may be given is read from the signature of its
function; what each argument means stands once, in :data:`ARGUMENTS`.
"""

import argparse
import ast
import importlib
import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from densevsconv import __version__
from densevsconv.errors import problem
from densevsconv.images import MIRROR_VARIABLE
from densevsconv.store.layout import Layout
from densevsconv.store.plugins import load_plugins
from densevsconv.store.process import end_with_parent, log_to, prepare_environment


class Command(NamedTuple):
    """A command: module and function, what it does, and what follows its name in examples."""

    function: str
    text: str
    examples: tuple[str, ...] = ("results/quickstart",)


COMMANDS = {
    "fetch": Command("stages.fetch:run", "fetch the official files of the study's data sets"),
    "prepare": Command("stages.prepare:run", "make images, labels and splits ready"),
    "measure": Command("stages.measure:run", "measure the images: entropy, noise, duplicates, ..."),
    "gradients": Command("stages.gradients:run", "check NumPy networks by finite differences"),
    "search": Command("stages.search:run", "train the trials of one shard of the grids"),
    "select": Command("stages.select:run", "choose each case's settings by validation accuracy"),
    "refit": Command("stages.refit:run", "train the chosen settings on fresh seeds (one shard)"),
    "evaluate": Command("stages.evaluate:run", "score the refitted networks on the test images"),
    "rerun": Command("stages.rerun:run", "train the shortest run again, and compare its bits"),
    "time": Command("stages.timing:run", "time training and inference, alone on the machine"),
    "judge": Command("stages.judge:run", "judge the claims of a publication"),
    "summarise": Command("stages.summarise:run", "write the tables of the study"),
    "trust": Command("stages.trust:run", "answer what a referee asks before believing results"),
    "figures": Command("stages.figures:run", "draw the figures"),
    "report": Command("stages.report:run", "write paper.pdf, supplement.pdf and index.html"),
    "track": Command("stages.track:run", "import the results into MLflow"),
    "check": Command("commands.study:check", "validate a study's configuration", ("", "tiny")),
    "describe": Command(
        "commands.study:describe",
        "show an architecture's layers, parameters and MACs",
        ("lenet5_32 --image 32x32x1 --classes 10",),
    ),
    "sheet": Command(
        "commands.sheet:sheet",
        "draw a data set's images under every transformation",
        ("digits --out /tmp/digits.png", "mnist --mirror path/to/files"),
    ),
    "schema": Command(
        "commands.schema:schema",
        "write the JSON schemas of the configuration, for editors",
        ("", "--folder ../study/config/schema"),
    ),
    "ui": Command("commands.study:ui", "show the runs in MLflow's pages", ("", "--port 5001")),
    "where": Command("commands.study:where", "say where a study's results are", ("", "tiny")),
    "verify": Command(
        "commands.study:verify",
        "check that every file of a finished study is as it was written",
        ("", "tiny --remove", "reports/published/tiny"),
    ),
    "compare": Command(
        "commands.compare:compare",
        "say what differs between two finished studies, and which results changed beyond noise",
        ("quickstart ../elsewhere/results/quickstart", "tiny tiny-full --csv changes.csv"),
    ),
    "publish": Command(
        "commands.study:publish",
        "copy a finished report to where reports are committed",
        ("quickstart", "doshi2020 --scale full"),
    ),
}
STAGES = [name for name, command in COMMANDS.items() if command.function.startswith("stages.")]

USAGE_ERROR = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code (0 done, 2 the user can put it right)."""
    code = None
    options = vars(_parser().parse_args(arguments))
    prepare_environment(options.get("threads"))
    try:
        if log := options.pop("log"):
            log_to(log)
        if parent := options.pop("end_with_parent"):
            end_with_parent(parent)
        load_plugins()
        code = _run(options.pop("command"), options)
    except BrokenPipeError:  # `densevsconv describe ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if (text := problem(error)) is None:
            raise
        # one line, whatever a damaged file had in it
        text = "".join(c if c.isprintable() else " " for c in text)
        print(f"densevsconv: {' '.join(text.split())}", file=sys.stderr)
        return USAGE_ERROR
    return code or 0


def _run(command: str, options: dict[str, Any]) -> Any:
    if command in STAGES:
        from densevsconv.stages.plan import run_stage

        at = Layout(options.pop("results"), options.pop("reports"), options.pop("captions"))
        # what was not given is the stage's own default
        given = {key: value for key, value in options.items() if value is not None}
        return run_stage(command, at, given.pop("part", None), given.pop("plan", None), **given)
    module, _, name = COMMANDS[command].function.partition(":")
    return getattr(importlib.import_module(f"densevsconv.{module}"), name)(**options)


def _parameters(function: str) -> list[str]:
    """Return which :data:`ARGUMENTS` a function takes.

    Read from its source: libraries look up the number of threads while they are imported, and that
    number is not known before the arguments are.
    """
    module, _, name = function.partition(":")
    source = Path(__file__).parent.joinpath(*module.split(".")).with_suffix(".py")
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            given = [argument.arg for argument in node.args.args + node.args.kwonlyargs]
            if module.startswith("stages."):
                part = ["part"] if len(node.args.args) > len(("plan", "at")) else []
                given = [*part, *given[len(node.args.args) :], *OF_STAGES]
            return [argument for argument in given if argument in ARGUMENTS]
    raise AttributeError(f"{source} has no function {name}")


def _image(text: str) -> tuple[int, int, int]:
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})x(\d{1,5})", text.lower())
    if not found or not all(1 <= int(side) <= 10_000 for side in found.groups()):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not HEIGHTxWIDTHxCHANNELS, each from 1 to 10000"
        )
    height, width, channels = map(int, found.groups())
    return height, width, channels


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number from 1 to 999999999")
    return int(text)


def _path(default: str, text: str) -> dict[str, Any]:
    return {"type": Path, "default": Path(default), "help": f"{text} (default: {default})"}


ARGUMENTS: dict[str, dict[str, Any]] = {
    # those with a place; "?" may be left out
    "study": {"nargs": "?", "help": "the study (default: the one in config/config.yaml)"},
    "place": {"nargs": "?", "help": "the study, its folder, or that of a published report"},
    "a": {"help": "a study's folder, its name in the folder of results, or a published report"},
    "b": {"help": "the other"},
    "architecture": {"help": "a name in config/architectures"},
    "dataset": {"help": "a data set of config/datasets.yaml"},
    # those with a name
    "scale": {"help": "its size: smoke, laptop or full (default: its own)"},
    "threads": {"type": _count, "help": "threads to compute with (default: the plan's)"},
    "part": {"help": "a data set's name or a shard's number (default: all, in turn)"},
    "plan": {"metavar": "DIGEST", "help": "refuse a plan that is another than the workflow's"},
    "digests": {
        "type": Path,
        "metavar": "FILE",
        "help": "the list of what is written, and so where",
    },
    "remove": {"action": "store_true", "help": "remove what is damaged; a run makes it anew"},
    "csv": {"type": Path, "metavar": "FILE", "help": "write every number there as well"},
    "exit_code": {"action": "store_true", "help": "exit with 1 where a result changed"},
    "partial": {"action": "store_true", "help": "import what is there, while the study runs"},
    "reports": _path("reports", "where reports are"),
    "captions": _path("workflow/report", "the captions"),
    "mirror": {
        "default": os.environ.get(MIRROR_VARIABLE) or None,
        "help": "an address or a folder where files are looked for first (default: "
        f"{MIRROR_VARIABLE})",  # not its value, which may hold a password
    },
    "image": {"type": _image, "required": True, "metavar": "HxWxC", "help": "such as 28x28x1"},
    "classes": {"type": _count, "required": True, "help": "number of classes"},
    "out": _path("sheet.png", "the picture"),
    "folder": _path("config/schema", "where the schemas go"),
    "to": _path("reports/published", "where committed reports are"),
    "port": {"type": _count, "default": 5000, "help": "default: 5000"},
}
PLACED = ("study", "place", "a", "b", "architecture", "dataset")
OF_STAGES = ("plan", "digests", "reports", "captions")
"""What every stage may be given."""


@cache
def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="densevsconv",
        description="When, why and at what cost do convolutional networks beat dense ones on "
        "images?\n`snakemake --cores all` runs a whole study; these commands run its parts.",
        epilog="examples:\n"
        "  densevsconv check                          is the configuration valid?\n"
        "  densevsconv describe lenet5_32 --image 32x32x1 --classes 10\n"
        "  densevsconv track results/quickstart --partial   import what is there so far\n"
        "  densevsconv ui                             look at the runs in MLflow",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"densevsconv {__version__}")
    parser.add_argument("--log", type=Path, metavar="FILE", help="keep in FILE what is said")
    parser.add_argument(
        "--end-with-parent",
        type=_count,
        metavar="PROCESS",
        help="end when process PROCESS, which started this one, ends (the workflow's jobs do)",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (function, text, examples) in COMMANDS.items():
        lines = [f"  densevsconv {name} {example}".rstrip() for example in examples]
        command = commands.add_parser(
            name,
            help=text,
            description=f"{text[0].upper()}{text[1:]}.",
            epilog="\n".join(["examples:", *lines]),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name in STAGES:
            command.add_argument("results", type=Path, help="the study's folder, results/STUDY")
        for key in _parameters(function):
            command.add_argument(
                key if key in PLACED else f"--{key.replace('_', '-')}", **ARGUMENTS[key]
            )
    return parser
