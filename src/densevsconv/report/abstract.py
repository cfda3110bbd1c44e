"""The report's abstract: what was compared, and the verdict for each data set."""

from __future__ import annotations

from densevsconv.report import claims, data, difficulty, engines, rich
from densevsconv.report.study import Study
from densevsconv.report.verdicts import tally, verdict
from densevsconv.training.engines.titles import engine_title

SECONDS = "\u00a0s"
"""The unit after a number, never on the next line."""
IN_FULL = 2
"""Data sets at most of which the costs are said too: an abstract is a paragraph."""


def abstract(study: Study) -> list[str]:
    """Return the abstract: what was done, and the verdict for each data set."""
    level = study.planned("confidence", form="percent_whole")
    sentences = []
    forms = difficulty.changed_forms(study)
    for dataset in study.datasets:
        if dataset in forms:
            continue
        sentences.append(
            f"We compare {_networks(study, dataset)} on {study.title(dataset)} "
            f"({study.data(dataset, 'counts', 'train')} training, "
            f"{study.data(dataset, 'counts', 'validation')} validation and "
            f"{study.data(dataset, 'counts', 'test')} test images{_changed(study, dataset)})."
        )
        if others := [form for form, reference in forms.items() if reference == dataset]:
            described = "; ".join(_form(study, form) for form in others)
            sentences.append(f"The same images are there in other forms too: {described}.")
    trained = f"from {study.seeds()} fresh seeds, tested once, and timed alone on the machine"
    if study.searches:
        whose = "Searched settings" if study.configured else "Settings"
        sentences.append(
            f"{whose} are chosen by {study.count('trials.csv')} trials on validation images "
            f"alone; each network is then trained {trained}."
        )
    else:
        sentences.append(f"Each is trained as configured {trained}.")
    sentences.append(claims.headline(study))
    for dataset in study.datasets:
        if dataset not in forms:
            sentences.append(_headline(study, dataset, level))
            if len(study.datasets) <= IN_FULL:
                sentences.append(engines.headline(study, dataset))
        if dataset in forms.values():
            sentences.append(difficulty.headline(study, dataset))
    return [" ".join(sentence for sentence in sentences if sentence)]


def _changed(study: Study, dataset: str) -> str:
    """Return what was done to the images beforehand, if anything."""
    steps = data.changes(study, dataset)
    return f"; all of them changed beforehand: {', then '.join(steps)}" if steps else ""


def _form(study: Study, dataset: str) -> str:
    """Return a changed form of the images: its name, its size, what was done to it."""
    steps = ", then ".join(data.changes(study, dataset))
    count = study.data(dataset, "counts", "train")
    return f"{study.title(dataset)} ({count} training images{', ' if steps else ''}{steps})"


def _networks(study: Study, dataset: str) -> str:
    """Return how many networks of each family there are; one on several engines counts once."""
    names = study.engines(dataset)

    def kinds(engine: str) -> list[str]:
        cases = [case for case in study.cases(dataset) if study.engine(case) == engine]
        return sorted(case.removesuffix(f"-{engine}") for case in cases)

    alike = all(kinds(name) == kinds(names[0]) for name in names)
    only = {"engine": names[0]} if alike else {}
    dense, convolutional = (
        study.count("summary.csv", dataset=dataset, family=family, **only)
        for family in ("dense", "convolutional")
    )
    text = f"{dense} dense and {convolutional} convolutional"
    if len(names) == 1:
        one = len(study.cases(dataset, "convolutional")) == 1
        return f"{text} {'network' if one else 'networks'}"
    titles = [rich.name(engine_title(name)) for name in names]
    if alike:
        return f"{text} networks, each trained by {' and by '.join(titles)},"
    return f"{text} cases, a case being a network trained by {' or '.join(titles)},"


def _headline(study: Study, dataset: str, level: str) -> str:
    dense, conv = study.best(dataset, "dense"), study.best(dataset, "convolutional")
    where = study.in_dataset(dataset)
    if dense is None or conv is None:
        only = dense or conv
        assert only is not None  # a data set of the plan has cases
        return (
            f"The best by validation{where} is {rich.case(only)}, with a mean test accuracy of "
            f"{_with_interval(study, only, level)}."
        )
    how = "The best of each family by validation"
    if len(study.engines(dataset)) > 1 and study.engine(dense) == study.engine(conv):
        how += f", both trained by {rich.name(engine_title(study.engine(conv)))},"
    if study.put_in_front(dataset):
        how = "The networks put in front"
    found = (
        f"{how}{where} are {rich.case(dense)}, with a mean test accuracy of "
        f"{_with_interval(study, dense, level)}, and {rich.case(conv)}, with "
        f"{_with_interval(study, conv, None)}. {verdict(study, conv, dense)}"
    )
    if len(study.datasets) > IN_FULL:
        return found
    return (
        f"{found} {tally(study, dataset)} A training of {rich.case(conv)} takes "
        f"{study.summary(conv, 'train_seconds_median', 'significant')}{SECONDS} at the median and "
        f"one of {rich.case(dense)} "
        f"{study.summary(dense, 'train_seconds_median', 'significant')}{SECONDS}; they "
        f"have {study.summary(conv, 'parameters', 'integer')} and "
        f"{study.summary(dense, 'parameters', 'integer')} parameters, and "
        f"{study.summary(conv, 'macs', 'integer')} and {study.summary(dense, 'macs', 'integer')} "
        "multiply-accumulates per image."
    )


def _with_interval(study: Study, case: str, level: str | None) -> str:
    mean = study.summary(case, "test_accuracy_mean", "percent")
    if study.summary_value(case, "test_accuracy_low") is None:
        return f"{mean}%"
    low = study.summary(case, "test_accuracy_low", "percent")
    high = study.summary(case, "test_accuracy_high", "percent")
    words = f"{level}% interval " if level else ""
    return f"{mean}% ({words}{low} to {high})"
