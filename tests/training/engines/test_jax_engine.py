"""Many networks in one program: whose bits are whose, and what does not fit."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from densevsconv.store.files import read_json
from densevsconv.training.engine import Engine, FinishedTrial, Group
from densevsconv.training.engines.jax.engine import widths
from tests.support.rounding import exact_training, same_bits
from tests.support.training import MIXED, engine, group, network

BOUND = network(*MIXED)
SETTINGS: list[dict[str, Any]] = [
    {"learning_rate": 0.1, "epochs": 3},
    {"learning_rate": 1e12, "l2": 1.0, "epochs": 12},
    {"learning_rate": 0.05, "early_stopping": {"patience": 2}, "epochs": 30},
    {"learning_rate": 0.01, "l2": 1e-3, "momentum": 0.5, "epochs": 12},
    {"learning_rate": 0.02, "epochs": 5},
]
"""Trials that end at different epochs: of their own, by divergence, by early stopping."""


def some(*which: int) -> Group:
    shared = {"optimizer": "momentum", "batch_size": 20, "augmentation": {"shift": 0.1}}
    chosen = [shared | SETTINGS[index] for index in which]
    return replace(group(BOUND, *chosen), planned=len(SETTINGS))


@pytest.fixture(scope="module")
def stacks() -> Engine:
    return engine("jax", "patches x2")


def trained(made: Engine, trials: Group) -> list[FinishedTrial]:
    return sorted(made.train(trials), key=lambda finished: finished.index)


def test_what_is_beside_a_trial_changes_none_of_its_bits(stacks: Engine) -> None:
    """Neighbours, places in the stack and what a kill has left: of five, of two, of one."""
    whole = trained(stacks, some(0, 1, 2, 3, 4))
    statuses = [one.status for one in whole]
    assert statuses == ["finished", "diverged", "finished", "finished", "finished"]
    assert {one.execution for one in whole} == {"xla, 2 at once, patches"}
    assert whole[2].best_epoch == whole[2].epochs_run - 2 < 28
    for which in ((4, 2), (3,), (1, 0)):
        for index, again in zip(which, trained(stacks, some(*which)), strict=True):
            assert same_bits(whole[index], again), index


def test_a_trial_alone_and_in_a_stack_differ_by_rounding(stacks: Engine) -> None:
    one_epoch = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": 100, "epochs": 1}
    trials = replace(group(BOUND, one_epoch, one_epoch), planned=2)
    alone = replace(trials, trials=trials.trials[:1], planned=1)
    exact = exact_training(alone)
    for finished in trained(stacks, trials):
        assert exact.distance(finished.weights) < 1


def test_a_timed_trial_is_alone(stacks: Engine) -> None:
    (finished,) = stacks.train(some(0), clocked=True)
    assert finished.execution == "xla, patches"
    assert len(finished.epoch_seconds) == 3


def test_what_was_measured_is_kept_and_used_again(tmp_path: Path) -> None:
    made = type(engine("jax"))(1, "auto", tmp_path)
    first = trained(made, some(0, 3))
    made.release()
    (record,) = map(read_json, tmp_path.glob("*.json"))
    assert record["model"]["networks"] == len(SETTINGS)
    assert record["choice"] in record["seconds_per_epoch"]
    assert all(same_bits(a, b) for a, b in zip(first, trained(made, some(0, 3)), strict=True))


def test_what_does_not_fit_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("densevsconv.training.engines.jax.trainer.free_bytes", lambda: 1000)
    (finished,) = engine("jax").train(group(BOUND, {"batch_size": 20}))
    assert finished.status == "failed"
    assert "bytes, 1,000 are free" in (finished.reason or "")


@pytest.mark.parametrize(("most", "found"), [(1, [1]), (6, [1, 6]), (9, [1, 5, 9])])
def test_widths_divide_a_group_evenly(most: int, found: list[int]) -> None:
    assert widths(most) == found
