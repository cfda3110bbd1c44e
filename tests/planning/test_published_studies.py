"""The studies of published papers: what makes them what they say they are, at every scale."""

from itertools import product
from pathlib import Path

import pytest

from densevsconv.planning.load import load_study
from densevsconv.planning.resolved import ResolvedCase, ResolvedStudy

CONFIG = Path(__file__).parents[2] / "config" / "config.yaml"
SCALES = ("smoke", "laptop", "full")

TABLE_1 = {
    "denseNet2_20": ("digits", 0.942, 6.8),
    "convNet1_3": ("digits", 0.889, 72.2),
    "denseNet4_300": ("mnist", 0.887, 142.0),
    "convKeras4_20": ("mnist", 0.955, 113.9),
    "leNet2": ("house_numbers", 0.826, 351.5),
    "convKeras12_32": ("house_numbers", 0.888, 644.4),
}
"""Fossheim (2022): network -> data set, test accuracy, seconds."""

SETTINGS = {
    "denseNet2_20": (100, 10, 0.01),
    "convNet1_3": (200, 15, 0.001),
    "denseNet4_300": (15, 128, 0.01),
    "convKeras4_20": (10, 30, 0.01),
    "leNet2": (20, 32, 0.01),
    "convKeras12_32": (20, 128, 0.01),
}
"""Network -> epochs, batch size, learning rate, from its author's public code."""

OWN_NETWORKS = ("denseNet2_20", "convNet1_3", "denseNet4_300")


def study(name: str, scale: str) -> ResolvedStudy:
    return load_study(CONFIG, {"study": name, "scale": scale})


def version(found: ResolvedStudy, network: str, ending: str) -> list[ResolvedCase]:
    """Return a network's cases of one version: of every engine, of every pixel scaling."""
    start = f"{network}_{ending}"
    return [case for name, case in found.cases.items() if name.startswith(start)]


def tuned(found: ResolvedStudy) -> dict[str, ResolvedCase]:
    """Return what is tuned to be compared; the code's own grid is searched for its heat maps."""
    return {
        name: case
        for name, case in found.cases.items()
        if case.points != [{}] and not name.endswith("_grid")
    }


@pytest.mark.parametrize("name", ["fossheim2022", "doshi2020"])
@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_is_valid(name: str, scale: str) -> None:
    found = study(name, scale)
    assert found.name == (name if scale == "laptop" else f"{name}-{scale}")


@pytest.mark.parametrize("network", TABLE_1)
def test_table_1_stands_beside_what_is_as_published(network: str) -> None:
    found = study("fossheim2022", "full")
    cases = version(found, network, "published")
    assert cases
    for case in cases:
        assert case.published is not None
        figures = (case.dataset, case.published.accuracy, case.published.seconds)
        assert figures == TABLE_1[network]
        assert case.published.name == network


@pytest.mark.parametrize("scale", ["laptop", "full"])
@pytest.mark.parametrize("network", SETTINGS)
def test_as_published_and_as_coded_have_the_published_settings(network: str, scale: str) -> None:
    found = study("fossheim2022", scale)
    published, coded = (version(found, network, x) for x in ("published", "coded"))
    assert published
    assert coded
    own = network in OWN_NETWORKS
    for case in [*published, *coded]:
        training = case.training
        assert case.points == [{}], "nothing is searched"
        assert (training.epochs, training.batch_size, training.learning_rate) == SETTINGS[network]
        assert training.optimizer == "sgd"
        assert training.schedule.name == "constant"
        assert training.augmentation is None
        # update: eta (sum of gradients + lambda W), lambda 1e-4, and 2 l2 W is l2 W^2's gradient
        assert (training.gradient, 2 * training.l2) == (("sum", 1e-4) if own else ("mean", 0.0))
    for case in published:
        assert case.training.frozen == []
        assert case.training.scaling == "unit"
    for case in coded:
        training = case.training
        assert training.l2_biases == own
        assert training.batches == ("independent" if own else "shuffle")
        assert training.frozen == (["conv"] if network == "convNet1_3" else [])
        assert "as coded (a reconstruction)" in case.title
        assert case.published is None


def test_the_8x8_pixels_are_taken_in_the_three_ways_that_they_may_have_been() -> None:
    found = study("fossheim2022", "laptop")
    for network in ("denseNet2_20", "convNet1_3"):
        coded = version(found, network, "coded")
        assert [case.training.scaling for case in coded] == ["none", 16.0, 255.0]
        assert {case.engine for case in coded} == {"numpy"}
        assert min(case.refit_seeds for case in coded) >= 10


