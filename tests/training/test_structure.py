"""What a compiled function is made for, and that one training has one description."""

from typing import Any

import pytest

from densevsconv.training.settings import Training

STRUCTURAL: dict[str, Any] = {
    "optimizer": "sgd", "batch_size": 8, "augmentation": {"shift": 0.1}, "l2_biases": True,
    "frozen": ["conv"],
}  # fmt: skip
MAGNITUDES: dict[str, Any] = {
    "learning_rate": 0.5, "l2": 0.1, "momentum": 0.5, "rho": 0.9, "epsilon": 1e-3, "epochs": 3,
    "schedule": {"name": "cosine"}, "initializer": "zeros",
}  # fmt: skip


def made(**settings: Any) -> Training:
    return Training.model_validate(settings)


@pytest.mark.parametrize(("key", "value"), (STRUCTURAL | MAGNITUDES).items())
def test_a_structural_setting_needs_another_function_and_a_magnitude_does_not(
    key: str, value: Any
) -> None:
    assert made(**{key: value}) != made()
    assert (made(**{key: value}).structure != made().structure) == (key in STRUCTURAL)


@pytest.mark.parametrize("change", ["shift", "rotation", "zoom", "brightness", "contrast", "mixup"])
def test_nor_do_the_magnitudes_of_an_augmentation(change: str) -> None:
    weak, strong = made(augmentation={change: 0.1}), made(augmentation={change: 0.3})
    assert weak != strong
    assert weak.structure == strong.structure


def test_one_training_has_one_description() -> None:
    assert made(frozen=["dense", "conv", "dense"]) == made(frozen=["conv", "dense"])
    assert made(augmentation={}) == made(augmentation={"shift": 0.0, "flip": False}) == made()
