"""Which data sets of a study are forms of the same images, and which cases the same network.

Two data sets are forms of the same images where they are the same data set of the catalogue,
divided alike (the number of training images may differ). Read from a plan alone; cheap to import.
"""

from __future__ import annotations

from itertools import groupby
from math import inf
from typing import Any


def forms(datasets: dict[str, Any]) -> dict[str, list[str]]:
    """Return the other forms of each reference form, both by their names in the study.

    Parameters
    ----------
    datasets
        Of a plan: ``dataset`` (name in the catalogue), ``split`` and ``transform`` of each.

    Returns
    -------
    dict
        The reference has the fewest changes of the images and, among equals, the most training
        images. Data sets with a single form are left out.
    """

    def alike(name: str) -> str:
        plan = datasets[name]
        split = {key: value for key, value in plan["split"].items() if key != "training_images"}
        return repr((plan["dataset"], sorted(split.items())))

    def changed(name: str) -> tuple[int, float, str]:
        kept = datasets[name]["split"].get("training_images")
        steps = [step for step in datasets[name]["transform"] if does_something(step)]
        return len(steps), -(inf if kept is None else kept), name

    found = {}
    for _, names in groupby(sorted(datasets, key=alike), alike):
        reference, *others = sorted(names, key=changed)
        if others:
            found[reference] = sorted(others)
    return found


def counterpart_key(plan: dict[str, Any]) -> str:
    """Return what the same network on two forms has in common.

    The architecture by name (its shapes follow the images), the engine, the settings before the
    search and the points of the search: the budget.
    """
    keys = ("engine", "training", "method", "points")
    return repr((plan["architecture"]["name"], [plan.get(key) for key in keys]))


def counterparts(plans: dict[str, Any], a: str, b: str) -> dict[str, str]:
    """Return the cases of form ``a`` by those of form ``b`` that are the same network.

    ``plans`` are the cases' plans by name; of cases that are alike the first by name counts.
    """

    def by_key(dataset: str) -> dict[str, str]:
        names = [name for name in sorted(plans, reverse=True) if plans[name]["dataset"] == dataset]
        return {counterpart_key(plans[name]): name for name in names}

    on_a, on_b = by_key(a), by_key(b)
    return {on_b[key]: on_a[key] for key in sorted(on_b, key=on_b.__getitem__) if key in on_a}


def does_something(step: dict[str, Any]) -> bool:
    """Tell whether a change changes anything: a setting of 0 or false does not."""
    ((_, value),) = step.items()
    return bool(value["patches"] if isinstance(value, dict) else value)
