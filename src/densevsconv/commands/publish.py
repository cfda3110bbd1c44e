"""Where a study's results are, and copying a finished report to where reports are committed."""

import shutil
from pathlib import Path

from densevsconv.commands.verify import PUBLISHED
from densevsconv.errors import UserError
from densevsconv.report.contents import drawings
from densevsconv.results.digests import Digests, require_whole
from densevsconv.results.follow import TABLES
from densevsconv.results.searches import TABLES as SEARCHES
from densevsconv.results.trust import TrustRow, in_a_line
from densevsconv.stages.figures import FiguresPlan
from densevsconv.stages.report import published
from densevsconv.store.files import atomic_path, read_json
from densevsconv.store.layout import Layout


def tables(layout: Layout) -> list[Path]:
    return [
        layout.summary,
        layout.run_table,
        layout.trials,
        layout.comparisons,
        layout.engine_comparisons,
        layout.difficulty,
        layout.trust,
        *(getattr(layout, name) for name in SEARCHES),
    ]


def series(layout: Layout) -> list[Path]:
    return [getattr(layout, name) for name in TABLES]


def where(layout: Layout, command: str) -> str:
    """Return a few lines that say where a study's files are; ``command`` makes the study."""
    entries = {
        "report": [layout.paper, layout.supplement, layout.page],
        "tables": [*tables(layout), *series(layout), layout.splits],
        "runs": [layout.database],
    }
    there = {name: [file for file in files if file.exists()] for name, files in entries.items()}
    if not any(there.values()):
        raise UserError(f"{layout.root}: nothing here yet; `{command}`")
    lines = [f"study {layout.study}"]
    for name, files in there.items():
        lines += [f"  {name if file == files[0] else '':8}{file}" for file in files]
    if layout.trust.exists():
        lines.append(f"  trust   {in_a_line(TrustRow.read_table(layout.trust))}")
    return "\n".join([*lines, "  `make ui` shows the runs in MLflow"])


def publish(layout: Layout, target: Path, command: str) -> list[Path]:
    """Copy a finished report to ``target``; return the files written.

    What ``target`` holds of an earlier report and the new one has not is removed. Raises
    :class:`UserError` where a file is missing, or older than the tables it was made from.
    """
    if not layout.plan("figures").exists():
        raise UserError(f"{layout.root}: no such study; `{command}`")
    plan = FiguresPlan.read(layout.plan("figures"))
    figures = [layout.figure(drawing.stem, "png") for drawing in drawings(plan)]
    report = [layout.paper, layout.supplement, layout.page, layout.facts]
    # as the report's numbers call them
    wanted = {layout.name(file): file for file in published(plan, layout)}
    wanted |= {file.name: file for file in report}
    wanted |= {f"figures/{file.name}": file for file in figures}
    again = f"finish it with `{command}`"
    for file in wanted.values():
        if not file.exists():
            raise UserError(f"{file}: missing, so the report is not finished; {again}")
    if layout.paper.stat().st_mtime < layout.summary.stat().st_mtime:
        raise UserError(f"{layout.paper}: older than {layout.summary}; {again}")
    # a plan is no job's file
    require_whole([file for file in wanted.values() if file.parent.name != "plan"], layout)
    said = {fact["source"] for fact in read_json(layout.facts).values()}
    if missing := sorted(said - wanted.keys()):
        raise UserError(f"{layout.facts}: numbers of {missing[0]}, which is not published")
    written = {name: target / name for name in wanted}
    for name, copy in written.items():
        with atomic_path(copy) as temporary:
            shutil.copyfile(wanted[name], temporary)
    listed = target / PUBLISHED
    Digests.of(listed.stem, plan.digest(), written).write(listed)
    files = [*written.values(), listed]
    for pattern in ("*.pdf", "*.html", "**/*.json", "*.csv", "figures/*.png"):
        for file in set(target.glob(pattern)) - set(files):
            file.unlink()
    return files
