"""Reading architecture files: ``config/architectures/NAME.yaml``, known by NAME."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import yaml
from pydantic import ValidationError

from densevsconv.architecture.spec import Architecture, ArchitectureFile
from densevsconv.errors import ConfigError


def available_architectures(folder: Path) -> list[str]:
    """Return the names of the architectures in ``folder``, sorted."""
    return sorted(file.stem for file in folder.glob("*.yaml"))


def load_architecture(folder: Path, name: str) -> Architecture:
    """Return the architecture that ``folder``/``name``.yaml describes.

    Raises
    ------
    ConfigError
        No such file, or a wrong key or value in it: one line naming the file, the key, what was
        found, what is allowed and the nearest match.
    """
    names = available_architectures(folder)
    if name not in names:
        nearest = get_close_matches(name, names, n=1)
        raise ConfigError(
            f"{folder}: no architecture named {name!r}; there are {', '.join(names) or 'none'}"
            + (f"; did you mean {nearest[0]}?" if nearest else "")
        )
    file = folder / f"{name}.yaml"
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not YAML: {' '.join(str(error).split())}") from None
    try:
        described = ArchitectureFile.model_validate(content)
    except ValidationError as error:
        raise ConfigError(_explain(error, file)) from None
    return Architecture.model_construct(name=name, **dict(described))


def _explain(error: ValidationError, file: Path) -> str:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return f"{file}: {where}: {first['msg']} (found {first['input']!r})"
