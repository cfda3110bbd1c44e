"""A made-up study with series: two sets of patches of several sizes, one of them permuted too."""

from typing import Any

import numpy as np

from densevsconv.images.sources.patches import PatchesSource
from densevsconv.networks.schema import parse_architecture
from densevsconv.results.follow import Follow
from tests.support.plans import study_plan

SOFTMAX = {"dense": {"units": "classes", "activation": "softmax"}}
WINDOW = {"filters": 2, "kernel": [1, 4], "stride": [1, 4]}
LAYERS: dict[str, list[Any]] = {
    "dense": ["flatten"],
    "local": [{"locally_connected": WINDOW}, "flatten"],
    "conv": [{"conv": WINDOW}, "flatten"],
}
SIZES = (10, 100, 1000, 10000)
ACCURACY = {
    "dense": {"16": (0.5, 0.6, 0.7, 0.8), "32": (0.4, 0.5, 0.6, 0.7), "permuted": (0.7,)},
    "local": {"16": (0.55, 0.65, 0.75, 0.85), "32": (0.5, 0.6, 0.7, 0.8), "permuted": (0.72,)},
    "conv": {"16": (0.45, 0.6, 0.8, 0.95), "32": (0.6, 0.7, 0.8, 0.9), "permuted": (0.6,)},
}


def followed_study() -> Follow:
    """Return what follows the networks of the study."""
    datasets: dict[str, Any] = {"alone": {}}
    cases: dict[str, Any] = {"alone": {"dataset": "alone"}}
    accuracy = {}
    for kind in ("16", "32"):
        knobs = {"size": 4, "patches": int(kind) // 4}
        growth = PatchesSource(kind="patches", **knobs).growth()
        for place, size in enumerate(SIZES):
            name = f"d{kind}-{size}"
            datasets[name] = {
                "dataset": "patches", "source": "patches", "source_shape": [1, int(kind), 1],
                "knobs": knobs, "shape": [1, int(kind), 1], "growth": growth,
                "series": {"training_images": size} | ({"permuted": 0} if size == 1000 else {}),
            }  # fmt: skip
            accuracy[name] = place
    datasets["permuted"] = datasets["d16-1000"] | {
        "series": {"permuted": 1, "training_images": 1000}, "transform": [{"permute_pixels": True}],
    }  # fmt: skip
    accuracy["permuted"] = 0
    for network, layers in LAYERS.items():
        content = {"title": network, "layers": [*layers, SOFTMAX]}
        described = parse_architecture(content, name=network, file="test")
        for name, data in datasets.items():
            if data:
                bound = described.bind(data["shape"], 2).to_dict()
                cases[f"{network}-{name}"] = {
                    "dataset": name, "network": network, "architecture": bound,
                    "training": {"optimizer": "adam"},
                }  # fmt: skip
    plan = study_plan(cases, datasets)

    def right(case: str) -> np.ndarray:
        network, _, dataset = case.partition("-")
        kind = dataset[1:3] if dataset != "permuted" else dataset
        share = ACCURACY[network][kind][accuracy[dataset]]
        # the same images are hard for all; a seed more or less is right on one image of 200
        images = (np.arange(200) + 0.5) / 200
        return np.stack([images < share + each / 200 for each in (-1, 0, 0, 0, 1)])

    return Follow(plan, right, seed=1, target_accuracy=0.75)
