"""What every rule uses: the study's configuration, its files, and the command of a stage.

The configuration is read here, before any job: a wrong key, value or reference ends the run with
one line. Every stage's part of it is written to results/<study>/plan/<stage>.json, the input of
that stage's rule, so that an edit reruns the stages whose part it changed and no other.

A rule's `code` parameter is a digest of the package files its stage runs (comments and docstrings
left out): an edit of the engine reruns search, refit and time; an edit of a figure reruns figures.
"""

import os
import shlex
import sys
from pathlib import Path

# relative, so that a clone that is moved has nothing to do again
ROOT = Path(os.path.relpath(workflow.basedir))
SOURCES = str(Path(workflow.basedir) / "src")
sys.path.insert(0, SOURCES)
# jobs find the package in the clone, whether or not it is installed
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [SOURCES, os.environ.get("PYTHONPATH")]))

from densevsconv.planning.load import CONFIG_FILE, load_study
from densevsconv.planning.plan import write_plans
from densevsconv.errors import UserError
from densevsconv.store.files import read_json
from densevsconv.store.identity import code_digest
from densevsconv.store.layout import Layout
from densevsconv.store.process import RunLock
from densevsconv.commands.publish import where

try:
    study = load_study(ROOT / CONFIG_FILE, config)
except UserError as error:
    sys.exit(f"densevsconv: {error}")

layout = Layout(Path(study.config.results) / study.name)
reports = Path(study.config.reports)

# While another run works on these results a plan that is there stays: looking (-n, --report) is
# possible, running is refused below.
lock = RunLock(layout.root.parent)
free = lock.acquire()
write_plans(study, layout, replace=free)
if free:
    lock.release()


onstart:
    try:
        lock.require()
    except UserError as error:
        sys.exit(f"densevsconv: {error}")


# `exec`: the stage takes the shell's place, so that it notices when Snakemake is killed
STAGE = f"exec {shlex.quote(sys.executable)} -m densevsconv --end-with-parent"


# where files are looked for first; no parameter of a rule, since it decides nothing
MIRROR = f"--mirror {shlex.quote(study.config.data_mirror)}" if study.config.data_mirror else ""


wildcard_constraints:
    shard=r"\d+",


def code(stage):
    """Return the digest of what a stage runs."""
    return code_digest(f"densevsconv.stages.{stage}")


def plan(stage):
    """Return a stage's part of the configuration."""
    return read_json(layout.plan(stage))


def log_file(stage):
    """Return where a stage's messages are kept."""
    return str(layout.root / "logs" / f"{stage}.log")
