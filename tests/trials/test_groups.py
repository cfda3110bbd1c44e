"""Planned trials in groups and shards, and what is refused before any training."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from densevsconv.errors import DataError
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.training.engines.registry import ENGINES
from densevsconv.trials.cost import COMPILE_SECONDS
from densevsconv.trials.groups import grouped, sharded
from densevsconv.trials.planned import PlannedTrial, planned
from tests.support.generated_study import TRAINING, architecture

CONV, DENSE = (BoundArchitecture.from_dict(architecture(f)) for f in ("convolutional", "dense"))


def runs(case: str = "conv_a", repetitions: int = 2, **changes: Any) -> list[PlannedTrial]:
    keys: dict[str, Any] = {
        "datasets": [("toy", "hash", 1000)],
        "architecture": CONV,
        "training": TRAINING,
        "settings": [{}],
        "study_seed": 1,
        "stage": "refit",
        "engine": ENGINES["tensorflow"](1),
    }
    return list(planned(case, repetitions=repetitions, **keys | changes))


def test_a_batch_as_large_as_the_training_part_is_planned_and_a_larger_one_refused() -> None:
    batch_size = TRAINING["batch_size"]
    assert len(runs(datasets=[("toy", "hash", batch_size)])) == 2
    with pytest.raises(DataError, match=rf"conv_a: found batch_size {batch_size}; .*of toy"):
        runs(datasets=[("toy", "hash", batch_size - 1)])


def test_a_group_has_one_structure() -> None:
    rates = [{"learning_rate": 0.1}, {"learning_rate": 0.2, "l2": 0.1}, {"batch_size": 16}]
    trials = [*runs(settings=rates), *runs("conv_b"), *runs("dense", architecture=DENSE)]
    trials += runs("other data", datasets=[("toy", "x", 1000)]) + runs(
        training=TRAINING | {"scaling": "none"}
    )
    trials += runs(engine=ENGINES["numpy"](1))
    groups = grouped(trials)
    assert [len(group) for group in groups] == [6, 2, 2, 2, 2, 2]
    assert {trial.case for trial in groups[0]} == {"conv_a", "conv_b"}
    assert sorted(trial.id for group in groups for trial in group) == sorted(t.id for t in trials)


def test_an_id_is_of_what_decides_the_result() -> None:
    (one,) = runs(repetitions=1)
    same = replace(one, case="other name", point=3, settings={"x": 1})
    assert same.id == one.id
    ids = {one.id, runs()[1].id}
    ids |= {trial.id for trial in runs(repetitions=1, settings=[{"l2": 0.1}, {"epochs": 5}])}
    ids |= {trial.id for trial in runs(repetitions=1, datasets=[("toy", "x", 1000)])}
    ids |= {trial.id for trial in runs(repetitions=1, stage="search", study_seed=2)}
    ids |= {trial.id for trial in runs(repetitions=1, architecture=DENSE)}
    ids |= {trial.id for trial in runs(repetitions=1, engine=ENGINES["tensorflow"](2))}
    assert len(ids) == 8


def test_the_same_training_stated_in_another_way_is_the_same_trial() -> None:
    stated = {"optimizer": "sgd", "gradient": "sum", "learning_rate": 0.25, "l2": 0.5}
    plain = {"optimizer": "sgd", "learning_rate": 0.25 * 32, "l2": 0.5 / 32}
    one, other = (runs(repetitions=1, settings=[keys])[0] for keys in (stated, plain))
    assert one.training != other.training
    assert one.id == other.id
    (independent,) = runs(repetitions=1, settings=[plain | {"batches": "independent"}])
    assert independent.id != other.id


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 30)), min_size=1, max_size=8),
    st.integers(1, 5),
)
def test_shards_are_even_and_cut_no_group_without_need(
    sizes: list[tuple[int, int]], shards: int
) -> None:
    """Groups of so many trials, each of so many epochs."""
    trials = [
        trial
        for batch_size, (count, epochs) in enumerate(sizes, start=1)
        for trial in runs(
            repetitions=count, settings=[{"batch_size": batch_size, "epochs": epochs}]
        )
    ]
    found = sharded(trials, shards)
    assert len(found) == shards
    assert sorted(t.id for shard in found for t in shard) == sorted(t.id for t in trials)
    whole, compiling = sum(trial.cost for trial in trials), COMPILE_SECONDS * len(grouped(trials))
    fair = (whole + compiling) / shards
    for group in grouped(trials):
        in_shards = sum(group[0].structure in {t.structure for t in shard} for shard in found)
        cost = sum(trial.cost for trial in group)
        # as few pieces as are no dearer than a fair part
        assert in_shards <= max(1, -(-cost // (0.999 * fair)))
    # what costs less than compiling once more stays together
    if len(grouped(trials)) == 1 and len(trials) >= shards and whole > shards * compiling:
        assert all(found), "a shard has nothing to do"
    assert sharded(trials, shards) == found
