"""Is every file still what a job wrote? Of a study and its report, or of a published report."""

from pathlib import Path

from densevsconv.errors import DataError, UserError
from densevsconv.results.digests import AGAIN, Digests, difference
from densevsconv.stages.plan import STAGES, job, paths, read_plan, stage
from densevsconv.store.layout import Layout

OTHER = "damaged, or of another plan"
Checked = dict[Path, str]
"""What is wrong with each file that was looked at, and who makes it; "" with one that is whole."""

PUBLISHED = "digests.json"
"""The list of a published report, in its folder."""


def check_study(at: Layout) -> Checked:
    """Check every file that the plans of a study promise, and the lists themselves."""
    checked: Checked = {}
    for name in STAGES:
        try:
            plan = read_plan(name, at)
        except UserError as error:
            # without their lists the jobs are done again, and the plan is written
            checked |= dict.fromkeys(at.digests("").parent.glob(f"{name}*.json"), OTHER)
            checked[at.plan(name)] = str(error)
            continue
        for part in plan.jobs:
            work = job(name, *part)
            listed = at.digests(work)
            try:
                known = [Digests.read(listed)]
                told = "" if known[0].plan == plan.digest(*part) else OTHER
            except DataError:
                known, told = [], "damaged" if listed.exists() else "missing"
            files = paths(stage(name).outputs(plan, at, *part))
            found = {listed: told} | {
                file: difference(file, at.name(file), known) for file in files
            }
            checked |= {file: text and f"{text}; {work} makes it" for file, text in found.items()}
    return checked


def check_published(folder: Path) -> Checked:
    """Check a published report against the list that :func:`publish` put beside it."""
    listed = folder / PUBLISHED
    if not listed.exists():
        raise DataError(f"{listed}: no list of digests; publish the report again to have one")
    known = Digests.read(listed)
    if strange := [name for name in known.files if Path(name).is_absolute() or ".." in name]:
        raise DataError(f"{listed}: names files that are not beside it, such as {strange[0]}")
    again = "`git checkout` or `densevsconv publish` puts it back"
    found = {folder / name: difference(folder / name, name, [known]) for name in known.files}
    return {file: text and f"{text}; {again}" for file, text in found.items()}


def verify(checked: Checked, *, remove: bool = False) -> str:
    """Return that all is whole, with how much there is; else raise, a line for each file."""
    wrong = {file: text for file, text in checked.items() if text}
    size = sum(file.stat().st_size for file in checked.keys() - wrong.keys())
    said = f"{len(checked) - len(wrong)} files ({size / 1e6:.1f} MB) are as they were written"
    if not wrong:
        return said
    for file, text in wrong.items():
        print(f"{file}: {text}")
        if remove and text.startswith("damaged"):
            file.unlink()
    done = f"what was damaged is removed; {AGAIN}" if remove else "`--remove` removes the damaged"
    raise DataError(f"{said}, {len(wrong)} are not: {done}")
