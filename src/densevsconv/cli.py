"""The ``densevsconv`` command: one stage of a study, or a look at its configuration."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from densevsconv import __version__
from densevsconv.errors import UserError
from densevsconv.images.fetching.places import MIRROR_VARIABLE
from densevsconv.store.layout import Layout
from densevsconv.store.process import end_with_parent, log_to, prepare_environment

if TYPE_CHECKING:
    from densevsconv.planning.resolved import ResolvedStudy
    from densevsconv.report.layout import ReportLayout

STAGES = {
    "fetch": ("fetch", "fetch the official files of the study's data sets"),
    "prepare": ("prepare", "make images, labels and splits ready"),
    "measure": ("measure", "measure the images: entropy, noise, variance, duplicates"),
    "gradients": ("gradients", "check NumPy networks' gradients by finite differences"),
    "search": ("search", "train the trials of one shard of the grids"),
    "select": ("select", "choose each case's settings by validation accuracy"),
    "refit": ("refit", "train the chosen settings on fresh seeds (one shard of the cases)"),
    "evaluate": ("evaluate", "score the refitted networks on the test images"),
    "time": ("timing", "time training and inference, alone on the machine"),
    "judge": ("judge", "judge the claims of a publication"),
    "summarise": ("summarise", "write the tables of the study"),
    "figures": ("figures", "draw the figures"),
    "report": ("report", "write paper.pdf and index.html"),
    "track": ("track", "import the results into MLflow"),
}
"""Command -> (module of densevsconv.stages, what it does). ``time`` is a module of Python's own."""

SHARDED = ("search", "refit")
RENDERED = ("figures", "report")
FETCHING = ("fetch", "prepare")
STAGE_ARGUMENTS = ("threads", "shard", "partial", "reports", "captions", "mirror")

