"""What the stages have in common: a plan, the files they read and write, work done in parts.

A stage is a module with three functions beside its plan's type::

    def inputs(plan: XPlan, at: Layout) -> Files     every file it reads, its plan apart
    def outputs(plan: XPlan, at: Layout) -> Files    every file it writes
    def run(plan: XPlan, at: Layout, ...) -> None    reads those and writes these

A stage that is done in parts takes the part as a third argument: the name of a data set, or the
number of a shard. The rules of the workflow are made from the first two functions. Beside these
files a stage writes the list of their digests (``digests/``) and who is at it (``working/``), and
touches what outlives a run and decides nothing: its journal, the measured execution
modes, and the folder of fetched files, whose checksums are checked.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, get_type_hints

from densevsconv.errors import UserError
from densevsconv.results.digests import Digests, require_whole
from densevsconv.results.record import Record
from densevsconv.schema.messages import unknown
from densevsconv.store.cards import hidden
from densevsconv.store.identity import digest
from densevsconv.store.layout import Layout
from densevsconv.store.process import Claim

Files = dict[str, Path | list[Path]]
"""Files by what they are."""

Part = str | int
"""A data set's name or a shard's number."""

STAGES = (
    *("fetch", "prepare", "measure", "gradients", "search", "select", "refit", "evaluate", "rerun"),
    *("time", "judge", "summarise", "trust", "figures", "report", "track"),
)


def paths(files: Files) -> list[Path]:
    """Return all files of a declaration."""
    some = (each if isinstance(each, list) else [each] for each in files.values())
    return [path for each in some for path in each]


def of_each(names: Iterable[str], **files: Callable[[str], Path]) -> Files:
    """Return files of each of some cases or data sets: ``of_each(plan.cases, runs=at.runs)``."""
    return {what: [file(name) for name in names] for what, file in files.items()}


class Plan(Record):
    """What a stage is asked to do: an edit changes the plans of the stages that it concerns."""

    card: ClassVar[Callable[[], AbstractContextManager[None]]] = hidden
    """What a job does about GPUs, before it imports what uses them."""

    @property
    def parts(self) -> list[Any] | None:
        """The parts that the work is done in; None: it is done as a whole. [] is no work."""
        return None

    @property
    def jobs(self) -> list[tuple[Part, ...]]:
        """What each job of the stage is given: one part, or nothing."""
        return [()] if self.parts is None else [(part,) for part in self.parts]

    def of(self, part: Part | None) -> Any:
        """Return what decides the files of one part."""
        return self.model_dump(mode="json")

    def digest(self, part: Part | None = None) -> str:
        """Return what changes whenever a part must be done again."""
        return digest(self.of(part))


def stage(name: str) -> ModuleType:
    # `time` is a module of Python's own
    return importlib.import_module(f"densevsconv.stages.{'timing' if name == 'time' else name}")


def read_plan(name: str, at: Layout, part: Part | None = None, expected: str | None = None) -> Plan:
    """Return a stage's plan as the last run of the workflow wrote it.

    Raises :class:`UserError` where there is none, or where it is not the one whose digest is
    ``expected``: the configuration was edited while a run was going on.
    """
    file = at.plan(name)
    if not file.exists():
        raise UserError(
            f"{file}: no plan for this stage; `snakemake --cores all --config study={at.study}` "
            "writes it when it starts"
        )
    plan: Plan = get_type_hints(stage(name).run)["plan"].read(file)
    if expected is not None and plan.digest(part) != expected:
        raise UserError(
            f"{file}: not the plan that this job was started for, since the configuration was "
            "edited meanwhile; run again"
        )
    return plan


def job(name: str, *part: Part) -> str:
    """Return what a job is called: its stage, and the part that it does."""
    return "-".join(map(str, (name, *part)))


def lists(plans: Mapping[str, Plan], at: Layout) -> dict[Path, Path]:
    """Return of every file that the jobs of a study write which list has its digest."""
    return {
        file: at.digests(job(name, *part))
        for name, plan in plans.items()
        for part in plan.jobs
        for file in paths(stage(name).outputs(plan, at, *part))
    }


def run_stage(
    name: str,
    at: Layout,
    part: Part | None = None,
    expected: str | None = None,
    *,
    digests: Path | None = None,
    **options: Any,
) -> None:
    """Run a stage on the plan that is there: one part of it, or all.

    A job reads nothing that is not as another wrote it, and records last what it wrote itself.
    ``digests`` says where the workflow wants the list of what the job wrote: with a remote storage
    the files of the study lie as they do without, below another folder.

    Raises :class:`UserError` where another process is at the same part.
    """
    plan, runs = read_plan(name, at, part, expected), stage(name)
    jobs = {"-".join(map(str, given)): given for given in plan.jobs}
    if part is not None and plan.parts is not None:
        if str(part) not in jobs:
            raise UserError(f"{at.plan(name)}: {unknown('part', str(part), jobs)}")
        jobs = {str(part): jobs[str(part)]}
    if digests is not None:
        (given,) = jobs.values()
        own = str(at.digests(job(name, *given)))
        if not str(digests).endswith(own):
            raise UserError(f"--digests: found {digests}; allowed: {own}, below any folder")
        below = Path(str(digests).removesuffix(own))
        at = replace(at, root=below / at.root, reports=below / at.reports)
    for given in jobs.values():
        # an import of what is there so far may meet half of what another job writes just now, and
        # writes nothing that the stage declares
        if options.get("partial"):
            runs.run(plan, at, *given, **options)
            continue
        work = job(name, *given)
        with Claim(at.claim(work)).held(f"{at.root}: {work}"), type(plan).card():
            require_whole(paths(runs.inputs(plan, at, *given)), at)
            runs.run(plan, at, *given, **options)
            written = {at.name(file): file for file in paths(runs.outputs(plan, at, *given))}
            Digests.of(work, plan.digest(*given), written).write(at.digests(work))
