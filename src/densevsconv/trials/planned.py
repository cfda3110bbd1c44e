"""Planned training runs: each knows its id before it is run, and the journal is asked for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from densevsconv.errors import DataError
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.store.identity import digest, function_digest, trial_id
from densevsconv.store.plugins import digests_of
from densevsconv.store.seeds import training_seeds
from densevsconv.training.batches import BATCH_ORDERS
from densevsconv.training.engine import Engine
from densevsconv.training.settings import Training
from densevsconv.trials.cost import estimated_seconds


@dataclass(frozen=True)
class PlannedTrial:
    """One training run to be done: a case, a point of its grid, a repetition."""

    case: str
    dataset: str
    architecture: BoundArchitecture
    training: Training
    settings: dict[str, Any]
    point: int
    repetition: int
    seeds: dict[str, int]
    engine: Engine
    dataset_hash: str
    train_images: int

    def __post_init__(self) -> None:
        """Raise :class:`DataError` for a batch that is larger than the training part.

        Groups that stay together may leave that smaller than the configuration could know.
        """
        if self.training.batch_size > self.train_images:
            raise DataError(
                f"case {self.case}: found batch_size {self.training.batch_size}; allowed: at most "
                f"{self.train_images}, the training images of {self.dataset}"
            )

    @cached_property
    def id(self) -> str:
        """The trial's identity (wall 2): of the plain settings, however they are stated."""
        training = self.training.plain
        architecture, settings = self.architecture.identity_dict(), training.model_dump()
        code = {"batches": function_digest(BATCH_ORDERS[training.batches].draw)}
        return trial_id(
            dataset=self.dataset_hash,
            architecture=architecture,
            training=settings | {"plugins": code | digests_of(architecture, settings)},
            seeds=self.seeds,
            engine=self.engine.identity | self.engine.layer_code(self.architecture),
        )

    @cached_property
    def structure(self) -> str:
        """What a program is made for: trials with the same can be trained as one group."""
        return digest(
            [
                self.dataset_hash,
                self.architecture.identity_dict(),
                self.training.structure,
                self.training.scaling,
                self.engine.name,
            ]
        )

    @property
    def cost(self) -> float:
        """Estimated seconds."""
        return estimated_seconds(
            self.architecture,
            epochs=self.training.epochs,
            images=self.train_images,
            batch_size=self.training.batch_size,
        )


def planned(
    case: str,
    *,
    datasets: Sequence[tuple[str, str, int]],
    architecture: BoundArchitecture,
    training: dict[str, Any],
    settings: Iterable[dict[str, Any]],
    repetitions: int,
    study_seed: int,
    stage: str,
    engine: Engine,
) -> Iterator[PlannedTrial]:
    """Yield the runs of one case: every point of ``settings`` with every repetition.

    They take the ``datasets`` in turn: the name of each, its hash, its number of training images.
    """
    for point, varied in enumerate(settings):
        full = Training.model_validate({**training, **varied})
        for repetition in range(repetitions):
            dataset, dataset_hash, train_images = datasets[repetition % len(datasets)]
            yield PlannedTrial(
                case=case,
                dataset=dataset,
                architecture=architecture,
                training=full,
                settings=varied,
                point=point,
                repetition=repetition,
                seeds=training_seeds(study_seed, stage, repetition),
                engine=engine,
                dataset_hash=dataset_hash,
                train_images=train_images,
            )
