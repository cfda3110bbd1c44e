"""Two finished studies side by side: what differs, and which results changed beyond noise."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from densevsconv.errors import DataError, UserError
from densevsconv.planning.load import load_config
from densevsconv.results import setup
from densevsconv.results.changes import ChangeRow, Changes
from densevsconv.results.claims import Claims
from densevsconv.results.digests import Digests, difference
from densevsconv.results.plan import StudyPlan
from densevsconv.results.setup import ABSENT, Differing
from densevsconv.results.study import Study
from densevsconv.stages.report import ReportPlan
from densevsconv.store.files import read_json
from densevsconv.store.identity import digest
from densevsconv.store.layout import Layout
from densevsconv.store.tables import markdown_table

WHOLE = ("select", "evaluate", "time", "judge", "summarise")
READ = ("prepare", "refit", *WHOLE)
"""The stages whose files are compared; those done as a whole are the last of what came before."""
SECTIONS = {
    "configuration": setup.configuration,
    "code": setup.code,
    "environment": setup.environment,
    "data": setup.data,
    "chosen settings": setup.chosen,
}
LONGEST, LONGEST_ERROR = 60, 200
"""Characters of a value, and of an error, that are shown."""
MANY, SEVERAL = 20, 4
"""Lines of a section, and names of a line, at most."""


def compare(a: str, b: str, csv: Path | None, *, exit_code: bool) -> int:
    """Print what differs; return 1 where ``exit_code`` is asked for and a result changed."""
    both = [_study(place) for place in (a, b)]
    changes = Changes(*both)
    rows = list(changes.rows())
    for letter, study in zip("AB", both, strict=True):
        print(f"{letter}: {study.at.root}")
    for letter, own, other in zip("AB", both, both[::-1], strict=True):
        if alone := [case for case in own.summaries if case not in other.summaries]:
            print(f"only in {letter}: {', '.join(alone)}")
    for name, section in SECTIONS.items():
        print(f"\n{name}")
        print(*(f"  {line}" for line in _setup(name, section, both)), sep="\n")
    print(*_results(changes, rows), sep="\n")
    if csv:
        ChangeRow.write_table(csv, rows)
    return int(exit_code and any(row.verdict == "changed" for row in rows))


def _study(place: str) -> Study[Any]:
    """Return a finished study: of a folder, a name in the folder of results, or published."""
    folder = Path(place)
    if not folder.is_dir():
        folder = Path(load_config()[0].results) / place
    at = Layout(folder)
    if not (at.plan("report").exists() or at.summary.exists()):
        raise UserError(f"{folder}: no study and no published report: no plan/, no summary.csv")
    try:
        if at.plan("report").exists():
            plan: StudyPlan = ReportPlan.read(at.plan("report"))
            require_finished(at)
        else:
            level = Claims.read(at.claims).confidence or 0.95
            plan = StudyPlan(study=folder.name, confidence=level, datasets={}, cases={})
        study = Study(plan, at)
        _ = study.summaries, study.comparisons, study.run_rows, study.claims
    except DataError as error:
        what = str(error).partition("; delete")[0][:LONGEST_ERROR]
        raise DataError(f"{what}; run the study again with this version to compare it") from None
    return study


def require_finished(at: Layout) -> None:
    """Raise where a job that made what is compared is not done, by the list of what it wrote.

    A plan of another version counts as it was written, without what was added to its type since.
    """
    for stage in WHOLE:
        listed, plan = at.digests(stage), digest(read_json(at.plan(stage)))
        if not listed.exists() or Digests.read(listed).plan != plan:
            raise UserError(f"{at.root}: not finished: {stage} is still to be done; run the study")
    for file in sorted(at.digests("").parent.glob("[!.]*.json")):
        if file.stem.partition("-")[0] in READ:
            known = Digests.read(file)
            for name in known.files:
                if text := difference(at.root / name, name, [known]):
                    raise DataError(f"{at.root / name}: {text}; run the study again")


# -- what they are made of


def _setup(name: str, section: Any, both: Sequence[Study[Any]]) -> Iterator[str]:
    a, b = map(section, both)
    if not (a and b):
        where = " and ".join(letter for letter, found in (("A", a), ("B", b)) if not found)
        yield f"not recorded in {where}"
        return
    found = setup.gathered(setup.differences(a, b))
    common = {key: set(a.get(key, ())) & set(b.get(key, ())) for key in ("cases", "datasets")}
    lines = [_line(each, names, common) for each, names in found]
    if name == "code":
        lines = [line.replace("modules.", "") for line in lines]
    yield from lines[:MANY] or ["the same"]
    if len(lines) > MANY:
        yield f"and {len(lines) - MANY} more"


def _line(each: Differing, names: list[str], common: dict[str, set[str]]) -> str:
    kind, *_ = path = each.path
    if names:
        more = [f"and {len(names) - SEVERAL} more"] if len(names) > SEVERAL else []
        named = ", ".join([*names[:SEVERAL], *more])
        every = len(names) > 1 and set(names) == common[kind]
        named = "*" if every else f"{{{named}}}" if len(names) > 1 else named
        path = (kind, named, *each.path[2:])
    where = ".".join(path)
    if ABSENT not in (each.a, each.b):
        return f"{where}: {_short(each.a)} -> {_short(each.b)}"
    side, value = ("B", each.b) if each.a is ABSENT else ("A", each.a)
    value = "" if isinstance(value, dict) else f" ({_short(value)})"
    return f"{where}: only in {side}{value}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value)
    if len(text) <= LONGEST:
        return text
    return f"{f'{len(value)} of ' if isinstance(value, list) else ''}{text[: LONGEST - 3]}..."


# -- what came out


def _results(changes: Changes, rows: list[ChangeRow]) -> Iterator[str]:
    of = {name: [row for row in rows if row.quantity == name] for name in TITLES}
    for name, some in of.items():
        shown = [row for row in some if name != "lead" or row.verdict == "changed"]
        yield f"\n{TITLES[name]}: {_counts(some)}"
        if shown:
            table = markdown_table([HEADS[name], *map(_cells, shown)], HEADS[name][1:-1])
            yield from (f"  {line}" for line in table)
    yield "\nverdicts"
    found = [f"{each.what}: {each.a} -> {each.b}: {each.reason}" for each in changes.verdicts()]
    yield from (f"  {line}" for line in found or ["the same"])


CHANGE = ("A", "B", "B - A, points", "p (Holm)", "")
TITLES = {
    "accuracy": "test accuracy",
    "lead": "leads of convolutional cases over dense ones",
    "seconds": "seconds of a training",
}
HEADS = {
    "accuracy": ("case", *CHANGE),
    "lead": ("lead", *CHANGE),
    "seconds": ("case", "A", "B", "B / A", ""),
}


def _counts(rows: list[ChangeRow]) -> str:
    counts = Counter(row.verdict for row in rows)
    return ", ".join(f"{count} {word}" for word, count in counts.most_common()) or "none in both"


def _cells(row: ChangeRow) -> tuple[str, ...]:
    name = f"{row.case} - {row.minus}" if row.minus else row.case
    same = " to the last digit" if row.verdict == "the same" else ""
    word = f"{row.verdict}{same}{f'; {row.note}' if row.note else ''}"
    if row.quantity == "seconds":
        ends = _ends(row, 1, ".2f")
        return name, f"{row.a:.4g}", f"{row.b:.4g}", f"{row.change:.2f}{ends}", word
    values = (f"{100 * value:.2f}" for value in (row.a, row.b))
    p = "" if row.p_adjusted is None else f"{row.p_adjusted:.2g}"
    change = f"{100 * row.change:+.2f}{_ends(row, 100, '+.2f')}"
    return name, *values, "" if row.verdict == "not compared" else change, p, word


def _ends(row: ChangeRow, times: float, form: str) -> str:
    if row.low is None or row.high is None or row.verdict == "the same":
        return ""
    return f" ({times * row.low:{form}} to {times * row.high:{form}})"