def test_the_code_has_its_own_slope_of_tanh() -> None:
    found = study("fossheim2022", "laptop")
    coded = version(found, "denseNet4_300", "coded")
    assert [case.training.scaling for case in coded] == ["none", 255.0]
    for case in coded:
        layers = [layer.settings.get("activation") for layer in case.architecture.layers]
        assert layers == [None, *4 * ["committed_tanh"], "softmax"]


@pytest.mark.parametrize("scale", SCALES)
def test_what_is_tuned_has_one_budget_and_learns_everywhere(scale: str) -> None:
    found = study("fossheim2022", scale)
    cases = tuned(found)
    assert {f"{network}_corrected" for network in TABLE_1 if version(found, network, "")} <= {
        *cases
    }
    first, *others = cases.values()
    assert len(first.points) > 1
    assert all(set(point) == {"learning_rate", "l2", "initializer"} for point in first.points)
    for case in others:
        assert case.points == first.points
    for case in cases.values():
        assert case.training.frozen == []
        assert case.training.scaling in ("unit", "standard")
        assert case.training.gradient == "mean"
        assert case.training.optimizer == "adam"
        assert case.published is None
    for dataset in found.datasets:
        alike = {
            (case.training.scaling, case.training.augmentation is None)
            for case in cases.values()
            if case.dataset == dataset
        }
        assert len(alike) == 1


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("network", ["denseNet2_20", "convNet1_3"])
def test_the_grid_of_the_code_is_searched_with_the_training_of_the_paper(
    scale: str, network: str
) -> None:
    found = study("fossheim2022", scale)
    (published,) = [c for c in version(found, network, "published") if c.engine == "numpy"]
    grid = found.cases[f"{network}_grid"]
    assert grid.training == published.training
    assert len(grid.points) == 24
    rates = {point["learning_rate"] for point in grid.points}
    assert rates == {0.001, 0.005, 0.01, 0.02, 0.1, 0.2}
    assert published.training.learning_rate in rates
    # lambda, of which l2 is half
    assert {2 * point["l2"] for point in grid.points} == {0.0001, 0.0005, 0.001, 0.005}


def test_smoke_needs_no_file() -> None:
    found = study("fossheim2022", "smoke")
    assert {dataset.entry.source.kind for dataset in found.datasets.values()} == {"digits"}


def test_nothing_published_is_tested_on_a_sample() -> None:
    found = study("fossheim2022", "laptop")
    sample = {name for name, dataset in found.datasets.items() if dataset.base == "svhn_sample"}
    assert sample == {"house_numbers"}
    assert "no score is comparable" in " ".join(found.datasets["house_numbers"].entry.notes.split())
    assert found.datasets["house_numbers"].used.other_data
    assert not found.datasets["mnist"].used.other_data
    assert not study("fossheim2022", "full").datasets["house_numbers"].used.other_data


def test_enough_seeds_for_an_interval() -> None:
    for scale in ("laptop", "full"):
        for case in study("fossheim2022", scale).cases.values():
            if case.dataset == "digits":
                assert case.refit_seeds >= 10
            elif "_corrected" in case.name:
                assert case.refit_seeds >= 5


def test_doshi_is_compared_with_the_paper_where_all_of_mnist_is_used() -> None:
    for scale in SCALES:
        found = study("doshi2020", scale).datasets["mnist"]
        claims = study("doshi2020", scale).study.claims
        assert not claims or bool(found.used.other_data) == (found.sizes.train < 54_000)
    training = study("doshi2020", "full").cases["doshi2020"].training
    assert (training.optimizer, training.epochs) == ("adam", 10)


@pytest.mark.parametrize("scale", ["laptop", "full"])
def test_the_best_dense_network_is_any_of_them(scale: str) -> None:
    found = study("fossheim2022", scale)
    tuned = {name for name, case in found.cases.items()
             if case.dataset == "house_numbers" and case.points != [{}]}  # fmt: skip
    dense = {name for name in tuned if "dense" in name}
    assert len(dense) == 2
    published = {"leNet2_corrected", "convKeras12_32_corrected"}
    assert published <= tuned - dense
    tests = [test.difference for test in found.study.claims["conv_beats_dense_svhn"].tests]
    assert {(test.a, test.b) for test in tests} == set(product(published, dense))
