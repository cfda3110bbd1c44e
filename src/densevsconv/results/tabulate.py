"""The tables that summarise a study: a row a case, a refitted seed, a pair of cases, a family.

Every convolutional case is compared with every dense case of the same data set. Refits of one
study share their seeds by repetition, so the comparison is paired: repetition r of both cases saw
the images in orders drawn from the same seed. Where the seeds differ (results put together by
hand) it is Welch's test.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from itertools import permutations
from math import fsum
from statistics import median
from typing import Any

from densevsconv.results.study import Study, merit
from densevsconv.results.tables import (
    ComparisonRow,
    DifficultyRow,
    EngineRow,
    FamilyRow,
    RunRow,
    SummaryRow,
)
from densevsconv.statistics.comparison import compare

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
        self.names = sorted(self.plan.cases, key=lambda name: (self.plan.cases[name].dataset, name))

    def summary(self) -> Iterator[SummaryRow]:
        trials = Counter(row.case for row in self.study.trials)
        fastest: dict[str, float] = {}
        for name in self.names:
            dataset, seconds = self.plan.cases[name].dataset, self._seconds(name)
            fastest[dataset] = min(seconds, fastest.get(dataset, seconds))
        for name in self.names:
            case, selection = self.plan.cases[name], self.study.selection(name)
            evaluation, accuracy = self.study.evaluation(name), self.study.evaluation(name).accuracy
            assert accuracy.mean is not None  # every case has a seed
            seconds = self.study.timing(name).seconds_per_epoch.median
            reached = self._epochs_to_target(name)
            yield SummaryRow(
                **self._labels(name),
                parameters=case.parameters,
                macs=case.architecture["macs"],
                trials=trials[name],
                seeds=evaluation.seeds,
                test_accuracy_mean=accuracy.mean,
                test_accuracy_low=accuracy.low,
                test_accuracy_high=accuracy.high,
                train_seconds_median=self._seconds(name),
                **{key: selection.training[key] for key in CHOSEN},
                settings=json.dumps(selection.settings, sort_keys=True),
                test_accuracy_std=accuracy.std,
                log_loss_mean=evaluation.log_loss.mean,
                calibration_error_mean=evaluation.calibration_error.mean,
                validation_accuracy_mean=self._validation_mean(name, "accuracy"),
                validation_loss_mean=self._validation_mean(name, "loss"),
                diverged_seeds=evaluation.diverged_seeds,
                learned_seeds=sum(evaluation.learned),
                time_ratio=self._seconds(name) / fastest[case.dataset],
                seconds_per_epoch_median=seconds,
                # epochs of the refitted networks, seconds of the timing alone on the machine
                seconds_to_target_median=median(reached) * seconds if reached else None,
                target_seeds=len(reached),
                title=case.title,
            )

    def runs(self) -> Iterator[RunRow]:
        shared = set(RunRow.model_fields)
        for name in self.names:
            evaluation = self.study.evaluation(name)
            for place, run in enumerate(self.study.runs(name)):
                yield RunRow.model_validate(
                    self._labels(name)
                    | run.model_dump(include=shared)
                    | {f"seed_{axis}": seed for axis, seed in run.seeds.items()}
                    | {
                        "test_accuracy": evaluation.accuracy.per_seed[place],
                        "test_log_loss": evaluation.log_loss.per_seed[place],
                    }
                )

    def comparisons(self) -> Iterator[ComparisonRow]:
        """Test accuracy of a (convolutional) minus b (dense), of every such pair."""
        for a, b in self._pairs():
            if (self.plan.cases[a].family, self.plan.cases[b].family) == FAMILIES:
                dataset = self.plan.cases[a].dataset
                yield ComparisonRow(dataset=dataset, case_a=a, case_b=b, **self._difference(a, b))

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
                    train_seconds_a=self._seconds(a),
                    train_seconds_b=self._seconds(b),
                    time_ratio=self._seconds(a) / self._seconds(b),
                )

    def families(self) -> Iterator[FamilyRow]:
        """The best case of each family of each data set; of several engines that of the best."""
        for dataset in self.study.datasets:
            names = self.plan.ordered(dataset)
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
                    labels = self._labels(a, "family", "architecture", "engine")
                    yield DifficultyRow(
                        **names,
                        **labels,
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
        that both forms have, on one engine: that of the best network of the reference. None where
        a family is missing, or no seeds are shared.
        """
        cases = self.plan.cases
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
        # the repetitions that all four made from the same seeds
        seeds = [{run.repetition: run.seeds for run in self.study.runs(name)}
                 for name in (a, minus_a, b, minus_b)]  # fmt: skip
        common = [r for r in seeds[0] if all(other.get(r) == seeds[0][r] for other in seeds)]
        if not common:
            return None
        on_a, on_b = (
            [self._accuracy(ahead)[r] - self._accuracy(behind)[r] for r in common]
            for ahead, behind in ((a, minus_a), (b, minus_b))
        )
        four = {"case_a": a, "minus_a": minus_a, "case_b": b, "minus_b": minus_b}
        compared = compare(on_a, on_b, self.plan.confidence, paired=True)
        return {"engine": engine} | four | asdict(compared)

    # -- of one case, or two

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for a, b in permutations(self.names, 2):
            if self.plan.cases[a].dataset == self.plan.cases[b].dataset:
                yield a, b

    def _labels(self, name: str, *columns: str) -> dict[str, Any]:
        case = self.plan.cases[name]
        labels = {
            "dataset": case.dataset,
            "case": name,
            "family": case.family,
            "architecture": case.architecture["name"],
            "engine": case.engine,
        }
        return {key: labels[key] for key in columns or labels}

    def _difference(self, a: str, b: str) -> dict[str, Any]:
        of_a, of_b = (self.study.evaluation(name).accuracies for name in (a, b))
        paired = self.study.share_seeds(a, b)
        return asdict(compare(of_a, of_b, self.plan.confidence, paired=paired))

    def _seconds(self, name: str) -> float:
        return self.study.timing(name).train_seconds.median

    def _accuracy(self, name: str) -> dict[int, float]:
        repetitions = [run.repetition for run in self.study.runs(name)]
        return dict(zip(repetitions, self.study.evaluation(name).accuracies, strict=True))

    def _validation_mean(self, name: str, score: str) -> float | None:
        """Return the mean "accuracy" or "loss" on validation images of the refitted networks.

        Not that of the search, which only some cases have, and which is the highest of many. None
        where a seed diverged.
        """
        values = [getattr(run, f"validation_{score}") for run in self.study.runs(name)]
        return None if None in values else fsum(values) / len(values)

    def _merit(self, name: str) -> tuple[float, float]:
        return merit(self._validation_mean(name, "accuracy"), self._validation_mean(name, "loss"))

    def _epochs_to_target(self, name: str) -> list[int]:
        """Return the first epoch at the target or above, of every refitted seed that has one."""
        history = self.study.history(name)
        reached = history[history["validation_accuracy"] >= self.target_accuracy]
        first: list[int] = reached.groupby("repetition")["epoch"].min().tolist()
        return first
