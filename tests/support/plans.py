"""Plans of studies that tests make up: what a test does not name has some value."""

from __future__ import annotations

from typing import Any

from densevsconv.results.plan import StudyPlan

SPLIT = {
    "test": 0.2, "validation": 0.1, "stratify": True, "grouped": False, "training_images": None,
    "test_images": None,
}  # fmt: skip
DATASET = {
    "title": "Images", "dataset": "d", "source": "digits", "source_shape": [8, 8, 1],
    "shape": [8, 8, 1], "classes": 2, "class_names": ["0", "1"], "max_value": 16, "split": SPLIT,
    "transform": [], "seed": 1,
}  # fmt: skip
CASE = {
    "title": "A network", "dataset": "d", "engine": "numpy", "network": "net", "training": {},
    "points": [{}],
}  # fmt: skip


def study_plan(
    cases: dict[str, dict[str, Any]],
    datasets: dict[str, dict[str, Any]] | None = None,
    counterparts: dict[str, Any] | None = None,
) -> StudyPlan:
    """Return a plan; ``family``, ``parameters`` and ``network`` go into a case's architecture."""
    made = {}
    for name, case in cases.items():
        own = dict(case)
        architecture = {
            "family": own.pop("family", "dense"), "parameters": own.pop("parameters", 1),
            "name": own.get("network", "net"),
        }  # fmt: skip
        made[name] = {**CASE, "architecture": architecture, **own}
    return StudyPlan.model_validate({
        "study": "s", "confidence": 0.95, "cases": made, "counterparts": counterparts or {},
        "datasets": {name: {**DATASET, **own} for name, own in (datasets or {"d": {}}).items()},
    })  # fmt: skip
