"""A small made-up study with files of the real schema: TEST DATA, never shown as a result.

The images are scikit-learn's digits, or what a test gives, changed and measured by the project's
own code; probabilities, histories and times are drawn at random. What comes after the refit is made
by the project's own stages, so the schema is theirs.
"""

import itertools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

from densevsconv.images.load import content_hash
from densevsconv.images.measures import measure
from densevsconv.images.transforms.apply import transform
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.schema import load_architecture
from densevsconv.results.trials import TrialRow
from densevsconv.store.files import read_json, read_npz, write_json, write_npz
from densevsconv.store.identity import digest
from densevsconv.store.layout import Layout
from densevsconv.store.seeds import training_seeds
from densevsconv.training.settings import Training
from tests.support.networks import weight_shapes
from tests.support.plans import SPLIT, run_stage, write_plans, write_rerun, write_timing

ROOT = Path(__file__).resolve().parents[2]
TRAINING = Training(early_stopping={"patience": 10}).model_dump()
AUGMENTATION = {"shift": 0.1, "rotation": 10.0, "zoom": 0.1, "cutout": 2}
GRID = {"learning_rate": [0.0003, 0.001, 0.003, 0.01], "l2": [0.0, 1e-5, 1e-4, 1e-3]}
CASES = {
    # case: (architecture, accuracy, search method); an id may end in -numpy, its engine then
    "denseNet2_20_published": ("denseNet2_20", 0.93, "list"),
    "convNet1_3_published": ("convNet1_3", 0.82, "list"),
    "denseNet2_20_tuned": ("denseNet2_20", 0.96, "grid"),
    "convNet1_3_tuned": ("convNet1_3", 0.965, "grid"),
    "dense_1": ("dense_1", 0.972, "grid"),
    "dense_2": ("dense_2", 0.976, "grid"),
    "dense_3": ("dense_3", 0.974, "random"),
    "lenet5_8": ("lenet5_8", 0.981, "rate"),
    "conv_small": ("conv_small", 0.988, "grid"),
}
SEEDS = 10
PARTS = {"test": 0.2, "validation": 0.08, "train": 0.72}


@dataclass
class Form:
    """A data set of the study: its images, and what the study does to them.

    ``images`` are uint8 (N, H, W, C), ``labels`` int64; None for scikit-learn's digits.
    """

    title: str = "Optical digits, 8x8"
    base: str = "digits"
    transform: list[dict[str, Any]] = field(default_factory=list)
    split: dict[str, Any] = field(default_factory=dict)
    images: np.ndarray | None = None
    labels: np.ndarray | None = None
    class_names: list[str] = field(default_factory=lambda: [str(digit) for digit in range(10)])
    max_value: int = 16

    def __post_init__(self) -> None:
        if self.images is None:
            digits = load_digits()
            self.images = digits.images.astype(np.uint8)[..., None]
            self.labels = digits.target.astype(np.int64)

    @property
    def stages(self) -> list[np.ndarray]:
        """Return all images after 0, 1, ... changes."""
        rows = np.arange(len(self.images))
        return [
            transform(self.images, rows, self.transform[:steps], seed=1, max_value=self.max_value)
            for steps in range(len(self.transform) + 1)
        ]

    def plan(self) -> dict[str, Any]:
        return {
            "title": self.title, "dataset": self.base, "source": "digits",
            "shape": list(self.stages[-1].shape[1:]), "source_shape": list(self.images.shape[1:]),
            "classes": len(self.class_names), "class_names": self.class_names,
            "max_value": self.max_value,
            "citation": "Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten "
                        "Digits. UCI Machine Learning Repository. doi:10.24432/C50P49",
            "licence": "CC BY 4.0", "homepage": "https://example.org/data/80/digits",
            "notes": "The 1,797 images of the collection's test file; not MNIST.",
            "split": SPLIT | self.split, "transform": self.transform, "seed": 1,
        }  # fmt: skip


DATASETS = {
    "digits": Form(),
    "digits_turned": Form(
        title="Optical digits, turned, 6x6",
        transform=[{"rotation": 30.0}, {"noise": 0.25}, {"resolution": 6}],
    ),
}


def named(case: str) -> tuple[str, str]:
    """Return network and version by how a case is called: ``net_coded_16``, ``net_tuned-numpy``."""
    own = case.removesuffix("-numpy").removesuffix("-tensorflow")
    found = re.fullmatch(r"(.*)_((?:coded|published|corrected)(?:_[^-]*)?)", own)
    return (found[1], found[2]) if found else (own, "")


