"""What is attached to the parent run of a case: its files and tables, and the winner as a model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from densevsconv.images.prepared import Scaling
from densevsconv.results.study import Study
from densevsconv.store.tables import csv_text

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as MlflowRun

ARTIFACTS = "artifacts"
"""Tag with the digest of the attached files."""


def attach_files(
    client: MlflowClient, run: MlflowRun, study: Study[Any], case: str, figures: Iterable[Path]
) -> None:
    """Copy result files, confusion tables and figures to a parent run, unless they are there.

    Files that changed (a figure drawn anew) overwrite their old copies; lost ones come back.
    """
    at = study.at
    results = (at.selection(case), at.evaluation(case), at.timing(case))
    files = [(path, f"results/{path.parent.name}") for path in results]
    files += [(path, "figures") for path in figures]
    tables = {f"confusion/{name}.csv": text for name, text in _tables(study, case).items()}
    wanted = {f"{folder}/{path.name}" for path, folder in files} | set(tables)
    sums = [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path, _ in files]
    state = hashlib.sha256(repr((sums, tables)).encode()).hexdigest()[:16]
    folders = {name.rpartition("/")[0] for name in wanted}
    found = {file.path for each in folders for file in client.list_artifacts(run.info.run_id, each)}
    if run.data.tags.get(ARTIFACTS) == state and wanted <= found:
        return
    for path, folder in files:
        client.log_artifact(run.info.run_id, str(path), folder)
    for name, text in tables.items():
        client.log_text(run.info.run_id, text, name)
    # last: a copy that was killed half way is made again
    client.set_tag(run.info.run_id, ARTIFACTS, state)


def _tables(study: Study[Any], case: str) -> dict[str, str]:
    """Return counts and shares of rows as CSV, classes by name; rows true, columns predicted."""
    names = study.data_info(study.case(case).dataset).class_names
    tables = {}
    for name, matrix in study.evaluation(case).confusion.model_dump().items():
        rows = ([label, *row] for label, row in zip(names, matrix, strict=True))
        tables[name] = csv_text([["true \\ predicted", *names], *rows])
    return tables


def attach_model(
    client: MlflowClient, experiment_id: str, run_id: str, study: Study[Any], case: str
) -> None:
    """Log the winner of a case as a Keras model, unless it is there; imports TensorFlow."""
    from densevsconv.tracking import model as models

    logged = models.find_model(client, experiment_id, run_id)
    if logged and models.is_whole(client, logged):
        return
    # the first seed, not the best one: taking that would choose by test accuracy
    plan, first = study.case(case), study.runs(case)[0]
    info = study.data_info(plan.dataset).model_dump()
    model = models.pixels_to_probabilities(
        plan.bound,
        study.weights(case, first.repetition),
        Scaling.for_training(study.selection(case).training["scaling"], info),
    )
    tags = {"case": case, "dataset": plan.dataset, "trial": first.trial}
    if not logged:
        logged = client.create_logged_model(
            experiment_id, case, source_run_id=run_id, tags=tags, model_type="image classifier"
        )
    models.log_model(client, logged, model)
