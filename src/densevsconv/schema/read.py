"""Reading YAML: one line where a file cannot be read, nothing guessed."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from densevsconv.errors import ConfigError
from densevsconv.schema.messages import explain, shown

Model = TypeVar("Model", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """Plain values as YAML 1.2 has them, and a key given twice is an error.

    ``1e-3`` is a number; ``yes``, ``no``, ``on``, ``off``, ``010``, ``1:30`` and dates are text.
    """

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way of setting it

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                self.construct_object(value_node, deep=True)  # its keys are looked at too
                key = key_node.value
            else:
                key = self.construct_object(key_node, deep=True)
            problem = None
            if not isinstance(key, str):
                problem = f"found the key {shown(key)}; allowed: text (put it in quotes)"
            elif key in seen:
                problem = f'the key "{key}" is there twice; allowed: once'
            if problem:
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


for tag, pattern in {
    "merge": "<<",
    "null": "|~|null|Null|NULL",
    "bool": "true|True|TRUE|false|False|FALSE",
    "int": "[-+]?(0|[1-9][0-9]*)",
    "float": r"[-+]?((\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
}.items():  # the core schema of YAML 1.2 (section 10.3.2), without octal and hexadecimal numbers
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"({pattern})$"), None)


def read_yaml(file: Path) -> Any:
    """Return what a YAML file holds; what is wrong is a :class:`ConfigError` of one line."""
    try:
        if file.exists() and not (file.is_file() or file.is_dir()):
            raise ConfigError(f"{file}: found a pipe or a device; allowed: an ordinary file")
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{file}: found byte {error.object[error.start]:#04x} at position {error.start}; "
            "allowed: UTF-8 text"
        ) from None
    except OSError as error:
        raise ConfigError(f"{file}: {(error.strerror or str(error)).lower()}") from None
    try:
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ConfigError(f"{file}: {where}{error.problem or error.context}") from None
    except RecursionError:
        raise ConfigError(f"{file}: lists or mappings nested too deep") from None
    except Exception as error:  # PyYAML raises any kind for a value that is not what its tag says
        what = " ".join(str(error).split())
        raise ConfigError(f"{file}: not YAML: {what} ({type(error).__name__})") from None


def check(model: type[Model], value: Any, file: Path | str) -> Model:
    """Return ``value`` as ``model``; raise :class:`ConfigError` with one line where it is not."""
    if not isinstance(value, dict):
        found = "nothing" if value is None else shown(value)
        raise ConfigError(
            f"{file}: found {found}; allowed: a mapping with the keys "
            f"{', '.join(model.model_fields)}"
        )
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise ConfigError(explain(error, file=file, model=model)) from None