def points_of(method: str, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Return the points of a search: a grid of two keys, of one, random draws, or none."""
    if method == "grid":
        return [
            dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())
        ]
    if method == "rate":
        return [{"learning_rate": rate} for rate in GRID["learning_rate"]]
    if method == "augmentation":
        return [
            {"augmentation": changes, "learning_rate": rate}
            for changes in (None, {"rotation": 15.0}, AUGMENTATION)
            for rate in GRID["learning_rate"]
        ]
    if method == "random":
        return [
            {"learning_rate": float(10**a), "l2": float(10**b)}
            for a, b in rng.uniform([-4, -6], [-1.5, -2], (14, 2))
        ]
    return [{}]


def make_study(
    results: Path,
    study: str = "synthetic",
    cases: dict[str, tuple[str, float, str]] = CASES,
    *,
    datasets: dict[str, Form] | None = None,
    seed: int = 0,
    title: str = "Dense and convolutional networks on small digits (test data)",
    published: dict[str, dict[str, Any]] | None = None,
    claims: dict[str, Any] | None = None,
    counterparts: dict[str, Any] | None = None,
    titles: dict[str, str] | None = None,
    publication: str = "",
) -> Layout:
    """Write a whole study under ``results/<study>`` and return its layout.

    A case is (architecture, accuracy, search method), and perhaps its data set and what its
    training has of its own; without, it is of the first data set. ``published`` and ``titles`` are
    by case; ``claims`` and ``counterparts`` as a study's file has them.
    """
    layout = Layout(results / study)
    rng = np.random.default_rng(seed)
    datasets = datasets or {"digits": Form()}
    sets = {name: form.plan() for name, form in datasets.items()}
    for name, form in datasets.items():
        _write_data(layout, name, form)
    plans: dict[str, Any] = {}
    for case, (architecture, _, method, *more) in cases.items():
        dataset = more[0] if more else next(iter(datasets))
        own = more[1] if len(more) > 1 else {}
        described = load_architecture(ROOT / "config" / "architectures", architecture)
        bound = described.bind(tuple(sets[dataset]["shape"]), sets[dataset]["classes"])
        network, version = named(case)
        plans[case] = {
            "dataset": dataset, "network": network, "version": version,
            "engine": "numpy" if "-numpy" in case else "tensorflow",
            "architecture": bound.to_dict(), "training": TRAINING | own,
            "points": points_of(method, rng), "seeds": 2,
            "method": "grid" if method in ("rate", "augmentation") else method,
            "title": (titles or {}).get(case, bound.title), "description": "",
            "published": (published or {}).get(case),
        }  # fmt: skip
    write_plans(
        layout, plans, sets, seeds=SEEDS, shards=len(plans), claims=claims,
        counterparts=counterparts, title=title, question="Does convolution help on 8x8 images?",
        publication=publication,
    )  # fmt: skip
    for number, (name, plan) in enumerate(plans.items()):
        accuracy = cases[name][1]
        _write_search(layout, name, plan, accuracy, rng, shard=number)
        _write_refit(layout, name, plan, accuracy, rng)
        median = 0.2 + 3e-6 * plan["architecture"]["macs"] * (1 + rng.uniform(0, 0.5))
        write_timing(layout, name, float(median), epochs=40)
    run_stage("select", layout)
    run_stage("evaluate", layout)
    run_stage("summarise", layout)
    run_stage("judge", layout)
    write_rerun(layout, next(iter(plans)))
    run_stage("trust", layout)
    if any((entry or {}).get("table") == "gradients" for entry in (counterparts or {}).values()):
        run_stage("gradients", layout)
    return layout


def _write_data(layout: Layout, dataset: str, form: Form) -> None:
    plan, stages, labels = form.plan(), form.stages, form.labels
    images, classes = stages[-1], len(form.class_names)
    ends = [round(len(images) * share) for share in (0, 0.2, 0.28, 1)]
    parts = {name: np.arange(*ends[place : place + 2]) for place, name in enumerate(PARTS)}
    train, test = parts["train"], parts["test"]
    arrays = {
        f"{part}_{kind}": values[parts[part]]
        for part in ("train", "validation")
        for kind, values in (
            ("images", images), ("labels", labels), ("indices", np.arange(len(images)))
        )
    }  # fmt: skip
    write_npz(layout.train_data(dataset), arrays)
    of_test = {"images": images[test], "labels": labels[test], "indices": test}
    write_npz(layout.test_data(dataset), of_test)
    first = [train[np.flatnonzero(labels[train] == label)[0]] for label in range(classes)][:10]
    sheet = {f"step{number}": stage[first] for number, stage in enumerate(stages)}
    write_npz(layout.contact_sheet(dataset), sheet)
    values, means = measure(
        images[train][:200], labels[train][:200], images[test], labels[test],
        classes=classes, max_value=form.max_value,
    )  # fmt: skip
    write_json(layout.measures(dataset), {"dataset": dataset} | values)
    write_npz(layout.mean_images(dataset), {"means": means})
    write_json(
        layout.data_info(dataset),
        {
            "name": dataset, "classes": classes, "max_value": form.max_value,
            "class_names": form.class_names, "shape": list(images.shape[1:]),
            "counts": {part: len(rows) for part, rows in parts.items()},
            "class_counts": {
                part: np.bincount(labels[rows], minlength=classes).tolist()
                for part, rows in parts.items()
            },
            "channel_mean": [4.9], "channel_std": [6.0], "split": {**plan["split"], "seed": 1},
            "transform": form.transform,
            "train_hash": content_hash(arrays, form.max_value, classes),
            "test_hash": content_hash(of_test, form.max_value, classes),
        },
    )  # fmt: skip


def _write_search(
    layout: Layout, case: str, plan: dict[str, Any], accuracy: float, rng: Any, *, shard: int
) -> None:
    rows = []
    for point, varied in enumerate(plan["points"]):
        rate, l2 = varied.get("learning_rate", 0.003), varied.get("l2", 1e-5)
        loss = 0.02 * np.log10(rate / 0.003) ** 2 + 0.004 * np.log10((l2 + 1e-6) / 1e-5) ** 2
        for repetition in range(2):
            diverged = rate >= 0.01 and l2 >= 1e-3
            value = float(np.clip(accuracy - loss + rng.normal(0, 0.004), 0.1, 1))
            rows.append({
                "trial": digest([case, point, repetition]), "dataset": plan["dataset"],
                "case": case, "family": plan["architecture"]["family"],
                "architecture": plan["architecture"]["name"], "engine": plan["engine"],
                "point": point, "repetition": repetition,
                "status": "diverged" if diverged else "finished",
                "validation_accuracy": None if diverged else round(value * 144) / 144,
                "validation_loss": None if diverged else 2 * (1 - value),
                "train_accuracy": None if diverged else value, "train_loss": 1 - value,
                "epochs_run": 40, "best_epoch": 30, "search_seconds": 0.4, "execution": "xla",
                "device": "CPU", "node": "here", "threads": 1,
                "settings": json.dumps(varied, sort_keys=True),
                **{key: {**TRAINING, **varied}[key] for key in (
                    "optimizer", "learning_rate", "l2", "momentum", "weight_decay", "batch_size",
                    "epochs")},
                "initializer": "null",
            })  # fmt: skip
    path = layout.search_shard(shard)
    path.parent.mkdir(parents=True, exist_ok=True)
    if len(plan["points"]) == 1:
        rows = []  # nothing to choose, so no trial is made
    TrialRow.write_table(path, [TrialRow.model_validate(row) for row in rows])


def _write_refit(
    layout: Layout, case: str, plan: dict[str, Any], accuracy: float, rng: Any
) -> None:
    labels = read_npz(layout.test_data(plan["dataset"]))["labels"]
    images = read_json(layout.data_info(plan["dataset"]))["counts"]["validation"]
    count, classes = len(labels), int(labels.max()) + 1
    runs, history, predictions = [], [], []
    # some images are hard for every network and are mostly taken for the same wrong class
    hard = np.random.default_rng(5).permutation(count)
    wrong_class = (labels + np.random.default_rng(6).choice([1, 5, 7], count)) % classes
    for repetition in range(SEEDS):
        epochs = int(rng.integers(35, 50))
        epoch = np.arange(1, epochs + 1)
        validation = accuracy * (1 - 0.9 * np.exp(-epoch / 4)) + rng.normal(0, 0.004, epochs)
        train = np.minimum(1, (accuracy + 0.01) * (1 - 0.9 * np.exp(-epoch / 3.5)))
        history.append(pd.DataFrame({
            "repetition": repetition, "epoch": epoch, "train_loss": 1 - train,
            "train_accuracy": train, "validation_loss": 1 - validation,
            "validation_accuracy": np.round(np.clip(validation, 0, 1) * images) / images,
        }))  # fmt: skip
        errors = rng.binomial(count, 1 - accuracy)
        wrong = rng.permutation(hard[: max(2 * errors, 1)])[:errors]
        logits = rng.normal(0, 0.5, (count, classes))
        logits[np.arange(count), labels] += rng.gamma(6, 1, count)
        logits[wrong, labels[wrong]] = 0.0
        logits[wrong, wrong_class[wrong]] += 2.5
        p = np.exp(logits)
        p /= p.sum(1, keepdims=True)
        frame = pd.DataFrame(p.astype(np.float32), columns=[f"p{c}" for c in range(classes)])
        frame.insert(0, "label", labels)
        frame.insert(0, "index", np.arange(count))
        frame.insert(0, "repetition", repetition)
        predictions.append(frame)
        runs.append({
            "trial": digest([case, "refit", repetition]), "repetition": repetition,
            "seeds": training_seeds(1, "refit", repetition),
            "status": "finished", "epochs_run": epochs, "best_epoch": epochs - 5, "ended": 1e9,
            "train_loss": 0.01, "train_accuracy": 0.99, "validation_loss": 0.05,
            "validation_accuracy": float(validation[-5]), "execution": "xla", "threads": 1,
            "device": "CPU", "node": "here", "seconds": 1.5,
        })  # fmt: skip
    write_json(layout.runs(case), {"case": case, "runs": runs})
    drawn = np.random.default_rng(7)
    weights = {
        f"0/{name}": drawn.normal(0, 0.5, shape).astype("float32")
        for name, shape in weight_shapes(BoundArchitecture.from_dict(plan["architecture"])).items()
    }  # fmt: skip
    write_npz(layout.weights(case), weights)
    pd.concat(history).to_parquet(layout.history(case))
    pd.concat(predictions).to_parquet(layout.predictions(case))
