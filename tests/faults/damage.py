"""The damage campaign: every kind of file of a study, damaged in every way. Nothing goes unnoticed.

    python -m tests.faults.damage [--each 2] [--seed 0]

A small study is run; then one file is damaged, its time kept, and a stage that reads it is run (or,
where none does, `densevsconv verify`). What may happen:

detected    exit code 2 and one line that names the file; the file is gone, and its own stage makes
            the same again
healed      the stage did the work again and ended with the same results
harmless    the results are the same

Anything else (other results, a traceback, a message that names another file) fails the campaign.
"""

import argparse
import contextlib
import csv
import io
import json
import os
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from densevsconv.cli import main
from densevsconv.planning.load import load_study
from densevsconv.planning.plans import write_plans
from densevsconv.stages.plan import STAGES, job, lists, paths, read_plan, stage
from densevsconv.store.layout import Layout
from tests.support.config_copy import copy_config

STUDY: dict[str, Any] = {
    "title": "Damaged", "question": "Is it noticed?", "seed": 7, "shards": 2, "threads": 1,
    "datasets": {"digits": {"training_images": 100}},
    "training": {"batch_size": 20, "epochs": 2},
    "search": {"method": "grid", "grid": {"learning_rate": [0.003, 0.01]}, "seeds": 2},
    "cases": {
        "dense_1": {"dataset": "digits", "architecture": "dense_1", "engines": ["numpy"]},
        "conv": {"dataset": "digits", "architecture": "lenet5_8", "engines": ["numpy"]},
        "checked": {"dataset": "digits", "architecture": "dense_2", "engines": ["numpy"],
                    "search": {"method": "list"}},
    },
    "gradients": {"cases": ["checked"]},
    "claims": {"wins": {"text": "Convolution wins.", "tests": [
        {"difference": {"a": "conv", "b": "dense_1"}}]}},
    "refit": {"seeds": 2},
    "time": {"repeats": 1, "target_accuracy": 0.5, "batch_sizes": [1]},
}  # fmt: skip
MEASURED = {"seconds", "search_seconds", "ended"}
"""What differs where a training is done again."""
JOURNALS = ("search", "refit", "time", "evaluate")
SLOW = ("figures", "report", "track")
"""Stages that take seconds for any file."""
SELDOM = (*SLOW, "prepare", "gradients", "rerun", "time", "measure")
"""Stages of which only a few files are made again."""


def flip(content: bytes, rng: random.Random, other: bytes) -> bytes:
    place = rng.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << rng.randrange(8)]) + content[place + 1 :]


def digit(content: bytes, rng: random.Random, other: bytes) -> bytes:
    places = [place for place, byte in enumerate(content) if byte in b"0123456789"]
    if not places:
        return flip(content, rng, other)
    place = rng.choice(places)
    new = rng.choice(b"0123456789".replace(content[place : place + 1], b""))
    return content[:place] + bytes([new]) + content[place + 1 :]


DAMAGES: dict[str, Callable[[bytes, random.Random, bytes], bytes | None]] = {
    "bit": flip,
    "digit": digit,
    "cut": lambda content, rng, other: content[: rng.randrange(1, len(content))],
    "empty": lambda content, rng, other: b"",
    "zeros": lambda content, rng, other: bytes(len(content)),
    "noise": lambda content, rng, other: rng.randbytes(len(content)),
    "other": lambda content, rng, other: other,
    "removed": lambda content, rng, other: None,
}


