"""What a search may cost, checked before anything is trained."""

from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from densevsconv.errors import ConfigError
from densevsconv.planning.load import load_study
from densevsconv.planning.resolved import ResolvedStudy
from tests.support.config_copy import copy_config, edit

RATE = {"learning_rate": {"low": 0.001, "high": 0.1, "scale": "log"}}
GRID = {"method": "grid", "grid": {"l2": [0.0, 0.1]}, "seeds": 2}
LONG = RATE | {"epochs": {"choices": [1, 20]}}
DRAWN = {"method": "random", "space": RATE, "seeds": 2}


def study(tmp_path: Path, budget: dict[str, Any], search: dict[str, Any]) -> ResolvedStudy:
    """Return ``tiny`` (200 images in batches of 20: 9 steps an epoch, 4 epochs) with a budget."""
    config = copy_config(Path(mkdtemp(dir=tmp_path)))
    edit(config / "studies" / "tiny.yaml", budget=budget, search=search)
    return load_study(config / "config.yaml", {"study": "tiny"})


def macs(found: ResolvedStudy, case: str, updates: int) -> int:
    return 3 * found.cases[case].architecture.macs * 20 * updates


@pytest.mark.parametrize(
    ("budget", "search", "points"),
    [
        ({"trials": 13}, DRAWN, 6),
        ({"trials": 13}, DRAWN | {"method": "sobol"}, 6),
        ({"epochs": 40}, DRAWN, 5),
        ({"epochs": 39.9}, DRAWN, 4),
        ({"trials": 24}, DRAWN | {"method": "tpe", "startup": 3}, 12),
    ],
)
def test_a_search_that_draws_gets_as_many_points_as_fit(
    tmp_path: Path, budget: dict[str, Any], search: dict[str, Any], points: int
) -> None:
    for case in study(tmp_path, budget, search).cases.values():
        assert case.trials == 2 * points
        assert len(case.points) == (3 if search["method"] == "tpe" else points)


def test_a_small_network_gets_more_points_of_the_same_macs(tmp_path: Path) -> None:
    images = study(tmp_path, {"trials": 10}, DRAWN).datasets["digits"].sizes.train
    steps = 4 * (images // 20)
    first = study(tmp_path, {"trials": 10}, DRAWN)
    budget = 10 * macs(first, "lenet5_8", steps)
    found = study(tmp_path, {"macs": budget}, DRAWN)
    assert len(found.cases["lenet5_8"].points) == 5
    for name, case in found.cases.items():
        one = 2 * macs(found, name, steps)
        assert budget - one < len(case.points) * one <= budget
    long = study(tmp_path, {"epochs": 100}, DRAWN | {"space": LONG}).cases["dense_1"]
    spent = [2 * point["epochs"] for point in long.points]
    assert {1, 20} == {point["epochs"] for point in long.points}
    assert 100 - 40 < sum(spent) <= 100


@pytest.mark.parametrize(
    ("budget", "search", "says"),
    [
        ({"trials": 9}, DRAWN | {"samples": 4}, "search.samples: found it beside the study's"),
        ({"trials": 3}, DRAWN, "search.samples: found a budget for 1; allowed: 2 or more"),
        ({"trials": 9}, DRAWN | {"method": "tpe"}, "search.samples: found 4; allowed: more than"),
        ({"macs": 1e20}, DRAWN | {"method": "tpe", "space": LONG}, "search.space: found epochs"),
        ({"epochs": 9, "trials": 1}, DRAWN, "budget: found trials, epochs; allowed: one of"),
        ({"epochs": 15}, GRID, "costs 1.07 of it in cases."),
        ({"epochs": 18}, GRID, "costs 0.889 of it in cases."),
        ({"epochs": 16}, GRID | {"grow": {"l2": [0, 1]}}, "budget.epochs: found grow"),
        ({"macs": 1e9}, GRID, "budget.macs: found a search"),
        ({"trials": 9}, DRAWN | {"pruner": {"epochs": 1}}, "found it beside the study's budget"),
    ],
)
def test_what_is_no_equal_part_is_refused(
    tmp_path: Path, budget: dict[str, Any], search: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError) as error:
        study(tmp_path, budget, search)
    assert says in str(error.value)


def test_a_grid_that_uses_the_budget_is_allowed(tmp_path: Path) -> None:
    for epochs in (16, 17.7):
        assert len(study(tmp_path, {"epochs": epochs}, GRID).cases["dense_1"].points) == 2
