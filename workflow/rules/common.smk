"""What every rule uses: the study's plans, its files, and the command of a stage.

The configuration is read here, before any job: a wrong key, value or reference ends the run with
one line. Reading writes nothing, so that looking (-n, --summary, --dag) is always possible. The
plans are written to results/<study>/plan as a run starts; each rule has the digests of its plan
and of the code of its stage (comments and docstrings left out) among its parameters. An edit of the
configuration so reruns the stages whose plan it changed, an edit of a figure redraws.

A rule's files are those that its stage declares: see densevsconv/stages/plan.py.
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

from densevsconv.commands.publish import where
from densevsconv.errors import UserError, problem
from densevsconv.images import MIRROR_VARIABLE
from densevsconv.planning.automatic import machine_line
from densevsconv.planning.load import CONFIG_FILE, load_study
from densevsconv.planning.plans import make_plans, write_plans
from densevsconv.results.code import Code
from densevsconv.stages.plan import job, lists, paths, stage
from densevsconv.store.cards import PLACES_VARIABLE
from densevsconv.store.files import sweep
from densevsconv.store.identity import code_digest
from densevsconv.store.layout import Layout
from densevsconv.store.plugins import plugin_files
from densevsconv.training.engines.registry import ENGINE_CODE
from densevsconv.store.process import Claim

try:
    study = load_study(ROOT / CONFIG_FILE, config)
except (UserError, OSError) as error:
    sys.exit(f"densevsconv: {problem(error) or error}")

at = Layout(
    Path(study.config.results) / study.name,
    reports=Path(study.config.reports),
    captions=ROOT / "workflow" / "report",
)
plans = make_plans(study, at)
LISTS = lists(plans, at)
PREPARED = stage("prepare").outputs(plans["prepare"], at, "{dataset}")
# a rule may ask for prepared files by a wildcard
LISTED = LISTS | dict.fromkeys(paths(PREPARED), at.digests(job("prepare", "{dataset}")))
running = Claim(at.running)


onstart:
    # only a run that does something comes here, and of a run only the process that leads it
    try:
        refuse_what_cannot_be_timed()
        running.queue()
        shared = (at.execution, at.database.parent)
        for folder in (at.root, at.reports / at.study, *shared):
            sweep(folder)
        write_plans(study, at)
        Code.now().write(at.code)
        print(machine_line(study.automatic, study.config.jobs_per_gpu), file=sys.stderr)
    except (UserError, OSError) as error:
        sys.exit(f"densevsconv: {problem(error) or error}")


# `exec`: the stage takes the shell's place, so that it notices when Snakemake is killed
STAGE = f"exec {shlex.quote(sys.executable)} -m densevsconv --end-with-parent {os.getpid()}"
# where files are looked for first; no parameter of a rule, since it decides nothing, and not on a
# command line, which is shown where a job fails and may hold a password
if study.config.data_mirror:
    os.environ[MIRROR_VARIABLE] = study.config.data_mirror
os.environ[PLACES_VARIABLE] = str(study.config.jobs_per_gpu)
REPORTS = f"--reports {shlex.quote(str(at.reports))} --captions {shlex.quote(str(at.captions))}"
RESULTS = shlex.quote(str(at.root))
# none by default: a cluster without would refuse the job
GPU = {"gpu": study.config.gpus} if study.config.gpus else {}


wildcard_constraints:
    dataset=r"[A-Za-z][\w-]*",


def inputs(name, *part):
    """Return the files that a stage, or a part of it, reads, and the lists of their digests."""
    files = stage(name).inputs(plans[name], at, *part)
    listed = sorted({LISTED[file] for file in paths(files) if file in LISTED})
    # what comes with the code is not in the storage of the results
    files = {
        what: each if all(map(at.name, paths({what: each}))) else local(each)
        for what, each in files.items()
    }
    return files | {"lists": listed}


def outputs(name, *part):
    """Return the files that a stage, or a part of it, writes, and the list of their digests."""
    return stage(name).outputs(plans[name], at, *part) | {"list": at.digests(job(name, *part))}


# digests are taken when a job asks for them: on a cluster a job takes its own, and no other


def code(name):
    """Give the digest of what a stage runs."""
    runs = stage(name)
    modules, without = getattr(runs, "CODE", ()), getattr(runs, "WITHOUT_CODE", ())
    return lambda wildcards: code_digest(runs.__name__, *modules, without=without)


def training_code(name):
    """Give the digest of what a stage that trains runs, engines and plug-ins among it."""
    modules = (stage(name).__name__, *ENGINE_CODE)
    return lambda wildcards: code_digest(*modules, plugins=plugin_files())


def log_file(name):
    """Return where a stage's messages are kept."""
    return str(at.root / "logs" / f"{name}.log")
