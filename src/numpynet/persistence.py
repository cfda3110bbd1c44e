"""Networks in files: one .npz with the description as JSON and the arrays. No pickle."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from numpynet.errors import FileFormatError
from numpynet.layers import layer_from_config
from numpynet.network import Network

FORMAT = "numpynet network 2"


def save(network: Network, path: str | os.PathLike[str]) -> Path:
    """Write the network to `path` (under a temporary name, then renamed); return the path.

    The file holds "description" (JSON text), "parameters/..." and "state/...".
    """
    target = Path(path)
    description = {
        "format": FORMAT,
        "layers": [layer.config() for layer in network.layers],
        "settings": {
            "input_shape": list(network.input_shape),
            "dtype": network.dtype.name,
            "loss": network.loss.config(),
            "weight_decay": network.weight_decay,
        },
    }
    arrays: dict[str, Any] = {"description": np.array(json.dumps(description))}
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
        if description["format"] != FORMAT:
            raise ValueError(f"expected format {FORMAT!r}, got {description['format']!r}")
        layers = [layer_from_config(config) for config in description["layers"]]
        network = Network(layers, **description["settings"])
        parts: dict[str, dict[str, Any]] = {"parameters": {}, "state": {}}
        for name, value in arrays.items():
            part, _, rest = name.partition("/")
            parts[part][rest] = value
        network.set_parameters(parts["parameters"])
        network.set_state(parts["state"])
    except (ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise FileFormatError(f"{path}: not a saved network ({error})") from error
    return network