USAGE_ERROR = 2
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code (0 done, 2 the user can put it right, 130 Ctrl-C)."""
    options = _parser().parse_args(arguments)
    prepare_environment(getattr(options, "threads", None))
    if options.log:
        log_to(options.log)
    if options.end_with_parent:
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
    # each stage has the arguments it needs; what was not given is the stage's own default
    given = {name: getattr(options, name, None) for name in STAGE_ARGUMENTS}
    module.run(layout, **{name: value for name, value in given.items() if value is not None})


def _check(options: argparse.Namespace) -> None:
    study = _study(options)
    trials = sum(case.trials for case in study.cases.values())
    print(
        f"study {study.name}: valid; {len(study.cases)} cases, {trials} search trials, "
        f"{sum(case.refit_seeds for case in study.cases.values())} refits"
    )


def _describe(options: argparse.Namespace) -> None:
    from densevsconv.networks.describe import describe
    from densevsconv.networks.load import load_architecture

    architecture = load_architecture(Path("config/architectures"), options.architecture)
    print(describe(architecture.bind(options.image, options.classes)))


def _sheet(options: argparse.Namespace) -> None:
    from densevsconv.commands.sheet import write_sheet
    from densevsconv.planning.load import CONFIG_FILE

    write_sheet(CONFIG_FILE, options.dataset, options.out, options.mirror)
    print(options.out.with_suffix(".png"))


def _study(options: argparse.Namespace) -> ResolvedStudy:
    from densevsconv.planning.load import load_study

    given = {"study": options.study, "scale": options.scale}
    return load_study(overrides={key: value for key, value in given.items() if value})


def _files(study: ResolvedStudy) -> tuple[Layout, ReportLayout]:
    from densevsconv.report.layout import ReportLayout

    layout = Layout(Path(study.config.results) / study.name)
    return layout, ReportLayout(Path(study.config.reports), study.name)


def _ui(options: argparse.Namespace) -> None:
    from densevsconv.commands.publish import database as database_of
    from densevsconv.planning.load import load_config

    config, _ = load_config()
    database = database_of(Path(config.results))
    if not database.exists():
        raise UserError(f"{database}: no MLflow database yet; run a study first (`make study`)")
    command = [sys.executable, "-m", "mlflow", "ui", "--host", "127.0.0.1"]
    command += ["--port", str(options.port), "--backend-store-uri", f"sqlite:///{database}"]
    command += ["--workers", "1"]  # for one reader; four take four times as long to start
    # its background jobs and its libraries' warnings are nothing to someone who looks at runs
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "PYTHONWARNINGS": "ignore"}
    print(f"MLflow at http://127.0.0.1:{options.port} in a moment (Ctrl-C ends it)", flush=True)
    os.execve(command[0], command, os.environ | quiet)


def _where(options: argparse.Namespace) -> None:
    from densevsconv.commands.publish import where

    study = _study(options)
    print(where(*_files(study), study.command))


def _publish(options: argparse.Namespace) -> None:
    from densevsconv.commands.publish import publish

    study = _study(options)
    target = options.to / study.config.study  # one report of a study is committed, of any scale
    files = publish(*_files(study), target, study.command)
    print(f"{study.name}: {len(files)} files in {target}; look at them, then commit them")


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
            "  densevsconv describe lenet5_32 --image 32x32x1 --classes 10\n"
            "  densevsconv track results/quickstart --partial   import what is there so far\n"
            "  densevsconv ui                             look at the runs in MLflow"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"densevsconv {__version__}")
    parser.add_argument(
        "--log", type=Path, metavar="FILE", help="keep in FILE what the command says"
    )
    parser.add_argument(
        "--end-with-parent",
        action="store_true",
        help="end when the process that started this one ends (the workflow's jobs do)",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_stages(commands)
    _add_configuration(commands)
    _add_sheet(commands)
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
        if stage in SHARDED:
            command.add_argument("--shard", type=int, default=0, help="which shard, from 0")
        if stage in FETCHING:
            _add_mirror(command)
        if stage in RENDERED:
            command.add_argument("--reports", type=Path, help="where to (default: reports)")
        if stage == "report":
            command.add_argument(
                "--captions", type=Path, help="the captions (default: workflow/report)"
            )
        if stage == "track":
            command.add_argument(
                "--partial",
                action="store_true",
                default=None,
                help="import what is there so far, while the study runs",
            )


def _add_configuration(commands: Any) -> None:
    check = _command(
        commands, "check", _check, "validate the configuration of a study",
        "densevsconv check", "densevsconv check tiny",
    )  # fmt: skip
    _add_study(check)
    describe = _command(
        commands, "describe", _describe, "show an architecture's layers, parameters and MACs",
        "densevsconv describe lenet5_32 --image 32x32x1 --classes 10",
    )  # fmt: skip
    describe.add_argument("architecture", help="a name in config/architectures")
    describe.add_argument(
        "--image", type=_image, required=True, metavar="HxWxC", help="such as 28x28x1"
    )
    describe.add_argument("--classes", type=_count, required=True, help="number of classes")


def _add_sheet(commands: Any) -> None:
    sheet = _command(
        commands, "sheet", _sheet, "draw a data set's images under every transformation",
        "densevsconv sheet digits --out /tmp/digits.png",
        "densevsconv sheet mnist --mirror path/to/files",
    )  # fmt: skip
    sheet.add_argument("dataset", help="a data set of config/datasets.yaml")
    sheet.add_argument(
        "--out", type=Path, default=Path("sheet.png"), help="the picture (default: sheet.png)"
    )
    _add_mirror(sheet)


def _add_mirror(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--mirror",
        default=os.environ.get(MIRROR_VARIABLE) or None,
        help="an address or a folder where files are looked for first (default: "
        f"{MIRROR_VARIABLE})",  # not its value, which may hold a password
    )


def _add_results(commands: Any) -> None:
    ui = _command(
        commands, "ui", _ui, "show the runs in MLflow's pages, on this machine only",
        "densevsconv ui", "densevsconv ui --port 5001",
    )  # fmt: skip
    ui.add_argument("--port", type=_count, default=5000, help="default: 5000")
    where = _command(
        commands, "where", _where, "say where a study's report, tables and runs are",
        "densevsconv where", "densevsconv where tiny",
    )  # fmt: skip
    _add_study(where)
    publish = _command(
        commands, "publish", _publish, "copy a finished report to where reports are committed",
        "densevsconv publish quickstart", "densevsconv publish doshi2020 --scale full",
    )  # fmt: skip
    _add_study(publish)
    publish.add_argument(
        "--to",
        type=Path,
        default=Path("reports/published"),
        help="default: reports/published",
    )


def _add_study(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "study", nargs="?", help="the study (default: the one in config/config.yaml)"
    )
    command.add_argument("--scale", help="its size: smoke, laptop or full (default: its own)")
