"""What every engine promises, checked on each in the registry, in each of its modes."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from densevsconv.networks.initialise import initial_weights
from densevsconv.store.seeds import training_seeds
from densevsconv.training.engine import Engine, FinishedTrial, Group
from densevsconv.training.engines.registry import ENGINES
from densevsconv.training.loop import CURVES
from densevsconv.training.settings import Training
from tests.support.networks import weight_shapes
from tests.support.rounding import same_bits
from tests.support.training import DATA, DENSE, MIXED, SEEDS, WAYS, engine, group, network

AUGMENTED = {"shift": 0.1, "brightness": 0.2, "cutout": 2, "mixup": 0.3}
# two structures for most of the checks, so that few programs are compiled
FEW: dict[str, Any] = {"optimizer": "momentum", "learning_rate": 0.05, "batch_size": 20}
ALL: dict[str, Any] = FEW | {"augmentation": AUGMENTED}
EPSILON = float(np.finfo(np.float32).eps)


@pytest.fixture(scope="module", params=WAYS, ids="-".join)
def made(request: pytest.FixtureRequest) -> Engine:
    return engine(*request.param)


def trained(made: Engine, some: Group, **options: Any) -> list[FinishedTrial]:
    """The finished trials in the order of the group."""
    return sorted(made.train(some, **options), key=lambda finished: finished.index)


def test_a_group_is_its_trials_one_by_one_and_again(made: Engine) -> None:
    """Same seed, same bits; and what trains beside a trial, or diverges, changes none of them."""
    settings = [
        ALL | {"learning_rate": 0.1, "epochs": 3},
        ALL | {"learning_rate": 1e12, "l2": 1.0, "epochs": 12},
        ALL | {"learning_rate": 0.01, "l2": 1e-3, "momentum": 0.5, "epochs": 12},
    ]
    bound = network(*MIXED)
    together = trained(made, group(bound, *settings))
    assert [one.status for one in together] == ["finished", "diverged", "finished"]
    for one, alone in zip(together, settings, strict=True):
        (again,) = trained(made, group(bound, alone))
        assert same_bits(one, again)


def test_a_trial_says_how_it_went(made: Engine) -> None:
    (finished,) = trained(made, group(network(*DENSE), FEW | {"epochs": 12}))
    assert (finished.epochs_run, finished.best_epoch) == (12, 12)
    assert tuple(finished.history) == CURVES
    assert all(len(curve) == 12 for curve in finished.history.values())
    assert finished.at_best("train_loss") == finished.history["train_loss"][-1]
    assert finished.history["train_loss"][-1] < finished.history["train_loss"][0]
    assert finished.execution in (made.execution, made.name, "xla")
    assert finished.seconds > 0


def test_clocked_epochs_are_the_same_training(made: Engine) -> None:
    some = group(network(*MIXED), ALL | {"epochs": 3})
    (plain,), (clocked,) = trained(made, some), trained(made, some, clocked=True)
    assert len(clocked.epoch_seconds) == 3
    assert 0 < sum(clocked.epoch_seconds) <= clocked.seconds
    for name, value in plain.weights.items():
        assert np.array_equal(value, clocked.weights[name])


@pytest.mark.parametrize("axis", SEEDS)
def test_every_seed_counts(axis: str, made: Engine) -> None:
    bound = network(*MIXED)
    (first,) = trained(made, group(bound, ALL | {"epochs": 1}))
    (other,) = trained(made, group(bound, ALL | {"epochs": 1}, seeds={**SEEDS, axis: 5}))
    assert first.history != other.history


def test_divergence_is_recorded_and_ends_the_run(made: Engine) -> None:
    (finished,) = trained(made, group(network(*DENSE), FEW | {"learning_rate": 1e12, "l2": 1.0}))
    assert finished.status == "diverged"
    assert finished.epochs_run < 50
    assert all(finished.at_best(curve) is None for curve in CURVES)
    assert all(np.isfinite(weights).all() for weights in finished.weights.values())


def test_early_stopping_keeps_the_weights_of_the_best_epoch(made: Engine) -> None:
    some = group(network(*DENSE), FEW | {"epochs": 90, "early_stopping": {"patience": 5}})
    (finished,) = trained(made, some)
    losses = finished.history["validation_loss"]
    assert finished.epochs_run < 90
    assert finished.best_epoch == int(np.argmin(losses)) + 1 == finished.epochs_run - 5
    probabilities = made.predictor(some, finished.weights)(DATA.validation_images)
    right = probabilities[np.arange(30), DATA.validation_labels]
    # the mean of 30 logarithms of float32 numbers: a rounding of each is its relative error
    allowed = 100 * EPSILON
    assert -np.log(right).mean() == pytest.approx(min(losses), abs=allowed, rel=allowed)
    assert (probabilities.argmax(axis=1) == DATA.validation_labels).mean() == pytest.approx(
        finished.at_best("validation_accuracy")
    )


def test_weights_have_the_names_and_shapes_of_the_architecture(made: Engine) -> None:
    bound = network(*MIXED)
    start = initial_weights(bound, SEEDS["initialisation"])
    (finished,) = trained(made, group(bound, ALL | {"epochs": 1}))
    assert {k: v.shape for k, v in finished.weights.items()} == weight_shapes(bound)
    for name, value in finished.weights.items():
        assert value.dtype == np.float32
        assert not np.array_equal(value, start[name]), name


def test_a_prediction_does_not_depend_on_its_batch(made: Engine) -> None:
    bound = network(*MIXED)
    predict = made.predictor(group(bound, ALL), initial_weights(bound, 1))
    many = np.random.default_rng(0).integers(0, 17, (1500, 8, 8, 1)).astype(np.uint8)
    allowed = 1000 * EPSILON  # sums of at most 64 terms, in three layers
    np.testing.assert_allclose(predict(many)[1400:], predict(many[1400:]), atol=allowed)
    np.testing.assert_allclose(predict(many).sum(axis=1), 1, atol=allowed)


def test_groups_of_two_structures_are_refused() -> None:
    with pytest.raises(ValueError, match="structure"):
        group(network(*DENSE), {"batch_size": 20}, {"batch_size": 10})


def test_frozen_weights_keep_every_bit(made: Engine) -> None:
    kinds = ["batch_norm", "conv", "max_pool"]
    bound = network(*MIXED)
    start = initial_weights(bound, SEEDS["initialisation"])
    (finished,) = trained(made, group(bound, FEW | {"epochs": 1, "frozen": kinds}))
    for name, value in finished.weights.items():
        layer, array = name.split("/")
        kept = layer.partition("_")[2] in kinds and not array.startswith("moving")
        assert np.array_equal(value, start[name]) == kept, name


def test_the_penalty_is_one_step_of_decay(made: Engine) -> None:
    """What is penalised loses rate * 2 l2 of itself in a step; biases only if asked."""
    bound = network("conv: {filters: 2, kernel: 3}", "batch_norm", "flatten", DENSE[-1])
    one_step = {"optimizer": "sgd", "learning_rate": 0.5, "batch_size": 100, "epochs": 1}

    def stepped(**keys: Any) -> dict[str, np.ndarray]:
        return trained(made, group(bound, one_step | keys))[0].weights

    start = initial_weights(bound, SEEDS["initialisation"])
    plain, kernels, everything = stepped(), stepped(l2=0.1), stepped(l2=0.1, l2_biases=True)
    for name, value in plain.items():
        if "moving" in name:
            continue
        lost = 0.5 * 2 * 0.1 * start[name]
        # two roundings of each weight and of each step
        allowed = 8 * EPSILON * (np.abs(value).max() + np.abs(start[name]).max())
        np.testing.assert_allclose(value - everything[name], lost, atol=allowed, err_msg=name)
        expected = lost if name.endswith("kernel") else 0 * lost
        np.testing.assert_allclose(value - kernels[name], expected, atol=allowed, err_msg=name)


def test_an_engine_knows_itself() -> None:
    for name, kind in ENGINES.items():
        one, two = kind(1), kind(2)
        assert one.identity["name"] == name
        assert set(one.identity["libraries"]) == set(kind.packages)
        assert {**one.identity, "threads": 2} == two.identity
        assert all(kind.says(execution) for execution in ("auto", "graph", "xla"))
        assert kind.title


@pytest.mark.parametrize("module", {kind.checks for kind in ENGINES.values()} - {""})
def test_the_gradients_of_those_that_can_check_them_are_right(module: str) -> None:
    some = group(network(*MIXED), Training(l2=0.1, frozen=["conv"]))
    check, start = import_module(module).gradient_errors, initial_weights(network(*MIXED), 1)
    errors = check(some, start, images=5, entries=8, directions=2)
    assert {"0_conv/kernel", "7_dense/bias"} <= set(errors)
    assert max(errors.values()) < 1e-6


def test_repetitions_differ() -> None:
    assert training_seeds(1, "test", 0) == SEEDS != training_seeds(1, "test", 1)
