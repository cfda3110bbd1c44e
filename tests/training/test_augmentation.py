"""Random changes of images: what is drawn, and what it does to pixels."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from densevsconv.images.prepared import TrainingData
from densevsconv.training.augmentation import Changes, colour_components, columns, unchanged
from densevsconv.training.engines.numpy.augment import augmented_examples, mixed
from densevsconv.training.pixels import changed, resampled
from densevsconv.training.settings import Augmentation

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 17, (40, 5, 4, 3)).astype(np.uint8)
MAX = 16


def data(images: np.ndarray = IMAGES) -> TrainingData:
    labels = np.zeros(len(images), np.int64)
    return TrainingData(images, labels, labels, images, labels, labels, info={"max_value": MAX})


def single(values: Any) -> np.ndarray:
    return np.array(values, np.float32)


def drawn(shape: tuple[int, int] = (1, 40), epoch: int = 0, seed: int = 1, **keys: Any) -> Any:
    """What is drawn for one key or several."""
    return Changes(Augmentation(**keys), seed, data()).epoch(epoch, shape)


def applied(values: np.ndarray, kinds: Any) -> np.ndarray:
    return changed(np, IMAGES, np.arange(40), values, kinds, MAX)


def seen(**keys: Any) -> np.ndarray:
    """All images after one key or several."""
    return applied(drawn(**keys)[0], Augmentation(**keys).kinds)


def moved(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """An image moved by whole pixels, zeros around it."""
    height, width = image.shape[:2]
    wide = np.pad(image, ((height, height), (width, width), (0, 0)))
    return wide[height - down : 2 * height - down, width - right : 2 * width - right]


def test_nothing_is_drawn_for_nothing() -> None:
    assert Augmentation().kinds == ()
    assert drawn().shape == (1, 40, 0)
    assert Changes(None, 1, data()).epoch(3, (2, 7)).shape == (2, 7, 0)
    without_info: Any = data()
    without_info.info.clear()
    Changes(None, 1, without_info)


def test_resampling_is_scipys() -> None:
    """Any affine map; scipy's grid-constant has zeros around the image, as we do."""
    matrices = RANDOM.normal(0, 1, (40, 6)).astype(np.float32)
    matrices[:, [2, 5]] *= 3
    got = resampled(np, IMAGES, np.arange(40), matrices)
    for image, (a, b, c, d, e, f), result in zip(IMAGES, matrices, got, strict=True):
        for channel in range(3):
            expected = ndimage.affine_transform(
                image[..., channel].astype(np.float64),
                [[a, b], [d, e]],
                [c, f],
                order=1,
                mode="grid-constant",
            )
            np.testing.assert_allclose(result[..., channel], expected, atol=1e-4)


def test_flip_mirrors_about_half_of_the_images() -> None:
    flips = 0
    for image, result in zip(IMAGES, seen(flip=True), strict=True):
        flips += np.array_equal(result, image[:, ::-1])
        assert np.array_equal(result, image) or np.array_equal(result, image[:, ::-1])
    assert 10 < flips < 30
    assert np.array_equal(seen(flip=True), seen(flip="forced"))


def test_crop_is_a_shift_by_whole_pixels_before_the_flip() -> None:
    moves, mirrored = set(), set()
    for image, result in zip(IMAGES, seen(crop=2, flip=True), strict=True):
        fits = {
            (down, right, mirror)
            for down in range(-2, 3)
            for right in range(-2, 3)
            for mirror in (1, -1)
            if np.array_equal(result, moved(image, down, right)[:, ::mirror])
        }
        assert fits
        moves |= {fit[:2] for fit in fits}
        mirrored |= {fit[2] for fit in fits}
    assert len(moves) > 15
    assert mirrored == {1, -1}


def test_shift_reaches_its_share_of_each_side() -> None:
    values = drawn(shape=(500, 40), shift=0.5).reshape(-1, 6)
    assert np.all(values[:, [0, 1, 3, 4]] == [1, 0, 0, 1])
    assert np.abs(values[:, 2]).max() == pytest.approx(0.5 * 5, rel=1e-2)
    assert np.abs(values[:, 5]).max() == pytest.approx(0.5 * 4, rel=1e-2)
    assert np.abs(values[:, [2, 5]].mean(axis=0)).max() < 0.05


def test_rotation_and_zoom_keep_the_centre() -> None:
    a, b, c, d, e, f = drawn(shape=(500, 40), rotation=30, zoom=0.25).reshape(-1, 6).T
    middle_row, middle_column = 2, 1.5
    np.testing.assert_allclose(a * middle_row + b * middle_column + c, middle_row, atol=1e-5)
    np.testing.assert_allclose(d * middle_row + e * middle_column + f, middle_column, atol=1e-5)
    angle, size = np.rad2deg(np.arctan2(b, a)), (a * e - b * d) ** -0.5
    np.testing.assert_allclose([a, b], [e, -d], atol=1e-6)
    assert 29.9 < np.abs(angle).max() <= 30.001
    assert 0.75 - 1e-5 <= size.min() < 0.751
    assert 1.249 < size.max() <= 1.25 + 1e-5


def test_a_rotated_image_is_moved_afterwards() -> None:
    """All at once: back from the result to the image, as one matrix and one after the other."""
    keys: dict[str, Any] = {"rotation": 90, "zoom": 0.5, "shift": 0.2, "flip": True}

    def maps(**some: Any) -> np.ndarray:
        """As matrices on (row, column, 1)."""
        rows = drawn(**some)[0].astype(float).reshape(-1, 2, 3)
        return np.concatenate([rows, np.broadcast_to([[[0, 0, 1]]], (len(rows), 1, 3))], axis=1)

    turn, scale, move, mirror = (maps(**{key: value}) for key, value in keys.items())
    np.testing.assert_allclose(maps(**keys), scale @ turn @ move @ mirror, atol=1e-4)


