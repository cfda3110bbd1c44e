"""What an architecture file may hold, and reading one: ``config/architectures/NAME.yaml``.

The kinds of layers, their settings and defaults are numpynet's; here they become strict schemas: an
unknown key, a number in quotes or a negative size is an error that says what is allowed. A layer is
written as ``kind`` or ``kind: {settings}``, a block that comes several times as ``repeat``.
"""

from collections.abc import Callable, Iterator
from dataclasses import MISSING
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, create_model

from densevsconv.errors import ConfigError
from densevsconv.networks.bind import CLASSES, Architecture, with_classes
from densevsconv.schema.messages import explain, shown, unknown
from densevsconv.schema.read import read_yaml
from densevsconv.schema.strict import MADE, Allowed, Strict
from numpynet import layers as numpynet_layers
from numpynet.errors import NumpynetError
from numpynet.layers import layer_from_config
from numpynet.settings import OUTPUTS, Kind, or_none, settings_of

Model = TypeVar("Model", bound=Strict)


def _parser(kind: Kind) -> Callable[[Any], Any]:
    """Return the check of a value as YAML has it; layers within are looked at later."""

    def parse(value: Any) -> Any:
        if kind is OUTPUTS and value == CLASSES:
            return value
        if kind.layers and (isinstance(value, list) or value in kind.words):
            return value
        try:
            return kind.parse(value)
        except TypeError as error:
            raise ValueError(value) from error

    return parse


def _annotation(kind: Kind) -> Any:
    outputs = kind is OUTPUTS
    text = kind.allowed + (f", or the word {CLASSES}" if outputs else "")
    words = (CLASSES,) if outputs else kind.words
    return Annotated[Any, BeforeValidator(_parser(kind)), Allowed(text, words)]


def _schema(kind: str, layer: type[numpynet_layers.Layer]) -> type[Strict]:
    fields: dict[str, Any] = {}
    for name, each in settings_of(layer).items():
        text = each.metadata["description"]
        if each.metadata["kind"] is OUTPUTS:
            text += f" The word {CLASSES}: as many as the data set has classes."
        default = ... if each.default is MISSING else each.default
        fields[name] = (_annotation(each.metadata["kind"]), Field(default, description=text))
    return create_model(kind, __base__=Strict, __doc__=layer.__doc__, __cls_kwargs__=MADE, **fields)


LAYERS = {kind: _schema(kind, layer) for kind, layer in numpynet_layers.LAYERS.items()}
"""Every kind of layer and its settings."""


MOST_LAYERS = 2_000

_SETTINGS = {
    kind: {name: each.metadata["kind"] for name, each in settings_of(layer).items()}
    for kind, layer in numpynet_layers.LAYERS.items()
}
NESTING = [
    (kind, name)
    for kind, settings in _SETTINGS.items()
    for name, each in settings.items()
    if each.layers
]
"""The settings that hold layers, as (kind, setting)."""

_DEFAULTED = {
    name: [
        kind
        for kind, settings in _SETTINGS.items()
        if name in settings and not any(each.layers for each in settings.values())
    ]
    for name in ("activation", "padding", "initializer", "use_bias")
}

_defaults: dict[str, Any] = {
    name: (
        _annotation(or_none(_SETTINGS[kinds[0]][name])),
        Field(None, description=f"For {', '.join(kinds[:-1])} and {kinds[-1]}."),
    )
    for name, kinds in _DEFAULTED.items()
}
Defaults: Any = create_model("Defaults", __base__=Strict, __cls_kwargs__=MADE, **_defaults)
"""Settings for every layer that has them and does not set them itself."""


class Repeat(Strict):
    """Layers that come several times, one after the other."""

    times: int = Field(ge=1, description="How often.")
    layers: list[Any] = Field(
        min_length=1,
        description="The layers; a setting that differs the first time is written "
        "`{first: VALUE, then: VALUE}`, and without `then` keeps its default later.",
    )


class ArchitectureFile(Strict):
    """An architecture as a file under ``config/architectures`` describes it."""

    title: str = Field(min_length=1, description="Its name in reports.")
    source: str = Field(default="", description="Where it comes from: a paper, a repository.")
    description: str = Field(default="", description="A sentence or two for reports.")
    defaults: Defaults = Field(
        default=Defaults(), description="Settings for layers that do not set them."
    )
    layers: list[Any] = Field(
        min_length=1,
        description="From the image to the softmax over the classes, in order; each one a kind "
        "of layer, or `kind: {settings}`, or `repeat: {times, layers}`.",
    )


def available_architectures(folder: Path) -> list[str]:
    return sorted(file.stem for file in folder.glob("*.yaml"))


