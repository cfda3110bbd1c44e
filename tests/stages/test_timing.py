"""How long a training is timed, and what a part of it says of the whole."""

from typing import Literal

import numpy as np
import pytest

from densevsconv.stages.timing import LEAST_EPOCHS, timed_epochs, whole_seconds
from densevsconv.training.engine import FinishedTrial
from densevsconv.training.settings import EarlyStopping, Training


def training(**settings: object) -> Training:
    return Training.model_validate({"epochs": 20, "batch_size": 10, **settings})


@pytest.mark.parametrize(
    ("epoch_seconds", "seconds", "epochs"),
    [
        (7.0, None, 20),  # no bound
        (0.1, 5.0, 20),  # all of it fits
        (1.0, 5.0, 5),
        (7.0, 5.0, LEAST_EPOCHS),
    ],
)
def test_so_many_epochs_are_timed_as_take_the_time_given(
    epoch_seconds: float, seconds: float | None, epochs: int
) -> None:
    assert timed_epochs(training(), epoch_seconds, seconds) == epochs


def test_what_is_shorter_than_the_least_is_timed_whole() -> None:
    assert timed_epochs(training(epochs=2), 7.0, 5.0) == 2


def test_what_stops_early_is_timed_whole() -> None:
    stopping = EarlyStopping(patience=3).model_dump()
    assert timed_epochs(training(early_stopping=stopping), 7.0, 5.0) == 20


def fit(status: Literal["finished", "diverged"], seconds: list[float]) -> FinishedTrial:
    return FinishedTrial(
        index=0, status=status, epochs_run=len(seconds), best_epoch=len(seconds), history={},
        weights={"w": np.zeros(1)}, seconds=9.0, execution="xla", device="CPU",
        epoch_seconds=seconds,
    )  # fmt: skip


def test_the_median_epoch_of_a_part_stands_for_all() -> None:
    assert whole_seconds(fit("finished", [1.0, 2.0, 9.0]), 3, 10) == pytest.approx(20.0)
    assert whole_seconds(fit("finished", [1.0] * 10), 10, 10) == pytest.approx(10.0)
    # stopped early in a training that was timed whole: it took what it took
    assert whole_seconds(fit("finished", [1.0, 2.0]), 10, 10) == pytest.approx(3.0)
    assert whole_seconds(fit("diverged", [1.0, 2.0]), 3, 10) == pytest.approx(3.0)
