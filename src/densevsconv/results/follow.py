"""Following networks along the series of a study: leads, crossings, learning curves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import combinations
from math import exp, inf, isfinite, log
from typing import Any

import numpy as np

from densevsconv.results import series as rows
from densevsconv.results.plan import CasePlan, DatasetPlan, StudyPlan
from densevsconv.results.record import Record
from densevsconv.statistics import curves as fits
from densevsconv.statistics.crossed import accuracy, combination

SIZES = "training_images"
"""The series of how many images train; its places count by their logarithm."""


TABLES: dict[str, type[Record]] = {
    "series": rows.SeriesRow,
    "leads": rows.LeadRow,
    "crossings": rows.CrossingRow,
    "learning": rows.LearningRow,
    "equivalents": rows.EquivalentRow,
    "needed": rows.NeededRow,
    "growth": rows.GrowthRow,
}
"""The files' names in the layout, which are those of the functions of :class:`Follow`."""

SHARING = ("dense", "local", "shared")
"""What networks are, the least bound first: every pixel its weights, a window, one for all."""


def sharing(case: CasePlan) -> str:
    if case.family == "convolutional":
        return "shared"
    local = any(layer.kind == "locally_connected" for layer in case.bound.walk())
    return "local" if local else "dense"


def followed(plan: StudyPlan) -> list[str]:
    """Return the cases that series lead past."""
    led = {name for name, data in plan.datasets.items() if data.series}
    return [name for name in plan.ordered() if plan.cases[name].dataset in led]


class Curve:
    """Networks along one series on one kind of images."""

    def __init__(self, series: str, images: str) -> None:
        self.series, self.images = series, images
        self.cases: dict[str, dict[float, str]] = {}
        """Of each network, the case at each place."""

    @property
    def logarithmic(self) -> bool:
        return self.series == SIZES

    def places(self, *networks: str) -> list[float]:
        """Return where all of some networks are, in order."""
        return sorted(set.intersection(*(set(self.cases[network]) for network in networks)))

    def axis(self, places: list[float]) -> np.ndarray:
        return np.log(places) if self.logarithmic else np.array(places)

    def place(self, found: float) -> float | None:
        """Return a place on the axis as the series counts; None outside of it."""
        if not isfinite(found):
            return None
        return exp(found) if self.logarithmic else found


