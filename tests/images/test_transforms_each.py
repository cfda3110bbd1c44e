"""Each transformation against an example worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densevsconv.images.transforms.apply import transform
from densevsconv.images.transforms.clutter import clutter
from densevsconv.images.transforms.noise import quantiles
from densevsconv.images.transforms.permute_pixels import permutation
from densevsconv.images.transforms.resolution import area_average, overlaps
from densevsconv.images.transforms.rotation import rotated
from densevsconv.images.transforms.sampling import bilinear
from densevsconv.images.transforms.scale import scaled

SIDES = st.integers(4, 40)


def one(step: dict[str, Any], image: list[list[int]], **other: Any) -> list[list[int]]:
    """Return one grey image after one step."""
    images = np.array(image, np.uint8)[None, :, :, None]
    arguments: dict[str, Any] = {"rows": np.array([7]), "seed": 0, "max_value": 255}
    return transform(images, transforms=[step], **(arguments | other))[0, :, :, 0].tolist()


# resolution


def test_area_average_of_three_pixels_in_two() -> None:
    image = np.array([[0, 30, 60]] * 3, np.uint8)[None, :, :, None]
    # each new pixel is one and a half wide: (0 + 30 / 2) / 1.5 and (30 / 2 + 60) / 1.5
    assert area_average(image, 3, 2)[0, 0, :, 0].tolist() == [10.0, 50.0]


def test_area_average_of_two_pixels_in_three() -> None:
    image = np.array([[0, 60]] * 2, np.uint8)[None, :, :, None]
    assert area_average(image, 2, 3)[0, 0, :, 0].tolist() == [0.0, 30.0, 60.0]


@given(SIDES, SIDES)
def test_area_weights_are_complete(side: int, new_side: int) -> None:
    weights = overlaps(side, new_side)
    assert (weights.sum(axis=1) == side).all()
    assert (weights.sum(axis=0) == new_side).all()


@settings(max_examples=30)
@given(SIDES, SIDES, st.integers(0, 99))
def test_area_averaging_keeps_the_mean(side: int, new_side: int, seed: int) -> None:
    images = np.random.default_rng(seed).integers(0, 256, (2, side, side, 3), np.uint8)
    small = area_average(images, new_side, new_side)
    np.testing.assert_allclose(small.mean(axis=(1, 2)), images.mean(axis=(1, 2)), rtol=1e-12)


def test_more_pixels_hold_the_same_information() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 1), np.uint8)
    back = [{"resolution": 24}, {"resolution": 8}]
    out = transform(images, np.arange(3), back, seed=0, max_value=255)
    np.testing.assert_array_equal(out, images)


# geometry


def test_shift_moves_by_whole_pixels_and_brings_in_background() -> None:
    images = np.random.default_rng(0).integers(1, 256, (200, 10, 10, 1), np.uint8)
    out = transform(images, np.arange(200), [{"shift": 0.2}], seed=3, max_value=255)
    seen = set()
    for image, moved in zip(images[..., 0], out[..., 0], strict=True):
        matches = [
            (down, right)
            for down in range(-2, 3)
            for right in range(-2, 3)
            if np.array_equal(moved, by_hand(image, down, right))
        ]
        assert len(matches) == 1
        seen.add(matches[0])
    assert seen == {(down, right) for down in range(-2, 3) for right in range(-2, 3)}


def by_hand(image: np.ndarray, down: int, right: int) -> np.ndarray:
    out = np.zeros_like(image)
    for y in range(10):
        for x in range(10):
            if 0 <= y - down < 10 and 0 <= x - right < 10:
                out[y, x] = image[y - down, x - right]
    return out


@pytest.mark.parametrize("side", [5, 6])
def test_a_quarter_turn_is_counter_clockwise(side: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, side, side, 3), np.uint8)
    out = rotated(images, np.array([90.0, 180.0]), max_value=255)
    np.testing.assert_array_equal(out[0], np.rot90(images[0]))
    np.testing.assert_array_equal(out[1], np.rot90(images[1], 2))


def test_rotation_stays_within_its_angle() -> None:
    image = np.zeros((1, 41, 41, 1), np.uint8)
    image[0, 20, 36:39] = 255  # right of the centre, 17 pixels away
    out = transform(
        np.repeat(image, 300, axis=0), np.arange(300), [{"rotation": 20}], seed=0, max_value=255
    )[..., 0].astype(float)
    mass = out.sum(axis=(1, 2))
    y = (out.sum(axis=2) @ np.arange(41)) / mass - 20
    x = (out.sum(axis=1) @ np.arange(41)) / mass - 20
    angle = np.rad2deg(np.arctan2(-y, x))
    assert abs(angle).max() < 20.5
    assert angle.min() < -18
    assert angle.max() > 18
    assert abs(angle.mean()) < 2


def test_scale_by_two_and_by_a_half() -> None:
    image = np.zeros((2, 5, 5, 1), np.uint8)
    image[:, 2, 2] = 200
    large, small = scaled(image, np.array([2.0, 0.5]), max_value=255)[..., 0]
    # halfway to the neighbours, bilinear: half the value, a quarter diagonally
    assert large.tolist()[1] == [0, 50, 100, 50, 0]
    assert large.tolist()[2] == [0, 100, 200, 100, 0]
    assert small.tolist()[2] == [0, 0, 200, 0, 0]
    assert small.sum() == 200


def test_bilinear_fades_to_background_at_the_edge() -> None:
    image = np.full((1, 2, 2, 1), 100, np.uint8)
    x = np.array([[[-1.0, -0.5, 0.0, 0.5, 1.0, 1.25, 2.0, 50.0]]], np.float32)
    values = bilinear(image, np.zeros_like(x), x)
    assert values[0, 0, :, 0].tolist() == [0, 50, 100, 100, 100, 75, 0, 0]


# pixel values


def test_contrast_keeps_the_mean_and_orders_values() -> None:
    images = np.full((500, 4, 4, 1), 100, np.uint8)
    images[:, ::2] = 140
    out = transform(images, np.arange(500), [{"contrast": 0.5}], seed=0, max_value=255)
    low, high = out[:, 1, 0, 0].astype(int), out[:, 0, 0, 0].astype(int)
    assert (abs(low + high - 240) <= 1).all()
    factor = (high - low) / 40
    assert 0.45 <= factor.min() < 0.55
    assert 1.45 < factor.max() <= 1.55


def test_brightness_adds_one_number_an_image() -> None:
    images = np.full((500, 4, 4, 3), 8, np.uint8)
    out = transform(images, np.arange(500), [{"brightness": 0.25}], seed=0, max_value=16)
    assert (out == out[:, :1, :1, :1]).all()
    assert set(np.unique(out)) == set(range(4, 13))  # 8 give or take a quarter of 16


def test_noise_has_the_stated_deviation() -> None:
    images = np.full((50, 30, 31, 1), 128, np.uint8)
    out = transform(images, np.arange(50), [{"noise": 0.1}], seed=0, max_value=255)
    assert abs(out.mean() - 128) < 0.5
    assert abs(out.std() - 25.5) < 0.5
    within = np.mean(abs(out.astype(int) - 128) <= 25)
    assert abs(within - 0.6827) < 0.01  # the Gaussian's share within one deviation
    flat = out.reshape(50, -1).astype(float)
    assert abs(np.corrcoef(flat[:, :-1].ravel(), flat[:, 1:].ravel())[0, 1]) < 0.02


def test_quantiles_of_the_noise() -> None:
    table = quantiles(1.0)
    assert abs(table.mean()) < 1e-6
    assert abs(table.std() - 1) < 1e-4
    np.testing.assert_array_equal(table, -table[::-1])


def test_grey_is_the_luma_and_rgb_repeats() -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)
    grey = transform(colours[None], np.array([0]), [{"colour": "grey"}], seed=0, max_value=255)
    assert grey[0, :, :, 0].tolist() == [[76, 150], [29, 255]]
    rgb = transform(grey, np.array([0]), [{"colour": "rgb"}], seed=0, max_value=255)
    assert rgb[0, 0, 1].tolist() == [150, 150, 150]


def test_negative() -> None:
    assert one({"negative": True}, [[0, 16], [5, 10]], max_value=16) == [[16, 0], [11, 6]]
    assert one({"negative": True}, [[0, 255], [5, 10]]) == [[255, 0], [250, 245]]  # bitwise NOT


# what reaches across pixels and images


@given(st.integers(0, 2**63 - 1), st.integers(1, 300))
def test_permutation_is_a_bijection(seed: int, pixels: int) -> None:
    assert sorted(permutation(seed, pixels)) == list(range(pixels))


def test_all_images_are_permuted_in_the_same_way_and_channels_move_together() -> None:
    numbers = np.arange(64, dtype=np.uint8).reshape(1, 8, 8, 1)
    images = np.concatenate([np.concatenate([numbers, numbers + 64], axis=3)] * 5)
    steps = [{"permute_pixels": True}]
    out = transform(images, np.array([9, 4, 0, 77, 5]), steps, seed=0, max_value=255)
    again = transform(images[:1], np.array([123]), steps, seed=0, max_value=255)
    assert (out == again).all()
    np.testing.assert_array_equal(out[..., 1], out[..., 0] + 64)
    assert np.sum(out[0, :, :, 0] == numbers[0, :, :, 0]) < 8
    assert sorted(out[0, :, :, 0].ravel()) == list(range(64))
    other = transform(images, np.arange(5), steps, seed=1, max_value=255)
    assert not np.array_equal(other, out)


def test_clutter_takes_from_other_images_and_keeps_the_larger_value() -> None:
    count = 40
    images = np.zeros((count, 12, 12, 1), np.uint8)
    images[:] = np.arange(1, count + 1)[:, None, None, None]  # each image has its own grey
    setting = {"patches": 1, "size": 0.25}
    out = clutter(images, setting, seed=0, rows=np.arange(count), max_value=255)
    donors = out.max(axis=(1, 2, 3))
    changed = out != images
    assert (out >= images).all()
    assert (donors > np.arange(1, count + 1)).sum() > 10
    assert set(changed.sum(axis=(1, 2, 3))) == {0, 9}  # a patch of 3x3, or one that was darker
    assert len({tuple(np.argwhere(c)[0]) for c in changed if c.any()}) > 10  # places differ


def test_clutter_never_takes_from_the_image_itself() -> None:
    images = np.zeros((2, 8, 8, 1), np.uint8)
    images[0, ::2] = 200  # its own patches would change it, the empty image's do not
    setting = {"patches": 50, "size": 0.5}
    out = clutter(images, setting, seed=0, rows=np.array([3, 8]), max_value=255)
    np.testing.assert_array_equal(out[0], images[0])
    assert out[1].any()


def test_clutter_copies_pixels_as_they_stand() -> None:
    images = np.zeros((2, 8, 8, 1), np.uint8)
    images[0, :, :, 0] = np.arange(1, 65).reshape(8, 8)
    setting = {"patches": 1, "size": 0.4}
    out = clutter(images, setting, seed=4, rows=np.array([0, 1]), max_value=255)[1, :, :, 0]
    y, x = np.argwhere(out)[0]
    piece = out[y : y + 3, x : x + 3].astype(int)
    assert np.count_nonzero(out) == 9
    np.testing.assert_array_equal(piece - piece[0, 0], [[0, 1, 2], [8, 9, 10], [16, 17, 18]])


def test_clutter_reaches_every_image_when_they_are_many() -> None:
    images = np.random.default_rng(0).integers(0, 256, (6, 64, 64, 3), np.uint8)
    setting = {"patches": 256, "size": 0.5}  # one image at a time is as much as a chunk holds
    out = clutter(images, setting, seed=0, rows=np.arange(6), max_value=255)
    assert (out.mean(axis=(1, 2, 3)) > 200).all()


def test_clutter_needs_another_image() -> None:
    with pytest.raises(ValueError, match="found 1 image; allowed: at least 2"):
        one({"clutter": {"patches": 1, "size": 0.5}}, [[1, 2], [3, 4]])
