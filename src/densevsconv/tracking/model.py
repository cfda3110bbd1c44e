"""The winner of a case as an MLflow model: Keras, from raw pixels to class probabilities."""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from densevsconv.images.prepared import Scaling
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.store.plugins import extras_in
from densevsconv.store.process import without
from densevsconv.training.engines.tensorflow.engine import UNUSED

if TYPE_CHECKING:
    import keras
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel

REQUIREMENTS = ("tensorflow", "keras", "numpy")
"""Given to MLflow, which would otherwise start a process to find out (7 s a model)."""


def pixels_to_probabilities(
    architecture: BoundArchitecture, weights: dict[str, np.ndarray], scaling: Scaling
) -> keras.Model:
    """Return the trained network with its scaling of pixels built in.

    It takes pixels as the data set has them, (N, H, W, C), to probabilities, float32 (N, classes).
    """
    with without(*UNUSED):
        import keras

        from densevsconv.training.engines.tensorflow.build import keras_model, set_weights

    network = keras_model(_predicting(architecture))
    set_weights(network, weights)
    # two layers, as scaling has two steps: one would round differently
    shift = keras.layers.Rescaling(1.0, (-scaling.offset).tolist(), name="shift")
    scale = keras.layers.Rescaling(scaling.scale.tolist(), name="scale")
    images = keras.Input(architecture.image_shape)
    return keras.Model(images, network(scale(shift(images))), name=architecture.name)


def _predicting(architecture: BoundArchitecture) -> BoundArchitecture:
    """Return a network with the same predictions that Keras has all activations of."""
    described = architecture.to_dict()
    for name, extra in extras_in(architecture.identity_dict()).items():
        described = _renamed(described, name, extra.predicts_as or name)
    return BoundArchitecture.from_dict(described)


def _renamed(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, old, new) for item in value]
    return new if value == old else value


def find_model(client: MlflowClient, experiment_id: str, run_id: str) -> LoggedModel | None:
    found = client.search_logged_models([experiment_id], f"source_run_id = '{run_id}'")
    return found[0] if found else None


def is_whole(client: MlflowClient, logged: LoggedModel) -> bool:
    """Return whether a model was logged to the end, and its files are still there."""
    files = client.list_logged_model_artifacts(logged.model_id)
    return logged.status == "READY" and any(file.path == "MLmodel" for file in files)


def log_model(client: MlflowClient, logged: LoggedModel, model: keras.Model) -> None:
    """Give a logged model its files.

    The steps are those of ``mlflow.tensorflow.log_model``, taken one by one because that function
    makes a second model when it is killed and called again: here the first is completed.
    """
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus
    from mlflow.models import Model
    from mlflow.tensorflow import save_model

    identifier, run_id = logged.model_id, logged.source_run_id
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        description = Model(
            artifact_path=logged.artifact_location,
            model_uuid=identifier,
            run_id=run_id,
            model_id=identifier,
        )
        save_model(
            model,
            str(path),
            mlflow_model=description,
            signature=_signature(model),
            pip_requirements=[f"{package}=={version(package)}" for package in REQUIREMENTS],
        )
        client.log_model_artifacts(identifier, str(path))
    outputs = client.get_run(run_id).outputs
    linked = outputs.model_outputs if outputs else []
    if identifier not in [output.model_id for output in linked]:
        client.log_outputs(run_id, [LoggedModelOutput(identifier, step=0)])
    client.finalize_logged_model(identifier, LoggedModelStatus.READY)


def _signature(model: keras.Model) -> Any:
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    def schema(dtype: type, shape: tuple[int | None, ...]) -> Any:
        # without a name, so that an array is passed on as it is and not as a dictionary
        return Schema([TensorSpec(np.dtype(dtype), (-1, *shape[1:]))])

    # pixels as they are in test.npz
    return ModelSignature(
        inputs=schema(np.uint8, model.input_shape), outputs=schema(np.float32, model.output_shape)
    )