def test_negative_is_bitwise_not() -> None:
    assert np.array_equal(seen(negative=1), MAX - IMAGES.astype(np.float32))
    negatives = sum(
        np.array_equal(result, MAX - image)
        for image, result in zip(IMAGES.astype(float), seen(negative=0.5), strict=True)
    )
    assert 10 < negatives < 30


def test_brightness_adds_the_same_everywhere_within_the_range() -> None:
    gain, *offsets = drawn(brightness=0.5)[0].T
    assert np.all(gain == 1)
    assert np.array_equal(offsets[0], offsets[2])
    assert 7 < np.abs(offsets[0]).max() <= 8
    expected = np.clip(IMAGES + offsets[0][:, None, None, None], 0, MAX)
    np.testing.assert_allclose(seen(brightness=0.5), expected, rtol=1e-6)


def test_contrast_keeps_mid_grey() -> None:
    gain, *offsets = drawn(contrast=0.5)[0].T
    assert 0.5 <= gain.min() < 0.6
    assert 1.4 < gain.max() <= 1.5
    np.testing.assert_allclose(gain * 8 + offsets[0], 8, rtol=1e-6)


def test_a_negative_is_made_of_the_changed_image() -> None:
    bright, both = seen(brightness=1), seen(brightness=1, negative=1)
    np.testing.assert_allclose(both, MAX - bright, atol=1e-5)


def test_colours_change_along_the_principal_components() -> None:
    grey = RANDOM.random((3000, 2, 2, 1))
    direction = np.array([1.0, 2.0, -2.0]) / 3
    pixels = 8 + grey * direction
    components = colour_components(pixels, 16)
    variance = (grey / 16).var()
    np.testing.assert_allclose(np.abs(components[:, 2]), np.abs(direction) * variance, rtol=1e-3)
    assert components[np.abs(components[:, 2]).argmax(), 2] > 0
    np.testing.assert_allclose(components[:, :2], 0, atol=1e-9)
    _, *offsets = drawn(shape=(200, 40), colour_pca=0.1).reshape(-1, 4).T
    expected = colour_components(IMAGES, MAX)
    covariance = MAX**2 * 0.1**2 * expected @ expected.T
    np.testing.assert_allclose(np.cov(offsets), covariance, atol=0.05 * covariance.max())


def test_cutout_is_one_square() -> None:
    values = drawn(cutout=2)[0]
    for image, result, (top, left, bottom, right) in zip(
        IMAGES, seen(cutout=2), values.astype(int), strict=True
    ):
        assert (bottom - top, right - left) == (2, 2)
        expected = image.copy()
        expected[max(top, 0) : bottom, max(left, 0) : right] = 0
        assert np.array_equal(result, expected)
    assert values[:, 0].min() == -1  # a centre in the first row leaves half of the square outside
    assert values[:, 0].max() == 3


def test_mixup_is_a_weighted_mean() -> None:
    weights, others = drawn(shape=(50, 40), mixup=0.3).reshape(-1, 2).T
    # the variance of Beta(alpha, alpha) is 1 / (8 alpha + 4)
    assert weights.var() == pytest.approx(1 / (8 * 0.3 + 4), rel=0.1)
    assert set(others[:40]) == set(range(40))
    got = mixed(single([[0, 8], [4, 0]]), single([[0.25, 1], [1, 0]]))
    assert got.tolist() == [[3, 2], [4, 0]]


def test_what_changes_nothing_leaves_every_bit() -> None:
    kinds = ("geometry", "intensity", "cutout", "mixup")
    nothing = unchanged(kinds, 3, (2, 40))
    assert nothing.shape == (2, 40, sum(s.stop - s.start for s in columns(kinds, 3).values()))
    got = applied(nothing[0], kinds)
    assert np.array_equal(mixed(got, nothing[0][:, columns(kinds, 3)["mixup"]]), IMAGES)


def test_draws_depend_on_seed_epoch_and_key_alone() -> None:
    first = drawn(shift=0.1, brightness=0.2)
    assert np.array_equal(first, drawn(shift=0.1, brightness=0.2))
    assert not np.array_equal(first, drawn(seed=2, shift=0.1, brightness=0.2))
    assert not np.array_equal(first, drawn(epoch=1, shift=0.1, brightness=0.2))
    np.testing.assert_array_equal(first[..., 6:], drawn(brightness=0.2))
    np.testing.assert_allclose(2 * first[..., [2, 5]], drawn(shift=0.2)[..., [2, 5]], rtol=1e-6)
    source = Changes(Augmentation(shift=0.1), 1, data())
    source.epoch(0, (1, 40))
    np.testing.assert_array_equal(source.epoch(1, (1, 40)), drawn(epoch=1, shift=0.1))


def test_examples_for_a_contact_sheet() -> None:
    sheet = augmented_examples(data(), Augmentation(flip=True), 1, [3, 5], 6)
    assert sheet.shape == (2, 6, 5, 4, 3)
    for image, row in zip(IMAGES[[3, 5]], sheet, strict=True):
        assert all(np.array_equal(x, image) or np.array_equal(x, image[:, ::-1]) for x in row)
    mixed_sheet = augmented_examples(data(), Augmentation(mixup=1.0), 1, [3, 5], 6)
    assert any(not np.array_equal(x, IMAGES[3]) for x in mixed_sheet[0])
