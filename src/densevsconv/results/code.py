"""The file that says with which code a study was made."""

import subprocess
from pathlib import Path
from typing import Self

from pydantic import Field

import densevsconv
from densevsconv.results.record import Record
from densevsconv.store.identity import source_digest
from densevsconv.store.plugins import plugin_folder

PACKAGE = Path(densevsconv.__file__).parent


class Code(Record):
    """plan/code.json: the code of the last run that did something, written as it started."""

    commit: str = Field(
        description="Git's, with `-dirty` after edits that are not committed; or `unknown`."
    )
    modules: dict[str, str] = Field(
        description="Digest of each module by its name, comments and docstrings left out."
    )

    @classmethod
    def now(cls) -> Self:
        folders = PACKAGE, PACKAGE.with_name("numpynet"), plugin_folder()
        modules = {
            ".".join(file.relative_to(folder.parent).with_suffix("").parts): source_digest(file)
            for folder in folders
            for file in sorted(folder.rglob("*.py"))
        }
        return cls(commit=git_commit(), modules=modules)


def git_commit() -> str:
    """Return the commit of the code, with ``-dirty`` after uncommitted edits; or "unknown"."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(
            command, cwd=PACKAGE, capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):  # no git, or no repository: an installed package
        return "unknown"
    return done.stdout.strip() or "unknown"
