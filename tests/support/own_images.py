"""Images of one's own: a configuration with one data set, and what comes out of prepare."""

from pathlib import Path
from typing import Any

import numpy as np
import yaml

from densevsconv.images.load import load_test_data, load_training_data
from densevsconv.planning.load import load_study
from densevsconv.planning.plans import write_plans
from densevsconv.stages.plan import run_stage
from densevsconv.store.layout import Layout

CONFIG = Path(__file__).parents[2] / "config"
CAPTIONS = CONFIG.parent / "workflow" / "report"


def project(folder: Path, entry: dict[str, Any], datasets: dict[str, Any]) -> Layout:
    """Write a configuration with one catalogue entry, ``mine``, and the plans of a study."""
    (folder / "config" / "studies").mkdir(parents=True, exist_ok=True)
    if not (folder / "config" / "architectures").exists():
        (folder / "config" / "architectures").symlink_to(CONFIG / "architectures")
    study = {
        "title": "Mine",
        "datasets": datasets,
        "training": {"batch_size": 8, "epochs": 1},
        "cases": {
            "net": {
                "dataset": next(iter(datasets)),
                "architecture": "dense_3",
                "engines": ["numpy"],
            }
        },
        "refit": {"seeds": 2},
        "time": {"repeats": 1, "batch_sizes": [1]},
    }
    for name, content in {
        "config": {"study": "mine", "data": str(folder / "data")},
        "datasets": {"datasets": {"mine": {"title": "My images"} | entry}},
        "studies/mine": study,
    }.items():
        (folder / "config" / f"{name}.yaml").write_text(yaml.safe_dump(content))
    layout = Layout(folder / "results" / "mine", folder / "reports", CAPTIONS)
    write_plans(load_study(folder / "config" / "config.yaml"), layout)
    return layout


def prepared(
    folder: Path, entry: dict[str, Any], **used: Any
) -> tuple[np.ndarray, np.ndarray, int]:
    """Prepare a data set; return images, labels and the number of test images, as in the source."""
    run_stage("prepare", layout := project(folder, entry, {"mine": used}))
    data, test = load_training_data(layout, "mine"), load_test_data(layout, "mine")
    order = np.argsort(np.concatenate([data.train_indices, data.validation_indices, test.indices]))
    images = [data.train_images, data.validation_images, test.images]
    labels = [data.train_labels, data.validation_labels, test.labels]
    return np.concatenate(images)[order], np.concatenate(labels)[order], len(test.labels)
