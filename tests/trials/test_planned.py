"""Planned runs: what every stage that trains refuses before it begins."""

import pytest

from densevsconv.errors import DataError
from densevsconv.trials.planned import PlannedTrial, engines, planned
from tests.support.generated_study import TRAINING, case_plan


def runs(train_images: int) -> list[PlannedTrial]:
    return list(
        planned(
            "conv_a",
            case_plan("convolutional"),
            settings=[{}],
            repetitions=2,
            study_seed=1,
            stage="refit",
            engine=engines(1)["tensorflow"],
            dataset_hash="hash",
            train_images=train_images,
        )
    )


def test_a_batch_as_large_as_the_training_part_is_planned_and_a_larger_one_refused() -> None:
    batch_size = TRAINING["batch_size"]
    assert len(runs(batch_size)) == 2
    with pytest.raises(DataError, match=rf"conv_a: found batch_size {batch_size}; .*of toy"):
        runs(batch_size - 1)