class Follow:
    """The rows of every table of a study's series.

    ``right`` returns of a case which test images each of its seeds names rightly, bool
    (seeds, images); ``target_accuracy`` is what :meth:`needed` asks for.
    """

    def __init__(
        self,
        plan: StudyPlan,
        right: Callable[[str], np.ndarray],
        *,
        seed: int,
        target_accuracy: float,
    ) -> None:
        self.plan, self.right, self.seed = plan, right, seed
        self.target_accuracy, self.confidence = target_accuracy, plan.confidence

    @cached_property
    def curves(self) -> list[Curve]:
        """Those with several places."""
        found: dict[tuple[str, str], Curve] = {}
        for name in sorted(followed(self.plan), key=self._place):
            case = self.plan.cases[name]
            data = self.plan.datasets[case.dataset]
            for series, value in data.series.items():
                key = series, images_of(data, series)
                curve = found.setdefault(key, Curve(*key))
                curve.cases.setdefault(self._network(case), {})[value] = name
        curves_found = sorted(found.values(), key=lambda each: (each.series, each.images))
        return [each for each in curves_found if max(map(len, each.cases.values())) > 1]

    def _place(self, name: str) -> int:
        return SHARING.index(sharing(self.plan.cases[name]))

    def _network(self, case: CasePlan) -> str:
        several = len({each.engine for each in self.plan.cases.values()}) > 1
        return "-".join(filter(None, (case.network, case.version, case.engine * several)))

    # -- tables

    def series(self) -> Iterator[rows.SeriesRow]:
        for curve in self.curves:
            for network, cases in curve.cases.items():
                for value, name in sorted(cases.items()):
                    case, found = self.plan.cases[name], accuracy(self.right(name), self.confidence)
                    yield rows.SeriesRow(
                        series=curve.series,
                        images=curve.images,
                        value=value,
                        dataset=case.dataset,
                        network=network,
                        case=name,
                        parameters=case.parameters,
                        macs=case.architecture["macs"],
                        accuracy=found.mean,
                        low=found.low,
                        high=found.high,
                    )

    def leads(self) -> Iterator[rows.LeadRow]:
        for curve, pair in self._pairs():
            for value in curve.places(*pair.values()):
                a, b = (curve.cases[network][value] for network in pair.values())
                found = combination([self.right(a), self.right(b)], [1, -1], self.confidence)
                yield rows.LeadRow(
                    **self._labels(curve),
                    **pair,
                    value=value,
                    case_a=a,
                    case_b=b,
                    lead=found.mean,
                    low=found.low,
                    high=found.high,
                )

    def crossings(self) -> Iterator[rows.CrossingRow]:
        for curve, pair in self._pairs():
            places = curve.places(*pair.values())
            cases = [[curve.cases[network][at] for at in places] for network in pair.values()]
            ends = [of[end] for end in (-1, 0) for of in cases]
            change = combination([self.right(of) for of in ends], [1, -1, -1, 1], self.confidence)
            means, drawn = self._drawn(cases[0] + cases[1])
            lead = means[: len(places)] - means[len(places) :]
            others = None if drawn is None else drawn[:, : len(places)] - drawn[:, len(places) :]
            found = fits.crossing(curve.axis(places), lead, others, self.confidence)
            positive = (found.value == -inf) == (lead[-1] >= lead[0])
            yield rows.CrossingRow(
                **self._labels(curve),
                **pair,
                first=places[0],
                last=places[-1],
                lead_first=lead[0],
                lead_last=lead[-1],
                change=change.mean,
                change_low=change.low,
                change_high=change.high,
                ahead="crosses" if isfinite(found.value) else "a" if positive else "b",
                **self._ends(curve, found, "at"),
                inside=found.inside,
            )

    def learning(self) -> Iterator[rows.LearningRow]:
        for curve in self._sizes():
            for network, cases in curve.cases.items():
                places = curve.places(network)
                if len(places) < 3:
                    continue
                means, drawn = self._drawn([cases[at] for at in places])
                slope, explained = fits.exponent(np.array(places), means, drawn, self.confidence)
                yield rows.LearningRow(
                    images=curve.images,
                    network=network,
                    first=places[0],
                    last=places[-1],
                    exponent=slope.value,
                    low=slope.low,
                    high=slope.high,
                    explained=explained,
                )

    def equivalents(self) -> Iterator[rows.EquivalentRow]:
        for curve, pair in self._pairs():
            if not curve.logarithmic:
                continue
            of_a, of_b = (curve.cases[network] for network in pair.values())
            places = curve.places(pair["network_b"])
            axis = curve.axis(places)
            for at in curve.places(pair["network_a"]):
                means, drawn = self._drawn([of_a[at], *(of_b[place] for place in places)])
                value = float(fits.reached(axis, means[None, 1:], means[0])[0])
                others = None if drawn is None else fits.reached(axis, drawn[:, 1:], drawn[:, 0])
                found = fits.within(value, others, self.confidence)
                needed = curve.place(found.value)
                low, high = (
                    None if end is None or not isfinite(end) else exp(end) / at
                    for end in (found.low, found.high)
                )
                yield rows.EquivalentRow(
                    images=curve.images,
                    **pair,
                    training_images=at,
                    accuracy_a=means[0],
                    needed=needed,
                    factor=None if needed is None else needed / at,
                    low=low,
                    high=high,
                    side="inside" if needed else "more" if found.value > 0 else "fewer",
                )

    def needed(self) -> Iterator[rows.NeededRow]:
        for curve in self._sizes():
            for network in curve.cases:
                found, _ = self._needed(curve, network)
                yield rows.NeededRow(
                    images=curve.images,
                    network=network,
                    accuracy=self.target_accuracy,
                    **self._ends(curve, found, "needed"),
                    predicted=self._predicted(curve, network),
                )

    def growth(self) -> Iterator[rows.GrowthRow]:
        by_network: dict[str, list[tuple[float, float, np.ndarray | None]]] = {}
        for curve in self._sizes():
            for network in curve.cases:
                found, drawn = self._needed(curve, network)
                predicted = self._predicted(curve, network)
                if predicted and isfinite(found.value):
                    each = (log(predicted), found.value, drawn)
                    by_network.setdefault(network, []).append(each)
        for network, sets in by_network.items():
            x = np.array([each[0] for each in sets])
            if np.ptp(x) == 0:
                continue
            slope = float(fits.slopes(x, np.array([[each[1] for each in sets]]))[0])
            others = [each[2] for each in sets if each[2] is not None]
            drawn = None
            if len(others) == len(sets):
                table = np.stack(others, axis=1)
                drawn = fits.slopes(x, table[np.isfinite(table).all(axis=1)])
            found = fits.within(slope, drawn, self.confidence)
            yield rows.GrowthRow(
                network=network, sets=len(sets), exponent=slope, low=found.low, high=found.high
            )

    # -- parts

    @cached_property
    def _all(self) -> tuple[list[str], np.ndarray | None]:
        """All cases, and their accuracies as they might have come out."""
        names = followed(self.plan)
        tests = [self._test_images(self.plan.cases[name].dataset) for name in names]
        return names, fits.draws([self.right(name) for name in names], tests, seed=self.seed)

    def _test_images(self, dataset: str) -> str:
        """Return what decides which images test a data set, however they are changed."""
        data = self.plan.datasets[dataset]
        split = data.split.model_dump(exclude={"training_images", "validation"})
        return repr((data.dataset, data.knobs, split))

    def _drawn(self, names: list[str]) -> tuple[np.ndarray, np.ndarray | None]:
        """Return accuracies of cases, and as they might have come out."""
        order, table = self._all
        means = np.array([self.right(name).mean() for name in names])
        return means, None if table is None else table[:, [order.index(name) for name in names]]

    def _needed(self, curve: Curve, network: str) -> tuple[fits.Found, np.ndarray | None]:
        places = curve.places(network)
        means, drawn = self._drawn([curve.cases[network][at] for at in places])
        axis = curve.axis(places)
        value = float(fits.reached(axis, means[None], self.target_accuracy)[0])
        others = None if drawn is None else fits.reached(axis, drawn, self.target_accuracy)
        return fits.within(value, others, self.confidence), others

    def _predicted(self, curve: Curve, network: str) -> float | None:
        case = self.plan.cases[next(iter(curve.cases[network].values()))]
        return self.plan.datasets[case.dataset].growth.get(sharing(case))

    def _sizes(self) -> Iterator[Curve]:
        return (curve for curve in self.curves if curve.logarithmic)

    def _pairs(self) -> Iterator[tuple[Curve, dict[str, Any]]]:
        """Yield every pair of networks with two places or more in common, a before b."""
        for curve in self.curves:
            for b, a in combinations(curve.cases, 2):
                if len(curve.places(a, b)) > 1:
                    yield curve, {"network_a": a, "network_b": b}

    def _labels(self, curve: Curve) -> dict[str, Any]:
        return {"series": curve.series, "images": curve.images}

    def _ends(self, curve: Curve, found: fits.Found, name: str) -> dict[str, Any]:
        ends = {name: found.value, "low": found.low, "high": found.high}
        return {key: None if end is None else curve.place(end) for key, end in ends.items()}


def images_of(data: DatasetPlan, series: str) -> str:
    """Return what images a series varies: those of the catalogue, and what else is changed."""
    changed = [f"{key} {value}" for key, value in data.knobs.items() if key != "samples"]
    if series == SIZES:
        changed += [f"{key} {value}" for step in data.changes for key, value in step.items()]
    return data.dataset + (f" ({', '.join(changed)})" if changed else "")
