"""A small made-up study for tests of the stages after training: no number here was measured.

Writes what search, refit and time write (docs/files.md), for two cases on 4x4 images with three
classes, so that select, evaluate, summarise and track can be tested without training.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from densevsconv.images.load import content_hash
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.schema import parse_architecture
from densevsconv.results.trials import TrialRow
from densevsconv.store.files import write_json, write_npz
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.store.seeds import training_seeds
from densevsconv.training.settings import Training
from tests.support.networks import weight_shapes
from tests.support.plans import DATASET, SPLIT, run_stage, write_plans, write_timing

CLASSES, IMAGES, EPOCHS, SEEDS = 3, 30, 4, 5
VALIDATION = 400
"""Images, of which every made-up accuracy is a share."""
SHAPE = (4, 4, 1)
POINTS = [{"learning_rate": 0.1}, {"learning_rate": 0.01}]
TRAINING = Training(epochs=EPOCHS).model_dump()


def bound(family: str) -> BoundArchitecture:
    conv = {"conv": {"filters": 2, "kernel": 3, "padding": "same", "activation": "relu"}}
    layers = [
        *([conv] if family == "convolutional" else []),
        "flatten",
        {"dense": {"units": "classes", "activation": "softmax"}},
    ]
    content = {"title": f"A {family} network", "source": "tests", "layers": layers}
    described = parse_architecture(content, name=f"{family}_net", file="generated")
    return described.bind(SHAPE, CLASSES)


def architecture(family: str) -> dict[str, Any]:
    return bound(family).to_dict()


CASES = {"conv_a": "convolutional", "dense_b": "dense"}


def case_plan(family: str) -> dict[str, Any]:
    return {
        "dataset": "toy", "engine": "tensorflow", "architecture": architecture(family),
        "training": TRAINING, "network": family, "title": f"A {family} case", "points": POINTS,
        "method": "grid", "grid": {"learning_rate": [0.1, 0.01]},
    }  # fmt: skip


def dataset_plan(**changes: Any) -> dict[str, Any]:
    """Return what the plans say of a data set; ``changes`` overwrite keys."""
    toy = {
        "title": "Toy", "dataset": "toy", "shape": list(SHAPE), "source_shape": list(SHAPE),
        "classes": CLASSES, "class_names": ["a", "b", "c"],
    }  # fmt: skip
    return DATASET | toy | changes


def write_study(root: Path) -> Layout:
    """Write plans, data, search, refit and time of the made-up study; return its layout."""
    layout = Layout(root)
    cases = {case: case_plan(family) for case, family in CASES.items()}
    write_plans(layout, cases, {"toy": dataset_plan()}, seeds=SEEDS, shards=2, target=0.7)
    write_data(layout)
    write_search(layout)
    for case in CASES:
        write_refit(layout, case)
        seconds = 2.0 if CASES[case] == "convolutional" else 0.5
        write_timing(layout, case, seconds, EPOCHS)
    run_stage("select", layout)
    return layout


def write_data(layout: Layout) -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(IMAGES) % CLASSES
    images = rng.integers(0, 17, (IMAGES, *SHAPE), dtype=np.uint8)
    test = {"images": images, "labels": labels, "indices": np.arange(IMAGES)}
    train = {f"{part}_{name}": values for part in ("train", "validation")
             for name, values in test.items()}  # fmt: skip
    train |= {name: rng.permuted(values) for name, values in train.items() if "images" in name}
    write_npz(layout.test_data("toy"), test)
    write_npz(layout.train_data("toy"), train)
    write_json(
        layout.data_info("toy"),
        {"name": "toy", "classes": CLASSES, "class_names": ["a", "b", "c"],
         "shape": list(SHAPE), "max_value": 16, "train_hash": content_hash(train, 16, CLASSES),
         "test_hash": content_hash(test, 16, CLASSES), "channel_mean": [8.0], "channel_std": [4.0],
         "counts": {"train": IMAGES, "validation": VALIDATION, "test": IMAGES},
         "class_counts": {part: [IMAGES // CLASSES] * CLASSES
                          for part in ("train", "validation", "test")},
         "split": {**SPLIT, "seed": 1}, "transform": []},
    )  # fmt: skip


def curves(level: float) -> dict[str, list[float]]:
    epochs = np.arange(1, EPOCHS + 1)
    rising = (level * epochs / EPOCHS).tolist()
    return {
        "train_loss": (2.0 / epochs).tolist(), "train_accuracy": rising,
        "validation_loss": (2.5 / epochs).tolist(), "validation_accuracy": rising,
    }  # fmt: skip


def record(case: str, stage: str, point: int, repetition: int, *, diverged: bool = False) -> dict:
    """Return the journal's record of one training run."""
    history = curves(0.8 - 0.1 * point + 0.01 * repetition)
    settings = POINTS[point] if stage == "search" else {}
    last = {name: None if diverged else values[-1] for name, values in history.items()}
    return last | {
        "trial": f"{stage}-{case}-{point}-{repetition}", "case": case, "point": point,
        "repetition": repetition, "settings": settings, "training": TRAINING | settings,
        "seeds": training_seeds(1, stage, repetition),
        "status": "diverged" if diverged else "finished", "epochs_run": EPOCHS,
        "best_epoch": EPOCHS, "seconds": 1.5, "ended": 1e9, "execution": "xla",
        "threads": 1, "device": "CPU", "node": "here", "history": history,
    }  # fmt: skip


