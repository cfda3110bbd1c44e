"""The plan files: what they hold, when they are written, and which edit reaches which stage."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from densevsconv.cli import STAGES
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.planning.load import load_study
from densevsconv.planning.plan import case_cost, plans, shard_cases, write_plans
from densevsconv.store.files import read_json
from densevsconv.store.layout import Layout
from densevsconv.training.settings import Training
from tests.support.config_copy import copy_config, edit, snapshot


class Project:
    """A configuration that can be edited, and its plans."""

    def __init__(self, folder: Path) -> None:
        self.config = copy_config(folder)
        self.layout = Layout(folder / "results" / "tiny")

    def write(self, **changes: object) -> set[str]:
        """Edit the study; return the stages whose plan changed."""
        edit(self.config / "studies" / "tiny.yaml", **changes)
        study = load_study(self.config / "config.yaml", {"study": "tiny"})
        return set(write_plans(study, self.layout))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write()
    return project


def test_every_stage_has_a_plan(project: Project) -> None:
    assert {file.stem for file in (project.layout.root / "plan").iterdir()} == set(STAGES)


def test_plans_that_say_the_same_are_left_alone(project: Project) -> None:
    before = snapshot(project.layout.root)
    assert project.write() == set()
    assert snapshot(project.layout.root) == before


@pytest.mark.parametrize(
    ("changes", "stages"),
    [
        ({"question": "What else?"}, {"report", "track"}),
        ({"report": {"highlights": ["dense_1"]}}, {"figures", "report"}),
        ({"cases__dense_1__title": "Mine"}, {"summarise", "figures", "report", "track"}),
        ({"refit__seeds": 3}, {"refit", "report"}),
        ({"time__repeats": 2}, {"time"}),
        ({"time__target_accuracy": 0.6}, {"summarise", "report"}),
        ({"time__seconds": 5}, {"time", "report"}),
        ({"evaluate": {"calibration_bins": 9}}, {"evaluate", "report"}),
        (
            {"search__grid__learning_rate": [0.003, 0.01, 0.03]},
            {"search", "select", "summarise", "figures", "report", "track"},
        ),
    ],
)
def test_an_edit_reaches_the_stages_it_concerns(
    project: Project, changes: dict[str, object], stages: set[str]
) -> None:
    assert project.write(**changes) == stages


def test_a_search_plan_says_all_that_a_trial_needs(project: Project) -> None:
    plan = read_json(project.layout.plan("search"))
    assert (plan["study"], plan["seed"], plan["seeds"], plan["shards"]) == ("tiny", 7, 2, 2)
    case = plan["cases"]["lenet5_8"]
    assert case["points"] == [{"learning_rate": 0.003}, {"learning_rate": 0.01}]
    assert case["grid"] == {"learning_rate": [0.003, 0.01]}
    assert (case["dataset"], case["family"], case["engine"]) == (
        "digits", "convolutional", "tensorflow",
    )  # fmt: skip
    training = Training.model_validate(case["training"])
    assert (training.l2, training.epochs) == (0.0001, 4)
    assert training.model_dump() == case["training"]  # nothing left to defaults
    assert BoundArchitecture.from_dict(case["architecture"]).image_shape == (8, 8, 1)


def test_what_has_one_point_is_not_searched(project: Project) -> None:
    project.write(cases__dense_1__search={"method": "list", "points": [{"l2": 0.1}]})
    plan = read_json(project.layout.plan("search"))
    assert (set(plan["cases"]), plan["shards"]) == ({"lenet5_8"}, 2)
    assert set(read_json(project.layout.plan("select"))["cases"]) == {"dense_1", "lenet5_8"}
    project.write(search={"method": "list"})
    plan = read_json(project.layout.plan("search"))
    assert (plan["cases"], plan["shards"]) == ({}, 0)


def test_a_refit_plan_has_no_points_and_every_case_in_one_shard(project: Project) -> None:
    plan = read_json(project.layout.plan("refit"))
    assert all("points" not in case for case in plan["cases"].values())
    assert sorted(chain.from_iterable(plan["shard_cases"])) == sorted(plan["cases"])
    assert len(plan["shard_cases"]) == plan["shards"]


def test_refit_shards_are_balanced() -> None:
    study = load_study(Path(__file__).parents[2] / "config" / "config.yaml", {})
    loads = [
        sum(case_cost(study, study.cases[name]) for name in shard) for shard in shard_cases(study)
    ]
    dearest = max(case_cost(study, case) for case in study.cases.values())
    # the greedy rule's own bound: no shard is more than one case above another
    assert max(loads) - min(loads) <= dearest


def test_more_shards_than_cases_leaves_some_empty(project: Project) -> None:
    project.write(shards=3)
    shards = read_json(project.layout.plan("refit"))["shard_cases"]
    assert sorted(len(shard) for shard in shards) == [0, 1, 1]


def test_mlflow_lies_beside_the_studies(project: Project) -> None:
    study = load_study(project.config / "config.yaml", {"study": "tiny"})
    track = plans(study, Layout(Path("results/tiny")))["track"]
    assert track["database"] == "results/mlflow/mlflow.db"
