"""The ``densevsconv`` command: one stage of a study, or a look at its configuration."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from densevsconv import __version__
from densevsconv.errors import UserError
from densevsconv.layout import Layout
from densevsconv.process import end_with_parent, prepare_environment

STAGES = {
    "prepare": ("prepare", "make images, labels and splits ready"),
    "search": ("search", "train the trials of one shard of the grids"),
    "select": ("select", "choose each case's settings by validation accuracy"),
    "refit": ("refit", "train the chosen settings on fresh seeds (one shard of the cases)"),
    "evaluate": ("evaluate", "score the refitted networks on the test images"),
    "time": ("timing", "time training and inference, alone on the machine"),
    "summarise": ("summarise", "write summary.csv, runs.csv and comparisons.csv"),
    "figures": ("figures", "draw the figures"),
    "report": ("report", "write paper.pdf and index.html"),
    "track": ("track", "import the results into MLflow"),
}
"""Command -> (module of densevsconv.stages, what it does). ``time`` is a module of Python's own."""

SHARDED = ("search", "refit")

USAGE_ERROR = 2
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code (0 done, 2 the user can put it right, 130 Ctrl-C)."""
    options = _parser().parse_args(arguments)
    prepare_environment(getattr(options, "threads", None))
    if getattr(options, "stop_with_parent", False):
        end_with_parent()
    try:
        options.run(options)
    except UserError as error:
        print(f"densevsconv: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `densevsconv describe ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


# -- the commands


def _run_stage(options: argparse.Namespace) -> None:
    layout = Layout(options.results)
    if not layout.plan(options.command).exists():
        raise UserError(
            f"{layout.plan(options.command)}: no plan for this stage; "
            f"`snakemake -n --config study={layout.study}` writes it"
        )
    module = importlib.import_module(f"densevsconv.stages.{STAGES[options.command][0]}")
    asked = {name: getattr(options, name, None) for name in ("threads", "shard", "partial")}
    module.run(layout, **{name: value for name, value in asked.items() if value is not None})


def _check(options: argparse.Namespace) -> None:
    from densevsconv.config import load_study

    overrides = {"study": options.study} if options.study else {}
    study = load_study(options.root, overrides)
    print(f"{study.name}: the configuration is valid")


def _describe(options: argparse.Namespace) -> None:
    from densevsconv.architecture.describe import describe
    from densevsconv.architecture.load import load_architecture

    folder = options.root / "config" / "architectures"
    architecture = load_architecture(folder, options.architecture)
    print(describe(architecture.bind(options.image, options.classes)))


def _ui(options: argparse.Namespace) -> None:
    from densevsconv.publish import database as database_of

    database = database_of(options.results)
    if not database.exists():
        raise UserError(f"{database}: no MLflow database yet; run a study first (`make study`)")
    command = [sys.executable, "-m", "mlflow", "ui", "--host", "127.0.0.1"]
    command += ["--port", str(options.port), "--backend-store-uri", f"sqlite:///{database}"]
    print(f"MLflow at http://127.0.0.1:{options.port} (Ctrl-C ends it)", flush=True)
    os.execv(command[0], command)


def _where(options: argparse.Namespace) -> None:
    from densevsconv.publish import where

    print(where(Layout(options.results), options.reports))


def _publish(options: argparse.Namespace) -> None:
    from densevsconv.publish import publish
    from densevsconv.report.layout import ReportLayout

    layout = Layout(options.results)
    target = options.to / layout.study
    files = publish(layout, ReportLayout(options.reports, layout.study), target)
    print(f"{len(files)} files in {target}: look at them, then commit them")


# -- the arguments


def _image(text: str) -> tuple[int, int, int]:
    try:
        height, width, channels = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not HEIGHTxWIDTHxCHANNELS") from None
    if min(height, width, channels) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: every side must be at least 1")
    return height, width, channels


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], None], text: str, *examples: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog="\n".join(["examples:", *(f"  {example}" for example in examples)]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="densevsconv",
        description=(
            "When, why and at what cost do convolutional networks beat dense ones on images?\n"
            "`snakemake --cores all` runs a whole study; these commands run its parts."
        ),
        epilog=(
            "examples:\n"
            "  densevsconv check                          is the configuration valid?\n"
            "  densevsconv describe lenet5 --image 32x32x1 --classes 10\n"
            "  densevsconv track results/quickstart --partial   import what is there so far\n"
            "  densevsconv ui                             look at the runs in MLflow"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"densevsconv {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_stages(commands)
    _add_configuration(commands)
    _add_results(commands)
    return parser


def _add_stages(commands: Any) -> None:
    for stage, (_, text) in STAGES.items():
        shard = " --shard 0" if stage in SHARDED else ""
        command = _command(
            commands, stage, _run_stage, text, f"densevsconv {stage} results/quickstart{shard}"
        )
        command.add_argument("results", type=Path, help="the study's folder, results/STUDY")
        command.add_argument(
            "--threads", type=_count, help="threads to compute with (default: the plan's)"
        )
        command.add_argument(
            "--stop-with-parent",
            action="store_true",
            help="end when the process that started this one ends (the workflow's jobs do)",
        )
        if stage in SHARDED:
            command.add_argument("--shard", type=int, default=0, help="which shard, from 0")
        if stage == "track":
            command.add_argument(
                "--partial",
                action="store_true",
                default=None,
                help="import what is there so far, while the study runs",
            )


def _add_configuration(commands: Any) -> None:
    root = {"type": Path, "default": Path(), "help": "the project's folder (default: this one)"}
    check = _command(
        commands, "check", _check, "validate the configuration",
        "densevsconv check", "densevsconv check tiny",
    )  # fmt: skip
    check.add_argument("study", nargs="?", help="the study (default: the one in config.yaml)")
    check.add_argument("--root", **root)
    describe = _command(
        commands, "describe", _describe, "show an architecture's layers, parameters and MACs",
        "densevsconv describe lenet5 --image 32x32x1 --classes 10",
    )  # fmt: skip
    describe.add_argument("architecture", help="a name in config/architectures")
    describe.add_argument("--image", type=_image, required=True, metavar="HxWxC")
    describe.add_argument("--classes", type=_count, required=True)
    describe.add_argument("--root", **root)


def _add_results(commands: Any) -> None:
    study = {"type": Path, "help": "the study's folder, results/STUDY"}
    reports = {"type": Path, "default": Path("reports"), "help": "where reports are rendered"}
    ui = _command(
        commands, "ui", _ui, "show the runs in MLflow's pages, on this machine only",
        "densevsconv ui", "densevsconv ui --port 5001",
    )  # fmt: skip
    ui.add_argument("results", type=Path, nargs="?", default=Path("results"))
    ui.add_argument("--port", type=_count, default=5000)
    where = _command(
        commands, "where", _where, "say where a study's report, tables and runs are",
        "densevsconv where results/quickstart",
    )  # fmt: skip
    where.add_argument("results", **study)
    where.add_argument("--reports", **reports)
    publish = _command(
        commands, "publish", _publish, "copy a finished report to where reports are committed",
        "densevsconv publish results/quickstart",
    )  # fmt: skip
    publish.add_argument("results", **study)
    publish.add_argument("--reports", **reports)
    publish.add_argument("--to", type=Path, default=Path("reports/published"))
