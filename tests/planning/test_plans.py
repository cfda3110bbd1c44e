"""The plan files: what they hold, when they are written, and which edit reaches which stage."""

from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from densevsconv.cli import STAGES
from densevsconv.planning.load import load_study
from densevsconv.planning.plans import case_cost, make_plans, shard_cases, write_plans
from densevsconv.planning.resolved import ResolvedStudy
from densevsconv.stages.plan import read_plan
from densevsconv.store.layout import Layout
from densevsconv.training.settings import Training
from tests.support.config_copy import copy_config, edit, snapshot


class Project:
    """A configuration that can be edited, and its plans."""

    def __init__(self, folder: Path) -> None:
        self.config = copy_config(folder)
        self.at = Layout(folder / "results" / "tiny")

    def study(self, **changes: object) -> ResolvedStudy:
        """Edit the study and return it."""
        edit(self.config / "studies" / "tiny.yaml", **changes)
        return load_study(self.config / "config.yaml", {"study": "tiny"})

    def write(self, **changes: object) -> set[str]:
        """Edit the study; return the stages whose plan changed."""
        return set(write_plans(self.study(**changes), self.at))

    def plans(self, **changes: object) -> dict[str, Any]:
        """Edit the study; return its plans."""
        return make_plans(self.study(**changes), self.at)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write()
    return project


def test_every_stage_has_a_plan(project: Project) -> None:
    assert {file.stem for file in (project.at.root / "plan").iterdir()} == set(STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_a_plan_is_read_back_as_it_was(project: Project, stage: str) -> None:
    made = project.plans()[stage]
    read = read_plan(stage, project.at)
    assert read == made
    for part in made.parts or []:
        assert read.digest(part) == made.digest(part)


def test_plans_that_say_the_same_are_left_alone(project: Project) -> None:
    before = snapshot(project.at.root)
    assert project.write() == set()
    assert snapshot(project.at.root) == before


@pytest.mark.parametrize(
    ("changes", "stages"),
    [
        ({"question": "What else?"}, {"report", "track"}),
        ({"report": {"highlights": ["dense_1"]}}, {"figures", "report"}),
        ({"cases__dense_1__title": "Mine"}, {"summarise", "figures", "report", "track"}),
        ({"refit__seeds": 3}, {"refit", "rerun", "summarise", "figures", "report", "track"}),
        ({"time__repeats": 2}, {"time"}),
        ({"time__target_accuracy": 0.6}, {"summarise", "report"}),
        ({"time__seconds": 5}, {"time", "report"}),
        ({"evaluate": {"calibration_bins": 9}}, {"evaluate"}),
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


def test_a_data_set_more_leaves_the_plans_of_the_others_alone(project: Project) -> None:
    before = project.plans()
    after = project.plans(datasets__turned={"dataset": "digits", "transform": [{"rotation": 9}]})
    for stage in ("prepare", "measure"):
        assert after[stage].parts == ["digits", "turned"]
        assert after[stage].digest("digits") == before[stage].digest("digits")


def test_what_is_shown_decides_nothing_that_is_computed(project: Project) -> None:
    changes = {"cases__dense_1__engines": ["numpy"], "cases__dense_1__search": {"method": "list"}}
    project.write(**changes, gradients={"cases": ["dense_1"]})
    shown = {"counterparts": {"Equation 1": {"table": "gradients"}}}
    assert project.write(report=shown) <= {"figures", "report", "track", "summarise"}


def test_a_search_plan_says_all_that_a_trial_needs(project: Project) -> None:
    plan = project.plans()["search"]
    assert (plan.seed, plan.seeds, plan.shards) == (7, 2, 2)
    case = plan.cases["lenet5_8"]
    assert case.points == [{"learning_rate": 0.003}, {"learning_rate": 0.01}]
    assert (case.dataset, case.family, case.engine) == ("digits", "convolutional", "tensorflow")
    training = Training.model_validate(case.training)
    assert (training.l2, training.epochs) == (0.0001, 4)
    assert training.model_dump() == case.training  # nothing left to defaults
    assert case.bound.image_shape == (8, 8, 1)


def test_what_has_one_point_is_not_searched(project: Project) -> None:
    plans = project.plans(cases__dense_1__search={"method": "list", "points": [{"l2": 0.1}]})
    assert (set(plans["search"].cases), plans["search"].shards) == ({"lenet5_8"}, 2)
    assert set(plans["select"].cases) == {"dense_1", "lenet5_8"}
    plan = project.plans(search={"method": "list"})["search"]
    assert (plan.cases, plan.parts) == ({}, [])


def test_every_case_is_refitted_in_one_shard(project: Project) -> None:
    shards = project.plans()["refit"].shards
    assert sorted(chain.from_iterable(shards)) == ["dense_1", "lenet5_8"]
    # more shards than cases: none is empty
    assert [len(shard) for shard in project.plans(shards=3)["refit"].shards] == [1, 1]


def test_refit_shards_are_balanced() -> None:
    study = load_study(Path(__file__).parents[2] / "config" / "config.yaml", {})
    loads = [
        sum(case_cost(study, study.cases[name]) for name in shard) for shard in shard_cases(study)
    ]
    dearest = max(case_cost(study, case) for case in study.cases.values())
    # the greedy rule's own bound: no shard is more than one case above another
    assert max(loads) - min(loads) <= dearest
