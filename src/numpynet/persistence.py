"""Networks in files: one .npz with the description as JSON and the arrays. No pickle."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from numpynet.errors import FileFormatError, NumpynetError
from numpynet.layers import layer_from_config
from numpynet.network import Network

FORMAT = "numpynet network 1"


def describe(network: Network) -> dict[str, Any]:
    """Return all settings of the network as JSON values."""
    return {
        "format": FORMAT,
        "input_shape": list(network.input_shape),
        "dtype": network.dtype.name,
        "loss": network.loss.config(),
        "weight_decay": network.weight_decay,
        "layers": [layer.config() for layer in network.layers],
    }


def network_from(description: dict[str, Any]) -> Network:
    """Return the network that `describe` described, without weights."""
    return Network(
        [layer_from_config(config) for config in description["layers"]],
        description["input_shape"],
        loss=description["loss"],
        weight_decay=description["weight_decay"],
        dtype=description["dtype"],
    )


def save(network: Network, path: str | os.PathLike[str]) -> Path:
    """Write the network to `path` (under a temporary name, then renamed); return the path.

    The file holds "description" (JSON text), "parameters/..." and "state/...".
    """
    target = Path(path)
    arrays: dict[str, Any] = {"description": np.array(json.dumps(describe(network)))}
    arrays |= {f"parameters/{name}": value for name, value in network.parameters().items()}
    arrays |= {f"state/{name}": value for name, value in network.state().items()}
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def load(path: str | os.PathLike[str]) -> Network:
    """Return the network saved in `path`, ready to predict the same numbers.

    Raises `FileFormatError` for a file that is not one, or damaged; `FileNotFoundError` as usual.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        description = json.loads(str(arrays.pop("description")))
        if description.get("format") != FORMAT:
            raise FileFormatError(
                f"{path}: expected format {FORMAT!r}, got {description.get('format')!r}"
            )
        network = network_from(description)
    except FileFormatError:
        raise
    except (ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise FileFormatError(f"{path}: not a saved network ({error})") from error
    parts: dict[str, dict[str, Any]] = {"parameters": {}, "state": {}}
    for name, value in arrays.items():
        part, _, rest = name.partition("/")
        parts.setdefault(part, {})[rest] = value
    try:
        network.set_parameters(parts["parameters"])
        network.set_state(parts["state"])
    except NumpynetError as error:
        raise FileFormatError(f"{path}: {error}") from error
    return network
