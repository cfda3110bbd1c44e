"""A copy of the project in which the real Snakemake runs; the checkout itself is never touched."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "config", "profiles", "publications", "src", "workflow")
STUDY = "study=tiny"


@dataclass(frozen=True)
class Clone:
    """A copy of the project at ``root``."""

    root: Path

    @property
    def results(self) -> Path:
        return self.root / "results" / "tiny"

    @property
    def reports(self) -> Path:
        return self.root / "reports" / "tiny"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "snakemake", *arguments]

    def environment(self) -> dict[str, str]:
        # the copy's own package, not the checkout's
        dropped = ("PYTHONPATH", "MAKELEVEL", "SNAKEMAKE_PROFILE")
        return {name: value for name, value in os.environ.items() if name not in dropped}

    def snakemake(self, *arguments: str, config: tuple[str, ...] = (STUDY,)):
        """Run Snakemake here; return the finished process, its output as text."""
        options = ["--config", *config] if config else []
        return subprocess.run(
            self.command("--cores", "2", *arguments, *options),
            cwd=self.root,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )

    def jobs(self, *arguments: str, config: tuple[str, ...] = (STUDY,)) -> dict[str, int]:
        """Return how many jobs of each rule a run would do."""
        done = self.snakemake("--dry-run", *arguments, config=config)
        assert done.returncode == 0, done.stdout
        if "Nothing to be done" in done.stdout:
            return {}
        table = done.stdout.split("Job stats:\n", 1)[1].split("\ntotal", 1)[0]
        counts = (re.fullmatch(r"(\w+) +(\d+)", line) for line in table.splitlines())
        return {match[1]: int(match[2]) for match in counts if match}

    def run(self) -> str:
        """Run the tiny study to its end; return what was said."""
        done = self.snakemake()
        assert done.returncode == 0, done.stdout
        return done.stdout

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the first ``old`` in a file of the copy."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def journal(self, stage: str) -> dict[str, int]:
        """Return every finished piece of a stage's work and when it was written."""
        folder = self.results / "journal" / stage
        return {file.stem: file.stat().st_mtime_ns for file in folder.rglob("[!.]*.json")}

    def copy(self, target: Path) -> Clone:
        """Copy everything, results and time stamps included."""
        shutil.copytree(self.root, target, symlinks=True)
        return Clone(target)


def files_below(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return time stamp and content of every file below ``folder``, by relative path."""
    return {
        str(file.relative_to(folder)): (file.stat().st_mtime_ns, file.read_bytes())
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def rows(file: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def make_clone(root: Path, project: Path = ROOT) -> Clone:
    """Copy a project's files, without results, to ``root``."""
    for part in PARTS:
        source = project / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(source, root / part, ignore=ignored)
        else:
            root.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, root / part)
    return Clone(root)
