"""What a study writes once and means several times: data sets of several sizes, cases on many."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from densevsconv.errors import ConfigError
from densevsconv.planning.study import Case, Study, StudyDataset
from densevsconv.schema.messages import shown

Part = TypeVar("Part", StudyDataset, Case)

SIZES = "training_images"
"""The series that data sets of several sizes make."""


def expanded(study: Study, file: object) -> Study:
    """Return the study with a data set for each of ``training_sizes``, a case for each data set.

    Raises :class:`ConfigError` for a name that is there twice, and a case of no or two data sets.
    """
    datasets: dict[str, StudyDataset] = {}
    named: dict[str, list[str]] = {}
    for name, used in study.datasets.items():
        sizes = used.training_sizes
        if sizes and (used.training_images or SIZES in used.series):
            raise ConfigError(
                f"{file}: datasets.{name}.training_sizes: found it beside training_images or its "
                "series; allowed: one of them"
            )
        copies = [(f"{name}-{size}", _of_size(name, used, size)) for size in sizes]
        copies = copies or [(name, used)]
        if used.folds and (used.test is not None or used.fold):
            beside = "fold" if used.fold else "test"
            raise ConfigError(
                f"{file}: datasets.{name}.folds: found it beside {beside}; allowed: one of them"
            )
        copies = [each for copy in copies for each in _divided(*copy)]
        copies = [each for copy in copies for each in _folded(*copy)]
        named[name] = [copy for copy, _ in copies]
        copies = [each for copy in copies for each in _with_inner(*copy)]
        _add(datasets, copies, f"{file}: datasets.{name}")
    cases: dict[str, Case] = {}
    for name, case in study.cases.items():
        where = f"{file}: cases.{name}"
        if bool(case.datasets) == (case.dataset is not None):
            found = "both" if case.datasets else "neither"
            raise ConfigError(f"{where}: found {found} dataset and datasets; allowed: one of them")
        on = [one for each in case.datasets for one in named.get(each, [each])]
        plain = {"datasets": [], "network": case.network or name}
        several = [
            (f"{name}-{each}", case.model_copy(update=plain | {"dataset": each})) for each in on
        ]
        _add(cases, several or [(name, case)], where)
    return study.model_copy(update={"datasets": datasets, "cases": cases})


def partner(study: Study, name: str, dataset: str | None) -> str | None:
    """Return the case that ``name`` means on a data set: itself, or its copy there."""
    return next(
        (
            each
            for each in (name, f"{name}-{dataset}")
            if each in study.cases and study.cases[each].dataset == dataset
        ),
        None,
    )


def _of_size(name: str, used: StudyDataset, size: int) -> StudyDataset:
    series = used.series | {SIZES: float(size)}
    changed = {"training_sizes": [], "training_images": size, "series": series}
    return used.model_copy(update=changed | {"dataset": used.dataset or name})


def _divided(name: str, used: StudyDataset) -> list[tuple[str, StudyDataset]]:
    if used.splits == 1:
        return [(name, used)]
    whole = {"splits": 1, "dataset": used.dataset or name}
    draws = range(used.draw, used.draw + used.splits)
    return [(f"{name}-split{d}", used.model_copy(update=whole | {"draw": d})) for d in draws]


def _folded(name: str, used: StudyDataset) -> list[tuple[str, StudyDataset]]:
    if used.folds is None:
        return [(name, used)]
    whole = {"folds": None, "dataset": used.dataset or name, "test": 1 / used.folds}
    return [
        (f"{name}-fold{fold}", used.model_copy(update=whole | {"fold": fold}))
        for fold in range(used.folds)
    ]


def _with_inner(name: str, used: StudyDataset) -> Iterator[tuple[str, StudyDataset]]:
    """Yield a data set, and those that differ from it in their validation part."""
    part = {"validation": 1 / used.inner_folds} if used.inner_folds else {}
    first = used.model_copy(update=part)
    yield name, first
    for other, number in zip(inner(name, used), range(1, used.inner_folds or 1), strict=True):
        more = {"dataset": used.dataset or name, "validation_fold": number}
        yield other, first.model_copy(update=more | {"inner_folds": None, "series": {}})


def inner(name: str, used: StudyDataset) -> list[str]:
    """Return the data sets that the search of a case on this one takes too."""
    return [f"{name}-inner{number}" for number in range(1, used.inner_folds or 1)]


def _add(into: dict[str, Part], parts: Iterable[tuple[str, Part]], where: str) -> None:
    for name, part in parts:
        if name in into:
            raise ConfigError(f"{where}: found {shown(name)} twice; allowed: once")
        into[name] = part


def check_series(study: Study, file: object) -> None:
    """Refuse two data sets of one kind of images at one place of a series."""
    seen: dict[tuple[object, ...], str] = {}
    for name, used in study.datasets.items():
        size = used.series.get(SIZES, used.training_images)
        if size != used.training_images:
            raise ConfigError(
                f"{file}: datasets.{name}.series.{SIZES}: found {size:g}; allowed: "
                f"{used.training_images}, the number of its training images"
            )
        for series, value in used.series.items():
            alike = used.transform if series == SIZES else []
            key = (used.dataset or name, repr(used.source), repr(alike), series, value)
            if (other := seen.setdefault(key, name)) != name:
                raise ConfigError(
                    f"{file}: datasets.{name}.series.{series}: found {value:g}, the place of "
                    f"{other}; allowed: another"
                )
