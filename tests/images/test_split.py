"""Splits are disjoint, stratified, cover everything and follow the seed."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from densevsconv.errors import DataError
from densevsconv.images.sources import source_of
from densevsconv.images.split import split, split_sizes
from densevsconv.store.seeds import generator

LABELS = st.lists(st.integers(0, 4), min_size=20, max_size=200).map(np.array)
SHARE = st.floats(0.05, 0.6)


def divide(labels: np.ndarray, **changes: object) -> dict[str, np.ndarray]:
    chosen = {
        "test": 0.2, "validation": 0.1, "stratify": True, "training_images": None, "seed": 0,
    }  # fmt: skip
    return split(labels, **(chosen | changes))  # type: ignore[arg-type]


@given(LABELS, SHARE, SHARE, st.booleans(), st.integers(0, 99))
def test_parts_are_disjoint_and_cover_everything(
    labels: np.ndarray, test: float, validation: float, stratify: bool, seed: int
) -> None:
    parts = divide(labels, test=test, validation=validation, stratify=stratify, seed=seed)
    together = np.concatenate(list(parts.values()))
    assert sorted(together) == list(range(len(labels)))
    sizes = split_sizes(len(labels), test, validation)
    assert {name: len(rows) for name, rows in parts.items()} == vars(sizes)


@example(np.array([0] * 17 + [1, 2, 3]), 0.375, 0.5, 0)  # all rare classes meet in the middle
@given(LABELS, SHARE, SHARE, st.integers(0, 99))
def test_every_class_has_its_share_in_every_part(
    labels: np.ndarray, test: float, validation: float, seed: int
) -> None:
    parts = divide(labels, test=test, validation=validation, seed=seed)
    classes = np.unique(labels)
    for rows in parts.values():
        for label in classes:
            part = np.mean(labels == label)
            off = abs(np.sum(labels[rows] == label) - len(rows) * part)
            assert off <= 1 + len(classes) * part + 1e-9


def test_without_stratification_shares_vary() -> None:
    labels = np.repeat(np.arange(10), 100)
    counts = np.bincount(labels[divide(labels, stratify=False)["test"]], minlength=10)
    assert np.ptp(counts) > 4
    assert np.ptp(np.bincount(labels[divide(labels)["test"]], minlength=10)) <= 1


def test_the_seed_decides() -> None:
    labels = np.repeat(np.arange(10), 20)
    for part, rows in divide(labels).items():
        np.testing.assert_array_equal(divide(labels)[part], rows)
        assert not np.array_equal(divide(labels, seed=1)[part], rows)


def test_fewer_training_images_are_a_part_of_more_and_leave_the_other_parts() -> None:
    labels = np.repeat(np.arange(10), 20)
    everything, some, few = (divide(labels, training_images=n) for n in (None, 100, 30))
    assert set(few["train"]) < set(some["train"]) < set(everything["train"])
    assert np.ptp(np.bincount(labels[few["train"]], minlength=10)) <= 2
    for part in ("test", "validation"):
        np.testing.assert_array_equal(few[part], everything[part])


def test_the_sources_own_test_part_is_taken_as_it_is() -> None:
    labels = np.repeat(np.arange(10), 20)[generator(0).permutation(200)]
    parts = divide(labels, test="official", test_from=150)
    np.testing.assert_array_equal(parts["test"], np.arange(150, 200))
    assert len(parts["validation"]) == 15
    assert sorted(np.concatenate([parts["train"], parts["validation"]])) == list(range(150))
    few = divide(labels, test="official", test_from=150, test_images=20)
    assert set(few["test"]) < set(parts["test"])
    assert len(few["test"]) == 20
    np.testing.assert_array_equal(few["train"], parts["train"])


@settings(deadline=None, max_examples=20)  # scikit-learn is imported by the first
@given(st.integers(30, 80), st.booleans(), st.sampled_from([0.1, 0.2, 0.25]), st.integers(0, 9))
def test_no_group_is_in_two_parts(number: int, stratify: bool, test: float, seed: int) -> None:
    random = generator(seed)
    groups = np.sort(random.integers(0, number, 600))
    labels = random.integers(0, 3, 600)
    parts = divide(labels, groups=groups, stratify=stratify, test=test, seed=seed)
    assert sorted(np.concatenate(list(parts.values()))) == list(range(600))
    seen = [set(groups[rows]) for rows in parts.values()]
    assert sum(map(len, seen)) == len(set.union(*seen))
    assert abs(len(parts["test"]) / 600 - test) < 0.1


def test_the_split_of_the_digits_stays() -> None:
    """Results of earlier runs are of these images: sha256 of train, validation and test rows."""
    parts = divide(source_of("digits").read(Path()).labels, seed=2022)
    rows = np.concatenate([parts[part] for part in ("train", "validation", "test")])
    found = hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest()
    assert found == "297498e2ef14625cc2513ea8e24998dff910dc48cc1bc9b25399e7eafc2163ca"


@pytest.mark.parametrize("seed", range(5))
def test_beside_an_official_test_part_every_class_has_its_share(seed: int) -> None:
    # the official part has classes in quite other proportions
    train, test = np.repeat(np.arange(10), 100), np.repeat(np.arange(10), np.arange(10, 110, 10))
    random = generator(seed)
    labels = np.concatenate([random.permutation(train), random.permutation(test)])
    parts = divide(labels, test="official", test_from=1000, seed=seed, test_images=55)
    assert np.bincount(labels[parts["validation"]]).tolist() == [10] * 10
    kept = np.bincount(labels[parts["test"]], minlength=10)
    assert np.abs(kept - np.arange(1, 11)).max() <= 1


@pytest.mark.parametrize("stratify", [True, False])
@pytest.mark.parametrize(("share", "expected"), [(0.01, 0.05), (0.99, 0.95)])
def test_small_and_large_shares_of_groups_are_not_halves(
    share: float, expected: float, stratify: bool
) -> None:
    groups, labels = np.repeat(np.arange(100), 4), np.tile([0, 1], 200)
    parts = divide(labels, groups=groups, stratify=stratify, test=share, validation=0.5)
    assert len(parts["test"]) / 400 == pytest.approx(expected, abs=0.011)


@pytest.mark.parametrize("stratify", [True, False])
@pytest.mark.parametrize("official", [True, False])
def test_few_groups_are_divided_as_far_as_they_go(official: bool, stratify: bool) -> None:
    number = 2 if official else 3
    groups, labels = np.repeat(np.arange(number), 20), np.tile([0, 1], 10 * number)
    keys: dict[str, object] = {"groups": groups, "stratify": stratify}
    if official:
        groups, labels = np.append(groups, [2, 2]), np.append(labels, [0, 1])
        keys |= {"groups": groups, "test": "official", "test_from": 40}
    parts = divide(labels, **keys)
    assert [len(set(groups[rows])) for rows in parts.values()] == [1, 1, 1]
    merged = np.maximum(groups, 1)
    with pytest.raises(DataError, match=r"found 1 of 2 groups left .* allowed: at least 2"):
        divide(labels, **(keys | {"groups": merged}))


def test_no_more_folds_than_the_largest_class_has_members() -> None:
    groups, labels = np.arange(12), np.repeat([0, 1, 2], 4)
    parts = divide(labels, groups=groups, test=0.1, validation=0.3)
    assert all(len(rows) for rows in parts.values())
