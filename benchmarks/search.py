"""A grid search here, beside what people would use instead, in one run on one machine.

    python -m benchmarks.search [--epochs 20] [--out benchmarks/results]

The same grid of learning rates and l2 on the 8x8 digits, the same architecture, epochs and batch
size, two ways: the study's engine; a loop that builds a Keras model and calls `fit` for every
point. Ways take turns, case by case. Making ready (building, compiling, measuring the execution
mode) is inside every clock, importing in none.
"""

import argparse
import itertools
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from sklearn.datasets import load_digits

from densevsconv.images.prepared import Scaling, TrainingData
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.schema import load_architecture
from densevsconv.store.machine import describe_machine
from densevsconv.store.seeds import training_seeds
from densevsconv.training.engine import Group, Trial
from densevsconv.training.engines.tensorflow.build import keras_model, named_variables
from densevsconv.training.engines.tensorflow.engine import TensorFlowEngine
from densevsconv.training.settings import Training

ROOT = Path(__file__).resolve().parents[1]
CASES = ("denseNet2_20", "dense_2", "lenet5_8", "conv_small")
RATES = (0.001, 0.003, 0.01)
L2S = (0.0, 1e-4)
BATCH_SIZE = 32
TRAIN = 1294


def digits() -> TrainingData:
    """Return the 8x8 digits, cut into training and validation images."""
    source = load_digits()
    images = source.images.astype(np.uint8)[..., None]
    labels = source.target.astype(np.int64)
    index = np.random.default_rng(0).permutation(len(images))
    train, validation = index[:TRAIN], index[TRAIN:]
    return TrainingData(
        images[train],
        labels[train],
        train,
        images[validation],
        labels[validation],
        validation,
        info={"shape": [8, 8, 1], "max_value": 16, "classes": 10},
    )


def compiled_keras(bound: BoundArchitecture, rate: float, l2: float) -> keras.Model:
    """Return a compiled Keras model with the point's learning rate and l2."""
    model = keras_model(bound)
    for name, variable in named_variables(model).items():
        if name.endswith("kernel") and l2:
            variable.regularizer = keras.regularizers.L2(l2)
    model.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def ours(bound: BoundArchitecture, data: TrainingData, scaling: Scaling, epochs: int) -> float:
    """Search the grid with the study's engine; return the best validation accuracy."""
    seeds = training_seeds(0, "benchmark", 0)
    trials = tuple(
        Trial(Training(learning_rate=rate, l2=l2, batch_size=BATCH_SIZE, epochs=epochs), seeds)
        for rate, l2 in itertools.product(RATES, L2S)
    )
    engine = TensorFlowEngine(os.cpu_count() or 1)
    finished = engine.train(Group(bound, data, scaling, trials))
    return max(one.at_best("validation_accuracy") or 0.0 for one in finished)


def keras_fit(bound: BoundArchitecture, data: TrainingData, scaling: Scaling, epochs: int) -> float:
    """Search the grid with a model and a call of `fit` for every point."""
    best = 0.0
    validation = scaling.apply(data.validation_images), data.validation_labels
    for rate, l2 in itertools.product(RATES, L2S):
        model = compiled_keras(bound, rate, l2)
        history = model.fit(
            scaling.apply(data.train_images),
            data.train_labels,
            batch_size=BATCH_SIZE,
            epochs=epochs,
            validation_data=validation,
            verbose=0,
        )
        best = max(best, history.history["val_accuracy"][-1])
    return best


WAYS: dict[str, Callable[..., float]] = {
    "densevsconv": ours,
    "keras_fit_loop": keras_fit,
}


def main() -> None:
    """Measure and write search.json and search.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    data, scaling = digits(), Scaling(np.zeros(1, np.float32), np.full(1, 1 / 16, np.float32))
    load = os.getloadavg()[0]
    rows = []
    for name in CASES:
        bound = load_architecture(ROOT / "config" / "architectures", name).bind((8, 8, 1), 10)
        row: dict[str, Any] = {"architecture": name}
        for way, search in WAYS.items():
            clock = time.perf_counter()
            accuracy = search(bound, data, scaling, options.epochs)
            row[way] = {"seconds": time.perf_counter() - clock, "best_accuracy": accuracy}
            print(name, way, f"{row[way]['seconds']:.1f} s, best {accuracy:.3f}", flush=True)
        rows.append(row)
    report = {
        "machine": describe_machine() | {"load_before": load},
        "points": len(RATES) * len(L2S),
        "epochs": options.epochs,
        "rows": rows,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "search.json").write_text(json.dumps(report, indent=1) + "\n")
    (options.out / "search.md").write_text(table(report))


def table(report: dict[str, Any]) -> str:
    """Return the measurements as Markdown."""
    lines = [
        f"{report['points']} points, {report['epochs']} epochs each, batch {BATCH_SIZE}, "
        f"{report['machine']['cores']} cores; seconds, and how many times ours.",
        "",
        "| architecture | " + " | ".join(WAYS) + " |",
        "|---|" + "---|" * len(WAYS),
    ]
    for row in report["rows"]:
        base = row["densevsconv"]["seconds"]
        cells = [f"{row[way]['seconds']:.1f} ({row[way]['seconds'] / base:.1f}x)" for way in WAYS]
        lines.append(f"| {row['architecture']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
