"""A copy of the configuration that a test may break."""

import shutil
from pathlib import Path
from typing import Any

import yaml

CONFIG = Path(__file__).parents[2] / "config"


def copy_config(folder: Path) -> Path:
    """Copy the repository's configuration to ``folder``/config and return that path."""
    return Path(shutil.copytree(CONFIG, folder / "config"))


def edit(file: Path, **changes: Any) -> None:
    """Set keys of a YAML file, a dot between levels written ``__``; ``...`` deletes the key."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = content
        for key in parents:
            place = place[int(key) if isinstance(place, list) else key]
        if value is ...:
            del place[last]
        else:
            place[last] = value
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def snapshot(folder: Path) -> dict[str, tuple[int, bytes | None]]:
    """Return every file and folder below ``folder`` with its time stamp and content."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mtime_ns,
            path.read_bytes() if path.is_file() else None,
        )
        for path in sorted(folder.rglob("*"))
    }
