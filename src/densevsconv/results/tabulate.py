"""The tables that summarise a study: a row a case, a refitted seed, a pair of cases, a family.

Every convolutional case is compared with every dense case of the same data set, image by image. A
case from which nothing follows (none of its starts trained, or every point of its search diverged)
stays in the tables with its numbers and the reason, and stands for no family.
"""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, permutations
from math import fsum
from typing import Any

import numpy as np

from densevsconv.results.study import Study, merit
from densevsconv.results.tables import (
    ComparisonRow,
    DifficultyRow,
    EngineRow,
    FamilyRow,
    RunRow,
    SummaryRow,
    ahead,
)
from densevsconv.statistics.crossed import Estimate, combination
from densevsconv.statistics.hypotheses import holm, mcnemar
from densevsconv.statistics.one_run import probability_ahead
from densevsconv.statistics.runs import CROSSED, Ends, difference_or_runs
from densevsconv.statistics.survival import median_time

FAMILIES = ("convolutional", "dense")
CHOSEN = ("optimizer", "learning_rate", "l2", "momentum", "batch_size", "epochs")
"""Training settings with a column of their own."""


class Tables:
    """The rows of every table of a study.

    ``target_accuracy`` is on validation images, between 0 and 1: the time to it is wanted.
    """

    def __init__(self, study: Study, target_accuracy: float) -> None:
        self.study = study
        self.target_accuracy = target_accuracy
        self.plan = study.plan
        self.names = self.plan.sorted_cases

    def summary(self) -> Iterator[SummaryRow]:
        trials = Counter(row.case for row in self.study.trials)
        fastest: dict[str, float] = {}
        for name in self.names:
            dataset, seconds = self.plan.cases[name].dataset, self._seconds(name)
            fastest[dataset] = min(seconds, fastest.get(dataset, seconds))
        for name in self.names:
            case, selection = self.plan.cases[name], self.study.selection(name)
            evaluation, accuracy = self.study.evaluation(name), self.study.evaluation(name).accuracy
            starts = evaluation.starts
            seconds = self.study.timing(name).seconds_per_epoch.median
            epochs, reached = self._epochs_to_target(name)
            to_target = median_time(epochs, reached)
            yield SummaryRow(
                **self.plan.labels(name),
                parameters=case.parameters,
                macs=case.architecture["macs"],
                trials=trials[name],
                seeds=evaluation.seeds,
                test_accuracy_mean=accuracy.mean,
                test_accuracy_low=accuracy.low,
                test_accuracy_high=accuracy.high,
                test_accuracy_lowest=accuracy.lowest,
                test_accuracy_highest=accuracy.highest,
                train_seconds_median=self._seconds(name),
                **{key: selection.training[key] for key in CHOSEN},
                settings=json.dumps(selection.settings, sort_keys=True),
                test_accuracy_std=accuracy.std,
                log_loss_mean=evaluation.log_loss.mean,
                calibration_error_mean=evaluation.calibration_error.mean,
                validation_accuracy_mean=self._validation_mean(name, "accuracy"),
                validation_loss_mean=self._validation_mean(name, "loss"),
                diverged_seeds=evaluation.diverged_seeds,
                trained_seeds=sum(starts.seeds),
                trained_lowest=starts.lowest,
                trained_highest=starts.highest,
                not_tested=evaluation.not_tested or None,
                time_ratio=self._seconds(name) / fastest[case.dataset],
                seconds_per_epoch_median=seconds,
                # epochs of the refitted networks, seconds of the timing alone on the machine
                seconds_to_target_median=None if to_target is None else to_target * seconds,
                target_seeds=sum(reached),
                title=case.title,
            )

    def runs(self) -> Iterator[RunRow]:
        shared = set(RunRow.model_fields)
        for name in self.names:
            evaluation = self.study.evaluation(name)
            for place, run in enumerate(self.study.runs(name)):
                yield RunRow.model_validate(
                    self.plan.labels(name)
                    | run.model_dump(include=shared)
                    | {f"seed_{axis}": seed for axis, seed in run.seeds.items()}
                    | {
                        "test_accuracy": evaluation.accuracy.per_seed[place],
                        "test_log_loss": evaluation.log_loss.per_seed[place],
                    }
                )

    def comparisons(self) -> Iterator[ComparisonRow]:
        """Test accuracy of a (convolutional) minus b (dense), of every such pair."""
        cases = self.plan.cases
        pairs = [p for p in self._pairs() if tuple(cases[name].family for name in p) == FAMILIES]
        for dataset, some in groupby(pairs, key=lambda pair: cases[pair[0]].dataset):
            found = [(a, b, self._difference(a, b)) for a, b in some]
            # one family of comparisons: those that have a p value and say something
            ps = [row["p_value"] for *_, row in found if _told(row)]
            adjusted = iter(holm(ps))
            for a, b, row in found:
                votes = (self.study.right(name).mean(axis=0) > 0.5 for name in (a, b))
                beside = mcnemar(*votes)
                of_a, of_b = (self.study.evaluation(name).accuracy.per_seed for name in (a, b))
                chance = probability_ahead(of_a, of_b, self.plan.confidence)
                yield ComparisonRow(
                    dataset=dataset,
                    case_a=a,
                    case_b=b,
                    **row,
                    p_adjusted=next(adjusted) if _told(row) else None,
                    only_a=beside.only_a,
                    only_b=beside.only_b,
                    mcnemar_p=beside.p_value,
                    probability_a_ahead=chance.probability,
                    probability_low=chance.low,
                    probability_high=chance.high,
                )

    def engines(self) -> Iterator[EngineRow]:
        """The same network trained alike by two engines.

        Alike means the same data, layers and chosen settings; whatever differs then is the
        implementation. Engine a is the first by name of those compared.
        """
        for a, b in self._pairs():
            of_a, of_b = self.plan.cases[a], self.plan.cases[b]
            chosen = [self.study.selection(name).training for name in (a, b)]
            alike = of_a.architecture == of_b.architecture and chosen[0] == chosen[1]
            if alike and of_a.engine < of_b.engine:
                yield EngineRow(
                    dataset=of_a.dataset,
                    architecture=of_a.architecture["name"],
                    case_a=a,
                    case_b=b,
                    engine_a=of_a.engine,
                    engine_b=of_b.engine,
                    **self._difference(a, b),
                    answers_differ=self._answers_differ(a, b),
                    train_seconds_a=self._seconds(a),
                    train_seconds_b=self._seconds(b),
                    time_ratio=self._seconds(a) / self._seconds(b),
                )

    def families(self) -> Iterator[FamilyRow]:
        """The best case of each family of each data set; of several engines that of the best."""
        for dataset in self.study.datasets:
            names = [name for name in self.plan.ordered(dataset) if not self._not_tested(name)]
            if not names:
                continue
            engine = self.plan.cases[max(names, key=self._merit)].engine
            for family in sorted({self.plan.cases[name].family for name in names}):
                own = [name for name in names if self.plan.cases[name].family == family]
                alike = [name for name in own if self.plan.cases[name].engine == engine]
                best = max(alike or own, key=self._merit)
                yield FamilyRow(dataset=dataset, family=family, case=best)

    def difficulty(self) -> Iterator[DifficultyRow]:
        """What a change of the images costs: every changed form compared with its reference.

        A row's difference is of test accuracies: (case_a - minus_a) - (case_b - minus_b), where a
        is on the changed form and b on the reference; nothing is subtracted in the rows of one
        network.
        """
        for reference, others in self.plan.forms.items():
            for other in others:
                pairs = [(a, b) for b, a in self.plan.same_networks(other, reference).items()]
                base = self.plan.datasets[reference].dataset
                names: dict[str, Any] = {"base": base, "dataset_a": other, "dataset_b": reference}
                for a, b in pairs:
                    of_a = self.plan.labels(a)
                    yield DifficultyRow(
                        **names,
                        **{key: of_a[key] for key in ("family", "architecture", "engine")},
                        kind="network",
                        case_a=a,
                        case_b=b,
                        **self._difference(a, b),
                    )
                if lead := self._lead(pairs):
                    yield DifficultyRow(**names, kind="lead", **lead)

    def _lead(self, pairs: list[tuple[str, str]]) -> dict[str, Any] | None:
        """Return how much further ahead the best convolutional network is on a than on b.

        The best of a family are chosen on the validation images of each form, among the networks
        that both forms have and that trained, on one engine: that of the best network of the
        reference. None where a family is missing, or a network has too few seeds.
        """
        cases = self.plan.cases
        pairs = [pair for pair in pairs if not self._not_tested(*pair)]
        if not pairs:
            return None
        engine = cases[max((b for _, b in pairs), key=self._merit)].engine
        pairs = [(a, b) for a, b in pairs if cases[b].engine == engine]
        if {cases[b].family for _, b in pairs} != set(FAMILIES):
            return None
        (a, minus_a), (b, minus_b) = (
            [
                max((c for c in names if cases[c].family == family), key=self._merit)
                for family in FAMILIES
            ]
            for names in zip(*pairs, strict=True)
        )
        four = {"case_a": a, "minus_a": minus_a, "case_b": b, "minus_b": minus_b}
        rights = [self.study.right(name) for name in four.values()]
        found = combination(rights, [1, -1, -1, 1], self.plan.confidence)
        return {"engine": engine} | four | _columns(found, (found.low, found.high), CROSSED)

    # -- of one case, or two

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for a, b in permutations(self.names, 2):
            if self.plan.cases[a].dataset == self.plan.cases[b].dataset:
                yield a, b

    def _difference(self, a: str, b: str) -> dict[str, Any]:
        """Return the columns of a minus b: of one data set, or of forms of the same test images."""
        rights = self.study.right(a), self.study.right(b)
        found = difference_or_runs(*rights, self.plan.confidence)
        return _columns(*found, self._not_tested(a, b))

    def _answers_differ(self, a: str, b: str) -> float:
        pairs = zip(self.study.right(a), self.study.right(b), strict=False)
        return float(np.mean([of_a != of_b for of_a, of_b in pairs]))

    def _not_tested(self, *names: str) -> str:
        reasons = {name: self.study.evaluation(name).not_tested for name in names}
        return "; ".join(f"{name}: {reason}" for name, reason in reasons.items() if reason)

    def _seconds(self, name: str) -> float:
        return self.study.timing(name).train_seconds.median

    def _validation_mean(self, name: str, score: str) -> float | None:
        """Return the mean "accuracy" or "loss" on validation images of the refitted networks.

        Not that of the search, which only some cases have, and which is the highest of many. None
        where a seed diverged.
        """
        values = [getattr(run, f"validation_{score}") for run in self.study.runs(name)]
        return None if None in values else fsum(values) / len(values)

    def _merit(self, name: str) -> tuple[float, float]:
        return merit(self._validation_mean(name, "accuracy"), self._validation_mean(name, "loss"))

    def _epochs_to_target(self, name: str) -> tuple[list[int], list[bool]]:
        """Return of every refitted seed its first epoch at the target or above, else its last.

        And which of them have one. A seed without is censored at what the training may take, where
        it diverged too: it would not have got there sooner.
        """
        history, first, reached = self.study.history(name), [], []
        budget = self.study.selection(name).training["epochs"]
        for _, own in history.groupby("repetition"):
            there = own.loc[own["validation_accuracy"] >= self.target_accuracy, "epoch"]
            reached.append(len(there) > 0)
            first.append(int(there.min()) if reached[-1] else budget)
        missing = len(self.study.runs(name)) - len(first)  # seeds without a finite epoch
        return first + [budget] * missing, reached + [False] * missing


def _columns(found: Estimate, ends: Ends, over: str, not_tested: str = "") -> dict[str, Any]:
    low, high = ends
    return {
        "difference_mean": found.mean,
        "difference_low": low,
        "difference_high": high,
        "interval": over,
        "p_value": found.p_value(),
        "ahead": "not tested" if not_tested else ahead(low, high),
        "not_tested": not_tested or None,
    }


def _told(row: dict[str, Any]) -> bool:
    return row["p_value"] is not None and not row["not_tested"]
