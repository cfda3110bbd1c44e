"""What stands in front of a study: the best of each family, and the pairs that answer its question.

Text and figures read it, so that both show the same.
"""

from collections import defaultdict
from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

from densevsconv.results.study import Study

CROWDED = 12
"""With more cases than this the paper shows those in front, and its supplement all."""
MANY = 4
"""With more data sets than this the paper has no figure of each."""
MOST_TOLD = 3
"""Headlines that one sentence holds."""
EQUAL = "equal"
VERSIONS = ("corrected", "published", "coded")
"""What the name of a version begins with, the one in front first."""


class Pair(NamedTuple):
    """A convolutional and a dense case, why they are compared, and the published difference."""

    convolutional: str
    dense: str
    why: str
    published: float | None


def best(study: Study[Any], dataset: str, family: str) -> str | None:
    """Return the case that stands for a family: a highlight, or the best by validation."""
    cases = study.cases(dataset, family)
    tested = [case for case in cases if not study.summary(case).not_tested]
    highlighted = [case for case in study.plan.highlights if case in tested]
    return highlighted[0] if highlighted else study.families.get((dataset, family))


def pairs(study: Study[Any], dataset: str) -> list[Pair]:
    """Return the pairs of a data set, each once: best, equal in size, published, others."""
    found: dict[tuple[str, str], Pair] = {}
    for conv, dense, why in _asked(study, dataset):
        published = [study.case(case).published for case in (conv, dense)]
        told = [each.accuracy for each in published if each and each.accuracy is not None]
        difference = told[0] - told[1] if len(told) == len(published) else None
        found.setdefault((conv, dense), Pair(conv, dense, why, difference))
    return list(found.values())


def cases(study: Study[Any], dataset: str) -> list[str]:
    """Return the cases that the paper shows: all, or where they are many those in front."""
    every = study.cases(dataset)
    if len(study.plan.cases) <= CROWDED:
        return every
    front = {best(study, dataset, family) for family in ("dense", "convolutional")}
    front |= {x for pair in pairs(study, dataset) if pair.why.startswith(EQUAL) for x in pair[:2]}
    return [case for case in every if case in front]


def datasets(study: Study[Any]) -> list[str]:
    """Return the data sets, the smallest images first."""
    size = {name: prod(each.shape) for name, each in study.plan.datasets.items()}
    return sorted(study.datasets, key=lambda name: (size[name], name))


def told(study: Study[Any]) -> list[str]:
    """Return the data sets whose headline is said: all, or of many those that differ most."""
    leads = {
        dataset: row.difference_mean
        for dataset in datasets(study)
        for pair in pairs(study, dataset)[:1]
        if (row := study.comparison(*pair[:2])).ahead != "not tested"
    }
    ordered = sorted(leads, key=leads.__getitem__, reverse=True)
    return list(leads) if len(leads) <= MOST_TOLD else [ordered[0], ordered[-1]]


def _asked(study: Study[Any], dataset: str) -> Iterator[tuple[str, str, str]]:
    plans = {case: study.case(case) for case in study.cases(dataset)}
    conv, dense = best(study, dataset, "convolutional"), best(study, dataset, "dense")
    if conv and dense:
        yield conv, dense, "best of each"
    for case, plan in plans.items():
        matched = plan.matched
        for other, rival in plans.items():
            if not matched or matched.case not in (other, rival.network):
                continue
            if plan.engine == rival.engine and plan.family != rival.family:
                pair = sorted((case, other), key=lambda each: plans[each].family)
                yield pair[0], pair[1], f"{EQUAL} {matched.by}"
    # of a version the only two there are, on the first engine that has them
    versions: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for case, plan in plans.items():
        versions[plan.version][plan.engine].append(case)
    for version in sorted(filter(None, versions), key=_place):
        for alike in versions[version].values():
            if [plans[case].family for case in alike] == ["dense", "convolutional"]:
                yield alike[1], alike[0], version.replace("_", " ")
                break
    if conv and len(study.datasets) <= 2:
        for case, plan in plans.items():
            if plan.family == "dense" and (plan.version, plan.engine) == ("", plans[conv].engine):
                yield conv, case, ""


def _place(version: str) -> tuple[int, str]:
    kind = version.partition("_")[0]
    return [*VERSIONS, kind].index(kind), version