def search_row(entry: dict[str, Any], case: str) -> dict[str, Any]:
    training = entry["training"]
    row = {key: entry.get(key, training.get(key)) for key in TrialRow.columns()}
    return row | {
        "initializer": json.dumps(training["initializer"]),
        "dataset": "toy", "family": CASES[case], "architecture": f"{CASES[case]}_net",
        "engine": "tensorflow", "search_seconds": entry["seconds"],
        "settings": json.dumps(entry["settings"]),
    }  # fmt: skip


def search_records(case: str) -> list[dict[str, Any]]:
    return [record(case, "search", p, r) for p in range(len(POINTS)) for r in range(2)]


def write_search(layout: Layout, changes: dict[str, dict[str, Any]] | None = None) -> None:
    """Write both shards; ``changes`` by trial id overwrite what a row says."""
    journal = Journal(layout.journal("search"))
    # the shards cut across the order of the table
    for shard, cases in enumerate((["dense_b"], ["conv_a"])):
        rows = []
        for case in cases:
            for entry in search_records(case):
                journal.put(entry["trial"], entry)
                row = search_row(entry, case)
                rows.append(row | (changes or {}).get(row["trial"], {}))
        write_parquet(layout.search_shard(shard), pa.Table.from_pylist(rows))
        entries = [entry for case in cases for entry in search_records(case)]
        write_json(layout.trainings(shard), {"trainings": entries})


def write_parquet(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)


def weights(case: str, repetition: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(repetition)
    return {
        name: rng.normal(0, 0.3, shape).astype(np.float32)
        for name, shape in weight_shapes(bound(CASES[case])).items()
    }


def probabilities(case: str, repetition: int) -> np.ndarray:
    """Return made-up test probabilities; the convolutional case is right more often."""
    rng = np.random.default_rng(100 * repetition + len(case))
    logits = rng.normal(0, 1, (IMAGES, CLASSES))
    strength = 3 if CASES[case] == "convolutional" else 1.5
    logits[np.arange(IMAGES), np.arange(IMAGES) % CLASSES] += strength
    exponentials = np.exp(logits)
    return (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(np.float32)


def write_refit(
    layout: Layout, case: str, predictions: list[np.ndarray] | None = None, diverged: int = 0
) -> None:
    """Write the four refit files of a case; the last ``diverged`` seeds diverged."""
    journal = Journal(layout.journal("refit"))
    records, archive, tables, histories = [], {}, [], []
    for repetition in range(SEEDS):
        entry = record(case, "refit", 0, repetition, diverged=repetition >= SEEDS - diverged)
        journal.put(entry["trial"], entry)
        hidden = ("history", "training", "settings", "point", "case")
        records.append({key: value for key, value in entry.items() if key not in hidden})
        for name, values in weights(case, repetition).items():
            archive[f"{repetition}/{name}"] = values
        p = predictions[repetition] if predictions else probabilities(case, repetition)
        columns: dict[str, Any] = {"repetition": np.full(IMAGES, repetition),
                                   "index": np.arange(IMAGES),
                                   "label": np.arange(IMAGES) % CLASSES}  # fmt: skip
        columns |= {f"p{c}": p[:, c] for c in range(CLASSES)}
        tables.append(pa.table(columns))
        epochs = {"repetition": np.full(EPOCHS, repetition), "epoch": np.arange(1, EPOCHS + 1)}
        histories.append(pa.table(epochs | entry["history"]))
    write_parquet(layout.predictions(case), pa.concat_tables(tables))
    write_parquet(layout.history(case), pa.concat_tables(histories))
    write_npz(layout.weights(case), archive)
    write_json(layout.runs(case), {"case": case, "runs": records})
