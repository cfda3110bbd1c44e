"""Reading architecture files: ``config/architectures/NAME.yaml``, known by NAME."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from densevsconv.errors import ConfigError
from densevsconv.networks.infer import Architecture, Settings
from densevsconv.networks.spec import LAYERS, ArchitectureFile, Defaults, Strict
from densevsconv.schema.messages import explain, shown, unknown
from densevsconv.schema.read import read_yaml

Model = TypeVar("Model", bound=Strict)


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
        raise ConfigError(f"{folder}: {unknown('architecture', name, names)}")
    file = folder / f"{name}.yaml"
    return parse_architecture(read_yaml(file), name=name, file=file)


def parse_architecture(content: Any, *, name: str, file: Path | str) -> Architecture:
    """Return the architecture that the content of an architecture file describes.

    Parameters
    ----------
    content
        What the file holds, as YAML reads it.
    name
        What the architecture goes by.
    file
        Named in errors.

    Raises
    ------
    ConfigError
        As :func:`load_architecture`.
    """
    described = _validated(ArchitectureFile, content, file, "")
    return Architecture(
        name=name,
        title=described.title,
        source=described.source,
        description=described.description,
        layers=[
            _layer(layer, described.defaults, file, f"layers.{index}")
            for index, layer in enumerate(described.layers)
        ],
    )


def _validated(model: type[Model], content: Any, file: Path | str, where: str) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ConfigError(explain(error, file=file, model=model, prefix=where)) from None


def _layer(given: Any, defaults: Defaults, file: Path | str, where: str) -> tuple[str, Settings]:
    """Return (kind, settings) of ``flatten`` or ``{dense: {units: 10}}``, defaults filled in."""
    if isinstance(given, str):
        given = {given: None}
    if not isinstance(given, dict) or len(given) != 1:
        raise ConfigError(
            f"{file}: {where}: found {shown(given)}; allowed: one kind of layer, such as "
            "`flatten`, or one kind and its settings, such as `dense: {units: 20}`"
        )
    ((kind, settings),) = given.items()
    if kind not in LAYERS:
        raise ConfigError(f"{file}: {where}: {unknown('kind of layer', kind, LAYERS)}")
    layer = _validated(LAYERS[kind], {} if settings is None else settings, file, f"{where}.{kind}")
    filled = layer.model_dump(mode="json")
    for key, value in defaults.model_dump(exclude_none=True).items():
        if key in filled and key not in layer.model_fields_set:
            filled[key] = value
    if "stride" in filled and filled["stride"] is None:  # of a pool: windows side by side
        filled["stride"] = filled["size"]
    return kind, filled
