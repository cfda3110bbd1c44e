"""What the text tells of a study beside its numbers: how it was divided, searched, who wins."""

from typing import Any

from densevsconv.report import front
from densevsconv.report.parts import Printed, Text, joined, name, printed
from densevsconv.report.study import Reported
from densevsconv.results.splits import divided
from densevsconv.results.traced import traced
from densevsconv.training.batches import BATCH_ORDERS
from densevsconv.training.settings import GRADIENTS, Training

MOST_CAVEATS = 3
ALIKE = 1.1
"""Numbers of parameters that differ by less than this factor are equal."""


def caveats(study: Reported) -> list[str]:
    """Return what a reader of the answer must know, the gravest first."""
    plan, results = study.results.plan, study.results
    every = [pair for dataset in study.datasets for pair in front.pairs(results, dataset)]
    headlines = [pair[:2] for pair in every if pair.why == "best of each"]
    sizes = [[results.summary(case).parameters for case in pair] for pair in headlines]
    matched = any(case.matched for case in plan.cases.values())
    found = {
        "untrained": any(results.summary(case).not_tested for case in plan.cases),
        "other data": any(plan.datasets[each].other_data for each in study.datasets),
        "few seeds": any(row.test_accuracy_low is None for row in results.summaries.values()),
        "size": not matched and any(max(pair) > ALIKE * min(pair) for pair in sizes),
        "edge": any(results.selection(case).edge for case in searched(study)),
        "one split": not several_splits(study),
    }
    return [caveat for caveat, holds in found.items() if holds]


def divided_anew(study: Reported) -> list[str]:
    """Return the data sets that are not divided as the one before them is."""
    splits = [study.results.plan.datasets[each].split for each in study.datasets]
    keys = [(each.test, each.validation, each.stratify, each.grouped) for each in splits]
    return [
        dataset
        for dataset, own, before in zip(study.datasets, keys, [None, *keys], strict=False)
        if own != before
    ]


def searched(study: Reported) -> list[str]:
    return [case for dataset in study.datasets for case in study.searched(dataset)]


def several_splits(study: Reported) -> bool:
    return bool(divided(study.results.plan))


def equal_budgets(study: Reported) -> bool:
    found = [study.results.selection(case).candidates for case in searched(study)]
    return len({(len(candidates), candidates[0].seeds) for candidates in found}) == 1


def pruned(study: Reported, dataset: str) -> bool:
    found = [study.results.selection(case).candidates for case in study.searched(dataset)]
    return any(each.pruned for candidates in found for each in candidates)


def searched_keys(study: Reported, dataset: str) -> list[str]:
    points = [point for case in study.searched(dataset) for point in study.case(case).points]
    keys = dict.fromkeys(key for point in points for key in point)
    return sorted(keys, key=lambda key: ["learning_rate", "l2", key].index(key))


def stops_early(study: Reported, dataset: str | None = None) -> bool:
    cases = study.every_case if dataset is None else study.cases(dataset)
    return any(study.results.selection(case).training.get("early_stopping") for case in cases)


def further(study: Reported, case: str) -> Text:
    """Return the settings that few cases have, in words; nothing where all are as usual."""
    training = study.selection(case).training

    def written(key: str) -> Printed:
        return printed(traced(training, key), "setting")

    stated = Training.model_validate(study.results.selection(case).training)
    own = BATCH_ORDERS[stated.batches].words, GRADIENTS[stated.gradient].words
    words = [Text(each) for each in own if each]
    if _augments(study.results.selection(case).training):
        words.insert(0, Text("augmentation: ", written("augmentation")))
    if training["l2_biases"]:
        words.append(Text(name("l2"), " on biases too"))
    if len(training["frozen"]):
        words.append(Text("weights left at their start: ", written("frozen")))
    return joined(words, "; ")


def any_further(study: Reported, dataset: str) -> bool:
    return any(further(study, case) for case in study.cases(dataset))


def changes(study: Reported, dataset: str) -> list[Printed]:
    """Return what was done to the images beforehand, step by step; empty for images as they are."""
    plan, placed = study.results.plan.datasets[dataset], study.plan.datasets[dataset].transform
    return [
        printed(traced(placed, place), "change")
        for place, step in enumerate(plan.transform)
        if step in plan.changes
    ]


def _augments(training: dict[str, Any]) -> bool:
    return any((training.get("augmentation") or {}).values())


def not_tested(study: Reported, dataset: str) -> dict[str, list[str]]:
    """Return the cases from which nothing follows, by the reason."""
    found: dict[str, list[str]] = {}
    for case in study.cases(dataset):
        if reason := study.results.summary(case).not_tested:
            found.setdefault(reason, []).append(case)
    return found


def some_trained(study: Reported, dataset: str) -> list[Any]:
    """Return the rows of the cases of which some starts trained and others did not."""
    rows = [study.summary(case) for case in study.cases(dataset)]
    return [row for row in rows if 0 < row.trained_seeds.value < row.seeds.value]
