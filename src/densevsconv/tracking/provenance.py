"""Which code and which machine an import was made with."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import densevsconv


def git_commit() -> str:
    """Return the commit of the code, with ``-dirty`` after uncommitted edits; or "unknown"."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(
            command,
            cwd=Path(densevsconv.__file__).parent,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):  # no git, or no repository: an installed package
        return "unknown"
    return done.stdout.strip() or "unknown"


def machine_text(machine: dict[str, Any]) -> str:
    """Return a description by :func:`densevsconv.store.machine.describe_machine` as a tag."""
    parts = [str(machine.get("processor", "unknown"))]
    if "cores" in machine:
        parts.append(f"{machine['cores']} cores")
    return ", ".join(parts)
