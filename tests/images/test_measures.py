"""Measures of images against values worked out by hand, and on real images."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densevsconv.images.measures import (
    bounds,
    class_variance,
    duplicates,
    entropy,
    histogram_entropy,
    local_entropy,
    measure,
    signal_to_noise,
)
from densevsconv.results.data import Measures


def pictures(count: int = 30, side: int = 6, channels: int = 1, seed: int = 0) -> Any:
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (count, side, side, channels), np.uint8)


# entropy


def test_bounds_of_the_papers_example() -> None:
    # 28x28 pixels of 256 grey levels: 784 choices of 8 bits; as printed, log2(784 ** 256)
    found = bounds(28 * 28, 256)
    assert found["pixels_of_levels"] == 784 * 8
    assert found["as_printed"] == pytest.approx(2461.3657)


def test_entropy_of_known_images() -> None:
    four = np.array([[0, 1], [2, 3]], np.uint8)[..., None]
    assert histogram_entropy(four) == 2.0
    assert histogram_entropy(np.full((5, 5, 3), 9, np.uint8)) == 0.0
    # a disk of radius 2 around any pixel holds all of a 2x2 image
    assert local_entropy(four, 2) == (2.0, 2.0)
    # one of radius 1 holds the pixel and its two neighbours: log2(3) bits
    assert local_entropy(four, 1) == pytest.approx((np.log2(3), np.log2(3)))
    halves = np.zeros((1, 4, 1), np.uint8)
    halves[0, 2:] = 7
    # radius 1: pixels 0 and 3 see one grey; 1 and 2 see two of one and one of the other
    mixed = -(2 * np.log2(2 / 3) + np.log2(1 / 3)) / 3
    assert local_entropy(halves, 1) == pytest.approx((mixed / 2, mixed))


def test_entropy_averages_channels_and_does_not_mind_negatives() -> None:
    images = pictures(4, channels=3)
    images[..., 1] = 0
    found = entropy(images, max_value=255)
    assert found["images_used"] == 4
    assert found["bounds"] == bounds(36, 256)
    assert found["local"]["radius"]["radius"] == 6
    assert found["local"]["diameter"]["radius"] == 3
    each = [np.mean([local_entropy(i[..., [c]], 6) for c in range(3)], axis=0) for i in images]
    expected = np.mean(each, axis=0)
    assert list(found["local"]["radius"]["images"].values()) == pytest.approx(expected)
    for measured in found["local"].values():
        assert measured["negatives"] == pytest.approx(measured["images"])
    assert found["histogram"]["negatives"] == pytest.approx(found["histogram"]["images"])


def test_entropy_of_many_images_is_that_of_a_sample() -> None:
    images = pictures(200)
    images[100:] = 0
    few = entropy(images, max_value=255, largest_sample=50)
    assert few["images_used"] == 50
    assert few == entropy(images, max_value=255, largest_sample=50)
    assert few != entropy(images, max_value=255, largest_sample=50, seed=1)
    every = entropy(images, max_value=255)
    error = few["standard_error"]
    assert 0 < error < 1
    apart = few["local"]["radius"]["images"]["mean"] - every["local"]["radius"]["images"]["mean"]
    assert abs(apart) < 4 * error


# signal-to-noise ratio


def test_signal_to_noise_of_two_images() -> None:
    images = np.array([[[0, 2], [0, 2]], [[6, 10], [6, 10]]], np.uint8)[..., None]
    found = signal_to_noise(images, max_value=16)
    # means 1 and 8, deviations 1 and 2
    assert found["per_image"]["images"] == pytest.approx((1 / 1 + 8 / 2) / 2)
    assert found["per_image"]["negatives"] == pytest.approx((15 / 1 + 8 / 2) / 2)
    # all pixels: mean 4.5, mean square (0 + 4 + 36 + 100) / 4 = 35
    assert found["pooled"]["images"] == pytest.approx(4.5 / (35 - 4.5**2) ** 0.5)
    assert found["pooled"]["negatives"] == pytest.approx(11.5 / (35 - 4.5**2) ** 0.5)
    assert found["constant_images"] == 0


def test_images_of_one_grey_have_no_ratio() -> None:
    images = np.stack([np.full((4, 4, 1), value, np.uint8) for value in (3, 77, 251)])
    found = signal_to_noise(images, max_value=255)
    assert found["constant_images"] == 3
    assert found["per_image"] == {"images": None, "negatives": None}
    found = signal_to_noise(images[:1], max_value=255)
    assert found["pooled"] == {"images": None, "negatives": None}


# variance


def test_variance_of_two_classes() -> None:
    values = np.array([0, 2, 6, 10], np.uint8)
    images = np.zeros((4, 1, 2, 1), np.uint8)
    images[:, 0, 0, 0] = values  # the other pixel never varies
    found, means = class_variance(images, np.array([0, 0, 1, 1]), classes=3, max_value=2)
    assert means[:2, 0, 0, 0].tolist() == [1, 8]
    assert np.isnan(means[2]).all()
    # class variances 1 and 4, half of the pixels, squares of max_value 2
    assert found["per_class"] == pytest.approx([1 / 2 / 4, 4 / 2 / 4, None])
    assert found["within"] == pytest.approx(2.5 / 2 / 4)
    assert found["overall"] == pytest.approx((35 - 4.5**2) / 2 / 4)
    assert found["between_share"] == pytest.approx(1 - 2.5 / (35 - 4.5**2))


@settings(max_examples=20)
@given(st.integers(0, 999))
def test_variance_is_numpys_and_the_parts_add_up(seed: int) -> None:
    images = pictures(40, channels=3, seed=seed)
    labels = np.random.default_rng(seed).integers(0, 4, 40)
    found, means = class_variance(images, labels, classes=4, max_value=255)
    pixels = images / 255
    assert found["overall"] == pytest.approx(pixels.var(axis=0).mean())
    between = 0.0
    for label in np.unique(labels):
        members = pixels[labels == label]
        assert found["per_class"][label] == pytest.approx(members.var(axis=0).mean(), abs=1e-12)
        np.testing.assert_allclose(means[label] / 255, members.mean(axis=0), rtol=1e-6)
        apart = (members.mean(axis=0) - pixels.mean(axis=0)) ** 2
        between += len(members) / 40 * apart.mean()
    assert found["between_share"] == pytest.approx(between / found["overall"])


# duplicates


def test_duplicates_are_found_and_named() -> None:
    train, test = pictures(10), pictures(5, seed=1)
    train[7] = train[2]
    train[9] = train[2]
    test[3] = train[9]
    train_labels, test_labels = np.zeros(10, int), np.zeros(5, int)
    train_labels[9] = 1
    found = duplicates(train, train_labels, test, test_labels)
    assert found["within_train"] == {"images": 2, "other_label": 1, "pairs": [[2, 7], [2, 9]]}
    assert found["train_test"] == {"images": 1, "other_label": 0, "pairs": [[2, 3]]}
    same, labels = np.zeros((50, 2, 2, 1), np.uint8), np.zeros(50, int)
    found = duplicates(same[:1], labels[:1], same, labels)["train_test"]
    assert (found["images"], len(found["pairs"])) == (50, 20)  # not all are named


# all together


def test_all_measures_are_those_of_the_record() -> None:
    train, test, labels = pictures(), pictures(10, seed=1), np.arange(30) % 3
    values, means = measure(train, labels, test, labels[:10], classes=4, max_value=255)
    counts = Measures(dataset="some", **values).class_counts
    assert counts.model_dump() == {"train": [10, 10, 10, 0], "test": [4, 3, 3, 0]}
    assert means.shape == (4, 6, 6, 1)


def test_the_published_ratio_of_cifar10(shared_data: Path) -> None:
    """Gowdra et al. (2020) print 2.39 and 2.73 for CIFAR-10; here are 10,000 of its images."""
    file = shared_data / "cifar10_sample" / "data_batch_1.bin"
    if not file.is_file():
        pytest.skip(f"no real data: {file} is not there")
    planes = np.fromfile(file, np.uint8).reshape(-1, 3073)[:, 1:].reshape(-1, 3, 32, 32)
    found = signal_to_noise(planes.transpose(0, 2, 3, 1), max_value=255)
    assert found["per_image"]["images"] == pytest.approx(2.39, abs=0.02)
    assert found["per_image"]["negatives"] == pytest.approx(2.73, abs=0.02)


def test_sums_go_on_from_chunk_to_chunk() -> None:
    images = pictures(40, side=200)  # 26 such images are worked on at a time
    images[30:] //= 4
    labels = np.arange(40) % 2
    found, means = class_variance(images, labels, classes=2, max_value=255)
    assert found["overall"] == pytest.approx((images / 255).var(axis=0).mean())
    np.testing.assert_allclose(means[1], images[1::2].mean(axis=0), rtol=1e-6)
    ratio = signal_to_noise(images, max_value=255)
    each = images.mean(axis=(1, 2, 3)) / images.std(axis=(1, 2, 3))
    assert ratio["per_image"]["images"] == pytest.approx(each.mean())
    assert ratio["pooled"]["images"] == pytest.approx(images.mean() / images.std())