def load_architecture(folder: Path, name: str) -> Architecture:
    """Return the architecture that ``folder``/``name``.yaml describes.

    Raises :class:`ConfigError` for no such file, or a wrong key or value in it: one line naming the
    file, the key, what was found, what is allowed and the nearest match.
    """
    names = available_architectures(folder)
    if name not in names:
        raise ConfigError(f"{folder}: {unknown('architecture', name, names)}")
    file = folder / f"{name}.yaml"
    return parse_architecture(read_yaml(file), name=name, file=file)


def parse_architecture(content: Any, *, name: str, file: Path | str) -> Architecture:
    """Return the architecture that the content of a file describes; ``file`` is for errors."""
    described = _validated(ArchitectureFile, content, file, "")
    given: Any = described.defaults
    defaults = {k: v for k in given.model_fields_set if (v := getattr(given, k)) is not None}
    try:
        layers = list(_Reader(file, defaults).row(described.layers, "layers"))
    except RecursionError:
        raise ConfigError(f"{file}: layers: nested too deep; allowed: less") from None
    return Architecture(name, described.title, described.source, described.description, layers)


def _validated(model: type[Model], content: Any, file: Path | str, where: str) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ConfigError(explain(error, file=file, model=model, prefix=where)) from None


class _Reader:
    """Turns layers as YAML has them into configurations: defaults filled in, repeats spelt out."""

    def __init__(self, file: Path | str, defaults: dict[str, Any]) -> None:
        self.file, self.defaults, self.count = file, defaults, 0

    def row(self, given: list[Any], where: str) -> Iterator[dict[str, Any]]:
        for index, item in enumerate(given):
            place = f"{where}.{index}"
            self._counted(place)
            kind, settings = self._item(item, place)
            if kind != "repeat":
                yield self._layer(kind, settings, f"{place}.{kind}")
                continue
            block = _validated(Repeat, settings, self.file, f"{place}.repeat")
            for time in range(block.times):
                self._counted(place)
                layers = _at(block.layers, first=time == 0)
                yield from self.row(layers, f"{place}.repeat.layers")

    def _counted(self, where: str) -> None:
        self.count += 1
        if self.count > MOST_LAYERS:
            raise ConfigError(
                f"{self.file}: {where.split('.repeat.')[0]}: found more than {MOST_LAYERS:,} "
                "layers and repeats; allowed: fewer"
            )

    def _item(self, given: Any, where: str) -> tuple[str, Any]:
        """Return kind and settings of ``flatten`` or ``{dense: {units: 10}}``."""
        if isinstance(given, str):
            given = {given: {}}
        if not isinstance(given, dict) or len(given) != 1:
            raise ConfigError(
                f"{self.file}: {where}: found {shown(given)}; allowed: one kind of layer, such as "
                "`flatten`, or one kind and its settings, such as `dense: {units: 20}`"
            )
        ((kind, settings),) = given.items()
        if kind not in LAYERS and kind != "repeat":
            problem = unknown("kind of layer", kind, [*LAYERS, "repeat"])
            raise ConfigError(f"{self.file}: {where}: {problem}")
        return kind, {} if settings is None else settings

    def _layer(self, kind: str, settings: Any, where: str) -> dict[str, Any]:
        layer = _validated(LAYERS[kind], settings, self.file, where)
        config: dict[str, Any] = {"kind": kind}
        for key in LAYERS[kind].model_fields:
            value = getattr(layer, key)
            if _SETTINGS[kind][key].layers:
                value = self._within(value, f"{where}.{key}")
            elif key not in layer.model_fields_set and kind in _DEFAULTED.get(key, ()):
                value = self.defaults.get(key, value)
            config[key] = value
        try:
            layer_from_config(with_classes(config, 2))
        except NumpynetError as error:
            raise ConfigError(f"{self.file}: {where}: {error}") from None
        return config

    def _within(self, value: Any, where: str) -> Any:
        """Return a list of layers, or a list of such lists, as configurations."""
        if not isinstance(value, list):
            return value
        if value and all(isinstance(item, list) for item in value):
            return [list(self.row(item, f"{where}.{i}")) for i, item in enumerate(value)]
        return list(self.row(value, where))


_LEFT_OUT = object()


def _at(value: Any, *, first: bool) -> Any:
    """Return a part of a block as it is the first time, or later: ``first`` and ``then`` chosen."""
    if isinstance(value, list):
        items = (_at(item, first=first) for item in value)
        return [item for item in items if item is not _LEFT_OUT]
    if not isinstance(value, dict) or "repeat" in value:  # an inner block chooses for itself
        return value
    if value and value.keys() <= {"first", "then"}:
        return value.get("first" if first else "then", _LEFT_OUT)
    chosen = {key: _at(item, first=first) for key, item in value.items()}
    return {key: item for key, item in chosen.items() if item is not _LEFT_OUT}