@dataclass
class Finished:
    """A finished study, in the folder where this process is."""

    at: Layout
    stages: tuple[str, ...]
    other: dict[str, bytes]
    """Files of another study, by kind."""

    def __post_init__(self) -> None:
        plans = {name: read_plan(name, self.at) for name in STAGES}
        self.jobs = [(name, part) for name in self.stages for part in plans[name].jobs]
        self.plan = {(name, part): plans[name].digest(*part) for name, part in self.jobs}
        self.listed = lists({name: plans[name] for name in self.stages}, self.at)
        self.reads = {
            (name, part): paths(stage(name).inputs(plans[name], self.at, *part))
            for name, part in self.jobs
        }
        self.content = {file: file.read_bytes() for file in self.files()}
        self.time = {file: file.stat().st_mtime_ns for file in self.content}

    def files(self) -> Iterator[Path]:
        for folder in (self.at.root, self.at.reports / self.at.study):
            yield from (file for file in folder.rglob("[!.]*") if file.is_file())

    def kinds(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for file in self.content:
            if kind := self.kind(file):
                found.setdefault(kind, []).append(file)
        return dict(sorted(found.items()))

    def kind(self, file: Path) -> str | None:
        """Return what a file is, whatever case, shard or data set it is of; None: out of bounds."""
        folder, *rest = file.relative_to(self.at.root if file.is_relative_to(self.at.root)
                                         else self.at.reports / self.at.study).parts  # fmt: skip
        known = file in self.listed or file in self.listed.values()
        if folder == "journal" and rest[0] in self.stages:
            return f"journal/{rest[0]} {file.suffix}"
        if folder == "plan" and file.stem in self.stages:
            return "plan"
        if not known:
            return None
        if not rest:
            return folder
        own = {case for case in STUDY["cases"]} | {"digits"}
        name = file.suffix if file.stem in own or rest[0].startswith("shard") else file.name
        return f"{folder} {name if folder not in ('digests', 'figures') else file.suffix}"

    def run(self, *arguments: str) -> tuple[int | str, list[str]]:
        """Run a command here; return its exit code, or its traceback, and its errors."""
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            try:
                code: int | str = main(list(arguments))
            except BaseException:
                code = traceback.format_exc()
        lines = said.getvalue().splitlines()
        return code, [line for line in lines if line.startswith("densevsconv: ")]

    def do(self, name: str, part: tuple[Any, ...]) -> tuple[int | str, list[str]]:
        given = ["--part", *map(str, part)] if part else []
        return self.run(name, str(self.at.root), "--plan", self.plan[name, part], *given)

    def restore(self) -> None:
        for file in set(self.files()) - set(self.content):
            file.unlink()
        for file, content in self.content.items():
            if not file.exists() or file.read_bytes() != content:
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(content)
                os.utime(file, ns=(self.time[file],) * 2)

    def changed(self) -> list[str]:
        """Return the files whose results are not what they were, measured times apart."""
        skip = (self.at.journal("time"), self.at.timing("").parent, self.at.digests("").parent)
        return [
            str(file)
            for file, content in self.content.items()
            if not any(file.is_relative_to(folder) for folder in skip)
            and (self.at.root / "journal") not in file.parents
            and (now := file.read_bytes() if file.exists() else b"") != content
            and results(file.suffix, now) != results(file.suffix, content)
        ]


def results(suffix: str, content: bytes) -> Any:
    """Return what a file says, times left out; its bytes where it cannot be read."""
    try:
        if suffix == ".csv":
            rows: Any = list(csv.DictReader(io.StringIO(content.decode())))
        elif suffix == ".parquet":
            rows = pq.read_table(io.BytesIO(content)).to_pylist()
        elif suffix == ".json":
            rows = json.loads(content)
        else:
            return content
        return repr(_without(rows))
    except Exception:
        return content


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(each) for key, each in value.items() if key not in MEASURED}
    return [_without(each) for each in value] if isinstance(value, list) else value


def make_study(stages: tuple[str, ...] = STAGES, *, seeds: tuple[int, ...] = (8, 7)) -> Finished:
    """Make studies that differ in their seeds, in the folder where this process is.

    The last one is returned, and has the files of the first to confuse its own with.
    """
    config = copy_config(Path())
    captions = Path(__file__).parents[2] / "workflow" / "report"
    shutil.copytree(captions, "workflow/report")
    others: dict[str, bytes] = {}
    for seed in seeds:
        name, done = f"seed{seed}", stages if seed == seeds[-1] else stages[: -len(SLOW)]
        (config / "studies" / f"{name}.yaml").write_text(yaml.safe_dump(STUDY | {"seed": seed}))
        at = Layout(Path("results") / name)
        write_plans(load_study(config / "config.yaml", {"study": name}), at)
        for each in done:
            assert main([each, str(at.root)]) == 0
        study = Finished(at, done, others)
        others = {kind: study.content[files[0]] for kind, files in study.kinds().items()}
    return study


