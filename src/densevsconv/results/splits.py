"""Means over several divisions of the same images: nested, repeated cross-validation."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import permutations

from pydantic import Field

from densevsconv.results.plan import StudyPlan
from densevsconv.results.record import Record
from densevsconv.results.study import Study
from densevsconv.statistics.crossed import over_splits


class SplitRow(Record):
    """splits.csv: one row a network, or a convolutional and a dense one, over several splits."""

    dataset: str = Field(description="The data set, as the study's file has it.")
    engine: str = Field(description="What trained them.")
    network_a: str = Field(description="A network.")
    network_b: str | None = Field(description="The dense network it is compared with, or empty.")
    splits: int = Field(description="And folds: each searched and refitted by itself.")
    mean: float = Field(
        description="Over splits, of the mean test accuracy over seeds: of a, or of a minus b."
    )
    low: float | None = Field(
        description="Lower end of the interval of Nadeau and Bengio (2003), which knows that "
        "splits share images; empty with fewer than five splits."
    )
    high: float | None = Field(description="Upper end.")
    lowest: float = Field(description="Of the splits.")
    highest: float = Field(description="Of the splits.")


def divided(plan: StudyPlan) -> dict[str, list[str]]:
    """Return the data sets of each that has several splits, by its name in the study's file."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, data in plan.datasets.items():
        start = name.removesuffix(f"-fold{data.split.fold}")
        start = start.removesuffix(f"-split{data.split.draw}")
        if start != name:
            found[start].append(name)
    return {name: each for name, each in found.items() if len(each) > 1}


def split_rows(study: Study) -> Iterator[SplitRow]:
    cases = study.plan.cases
    for dataset, names in divided(study.plan).items():
        networks: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for name in study.plan.ordered():
            if cases[name].dataset in names:
                network = cases[name].engine, cases[name].network
                networks[network][cases[name].dataset] = name
        counts = study.data_info(names[0]).counts
        values = {
            network: {
                on: mean
                for on, case in own.items()
                if (mean := study.evaluation(case).accuracy.mean) is not None
            }
            for network, own in networks.items()
        }
        family = {network: cases[min(own.values())].family for network, own in networks.items()}
        pairs = [
            (a, b)
            for a, b in permutations(values, 2)
            if a[0] == b[0] and (family[a], family[b]) == ("convolutional", "dense")
        ]
        for a, b in [*((network, None) for network in values), *pairs]:
            shared = [on for on in names if on in values[a] and (b is None or on in values[b])]
            of = [values[a][on] - (values[b][on] if b else 0.0) for on in shared]
            if len(of) > 1:
                lower = -1.0 if b else 0.0
                found = over_splits(
                    of, counts.train, counts.test, study.plan.confidence, lower=lower
                )
                yield SplitRow(
                    dataset=dataset,
                    engine=a[0],
                    network_a=a[1],
                    network_b=b[1] if b else None,
                    splits=len(of),
                    mean=found.mean,
                    low=found.low,
                    high=found.high,
                    lowest=min(of),
                    highest=max(of),
                )