def campaign(
    study: Finished, each: int, seed: int, damages: Collection[str] = tuple(DAMAGES)
) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Return outcomes and failures of damage, ``each`` times a kind of file and of damage.

    ``each`` 0: one of a kind of file.
    """
    rng = random.Random(seed)
    outcomes: Counter[tuple[str, str]] = Counter()
    failures = []
    made_again: Counter[str] = Counter()
    for kind, files in study.kinds().items():
        for damage in damages if each else rng.sample([*damages], 1):
            for _ in range(each or 1):
                file = rng.choice(files)
                content = study.content[file]
                alike = [study.content[f] for f in files if study.content[f] != content]
                sibling = rng.choice([*alike, *filter(None, [study.other.get(kind)])] or [b"x"])
                new = DAMAGES[damage](content, rng, sibling)
                if new == content:
                    continue
                file.unlink()
                if new is not None:
                    file.write_bytes(new)
                    os.utime(file, ns=(study.time[file],) * 2)
                try:
                    outcome, what = judged(study, file, rng, made_again)
                finally:
                    study.restore()
                outcomes[kind, outcome] += 1
                if outcome in ("silent", "traceback", "misnamed"):
                    failures.append(f"{outcome}: {file}, {damage}: {what}")
    return outcomes, failures


def judged(
    study: Finished, file: Path, rng: random.Random, made_again: Counter[str]
) -> tuple[str, str]:
    """Return what a reader of a damaged file makes of it, and the words for it."""
    readers = [work for work, read in study.reads.items() if file in read]
    own = [work for work in study.jobs if study.at.plan(work[0]) == file]
    if file.is_relative_to(study.at.root / "journal"):
        own = [work for work in study.jobs if work[0] == file.parts[3]]
    listed = [work for work in study.jobs if study.at.digests(job(work[0], *work[1])) == file]
    if own:
        done = [study.do(*work) for work in own]
        code, lines = max(done, key=lambda each: each[0] != 0)
    elif readers or listed:
        # a list is read by every job that reads
        reading = readers or [work for work, read in study.reads.items() if read]
        code, lines = study.do(*rng.choice(reading))
    else:
        code, lines = study.run("verify", str(study.at.root), "--remove")
    if isinstance(code, str):
        return "traceback", code
    if code == 0:
        if changed := study.changed():
            # what nobody read is still damaged; `verify` sees it
            missed = changed != [str(file)] or study.run("verify", str(study.at.root))[0] == 0
            return ("silent", ", ".join(changed)) if missed else ("harmless", "")
        again = own and file.exists() and file.stat().st_mtime_ns != study.time[file]
        return ("healed" if again else "harmless"), ""
    if code != 2 or len(lines) != 1 or (str(file) not in lines[0] and readers):
        return "misnamed", f"{code}: {lines}"
    if file in study.listed or listed:
        (maker,) = listed or [
            work for work in study.jobs
            if study.at.digests(job(work[0], *work[1])) == study.listed[file]
        ]  # fmt: skip
        if file.exists():
            return "misnamed", f"it is still there after {lines[0]}"
        made_again[maker[0]] += 1
        if maker[0] not in SELDOM or made_again[maker[0]] <= 2:
            code, lines = study.do(*maker)
            if code != 0 or (changed := study.changed()):
                return "silent", f"made again: {code} {lines} {changed}"
    return "detected", lines[0] if lines else ""


def shown(outcomes: Counter[tuple[str, str]]) -> str:
    """Return the table of what came out, a line a kind of file."""
    columns = ["detected", "healed", "harmless", "misnamed", "silent", "traceback"]
    kinds = sorted({kind for kind, _ in outcomes})
    lines = [f"{'':24}" + "".join(f"{column:>10}" for column in columns)]
    for kind in [*kinds, "all"]:
        count = {c: sum(n for (k, o), n in outcomes.items() if o == c and kind in (k, "all"))
                 for c in columns}  # fmt: skip
        lines.append(f"{kind:24}" + "".join(f"{count[column]:>10}" for column in columns))
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=2, help="a kind of file and of damage")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        found, failed = campaign(make_study(), options.each, options.seed)
        print(shown(found))
        print(f"{sum(found.values())} cases, {len(failed)} failures", *failed, sep="\n")
    sys.exit(bool(failed))
