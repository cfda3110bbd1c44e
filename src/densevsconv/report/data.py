"""The section "Data": what the images are, how they were changed, what is measured of them."""

from __future__ import annotations

from typing import Any

from densevsconv.report import rich
from densevsconv.report.layout import study_plan
from densevsconv.report.rich import cite, figure
from densevsconv.report.study import Study
from densevsconv.report.table import Column, Table
from densevsconv.report.verdicts import listed
from densevsconv.report.wording import TIMES
from densevsconv.statistics.forms import does_something


def text(study: Study, dataset: str) -> list[str]:
    """Return what the images are."""
    return [
        f"{_contents(study, dataset)} {_parts(study, dataset)}",
        _changes(study, dataset),
        _augmentation(study, dataset),
        _measures(study, dataset),
        _terms(study, dataset),
    ]


def changes(study: Study, dataset: str) -> list[str]:
    """Return what was done to the images beforehand, step by step; empty for images as they are."""
    steps = study.plan["datasets"][dataset]["transform"]
    return [
        study.planned("datasets", dataset, "transform", place, form="change")
        for place, step in enumerate(steps)
        if does_something(step)
    ]


def _contents(study: Study, dataset: str) -> str:
    plan = study.plan["datasets"][dataset]
    cited = f" {cite('data:' + plan['dataset'])}" if plan["citation"] else ""
    channels = "channel" if plan["shape"][2] == 1 else "channels"
    height, width, depth = (study.data(dataset, "shape", axis) for axis in range(3))
    before = ""
    if plan["source_shape"] != plan["shape"]:
        source = [study.planned("datasets", dataset, "source_shape", axis) for axis in range(3)]
        before = f" (at the source {TIMES.join(source)})"
    return (
        f"{rich.name(plan['title'])}{cited}: {study.data(dataset, 'classes')} classes, images of "
        f"{height}{TIMES}{width} pixels with {depth} {channels}{before}, values up to "
        f"{study.data(dataset, 'max_value')}."
    )


def _parts(study: Study, dataset: str) -> str:
    split = study.plan["datasets"][dataset]["split"]
    limit = "".join(
        f" Of the {part} images there are, the study keeps "
        f"{study.planned('datasets', dataset, 'split', f'{part}_images')}."
        for part in ("training", "test")
        if split[f"{part}_images"] is not None
    )
    train, validation, test = (
        study.data(dataset, "counts", part) for part in ("train", "validation", "test")
    )
    return (
        f"There are {train} training, {validation} validation and {test} test images "
        f"({figure(f'class_counts-{dataset}')}).{limit} {figure(f'samples-{dataset}')} shows some, "
        f"{figure(f'mean_images-{dataset}')} the mean image of every class."
    )


def _changes(study: Study, dataset: str) -> str:
    steps = changes(study, dataset)
    if not steps:
        return ""
    return (
        f"The networks do not see these images as they are: all of them, test images included, "
        f"were changed beforehand ({', then '.join(steps)}; "
        f"{figure(f'transformations-{dataset}')}). What is random in it was drawn once for each "
        "image, from the study's seed."
    )


def _augmentation(study: Study, dataset: str) -> str:
    plans = study_plan(study.plan).cases
    cases = [case for case in study.cases(dataset) if plans[case].augmentations]
    if not cases:
        return ""
    used = [case for case in cases if _chose_it(study, case)]
    tried = [case for case in cases if case not in used]
    shown = figure(f"augmentation-{dataset}")
    sentences = []
    if used:
        verb = "changes" if len(used) == 1 else "change"
        sentences.append(
            f"{listed(used)} {verb} the training images at random while training, anew for "
            f"every batch ({shown}); validation and test images stay as they are."
        )
    if tried:
        where = "" if used else f" ({shown})"
        sentences.append(
            f"The search of {listed(tried)} tried images that change while training{where}, and "
            "chose those that do not."
        )
    return " ".join(sentences)


def _chose_it(study: Study, case: str) -> bool:
    chosen = study.document(case, "select")["training"].get("augmentation")
    return any((chosen or {}).values())


def _measures(study: Study, dataset: str) -> str:
    measured = study.measured(dataset)
    repeated = measured["duplicates"]["train_test"]
    across = "No test image is also a training or validation image, pixel by pixel."
    if repeated["images"]:
        count = study.measure(dataset, "duplicates", "train_test", "images")
        verb = "image is" if repeated["images"] == 1 else "images are"
        across = f"{count} test {verb} also among the training or validation images, pixel by pixel"
        if repeated["other_label"]:
            other = study.measure(dataset, "duplicates", "train_test", "other_label")
            across += f", {other} of them under another label"
        across += "."
    return (
        f"{rich.table(f'data-{dataset}')} measures the training and validation images before any "
        f"network sees them; entropy and signal-to-noise ratio are those of {cite('gowdra2020')}, "
        f"who ask whether images and their negatives differ for a network. {across}"
    )


def _terms(study: Study, dataset: str) -> str:
    plan, base = study.plan["datasets"][dataset], study.plan["datasets"][dataset]["dataset"]
    forms = [name for name in study.datasets if study.plan["datasets"][name]["dataset"] == base]
    if dataset != forms[0]:
        return ""  # said of the first form
    sentences = [rich.name(plan["notes"])] if plan["notes"] else []
    if plan["licence"]:
        sentences.append(f"Licence: {rich.name(plan['licence'])}.")
    if plan["homepage"]:
        sentences.append(f"Page of the data: {rich.name(plan['homepage'])}.")
    return " ".join(sentences)


def table(study: Study, dataset: str) -> Table:
    """Counts and measures of the images, and of their negatives where these differ."""
    columns = [Column("measure", "grow"), Column("images"), Column("negatives")]
    made = Table("data", dataset, "column", columns)
    for part in ("train", "validation", "test"):
        name = "training" if part == "train" else part
        made.add([f"{name} images", study.data(dataset, "counts", part), ""])
    for name, *keys in (
        ("test images that are training or validation images too", "train_test", "images"),
        ("\u2013 of these, with another label", "train_test", "other_label"),
        ("training or validation images that repeat another one", "within_train", "images"),
        ("\u2013 of these, with another label", "within_train", "other_label"),
    ):
        made.add([name, study.measure(dataset, "duplicates", *keys), ""])
    share = study.measure(dataset, "variance", "between_share", form="percent")
    made.add(["variance between classes (% of all)", share, ""])
    for name, key in (
        ("signal to noise, mean over images", "per_image"),
        ("signal to noise of all pixels together", "pooled"),
    ):
        made.add([name, *_both(study, dataset, "signal_to_noise", key)])
    used = study.measure(dataset, "entropy", "images_used")
    made.add(["images measured for the entropies", used, ""])
    made.add(
        ["entropy of the values in an image (bits)", *_both(study, dataset, "entropy", "histogram")]
    )
    for name, key in (("as wide as", "diameter"), ("twice as wide as", "radius")):
        both = _both(study, dataset, "entropy", "local", key, last="mean")
        made.add([f"local entropy, disk {name} the image (bits)", *both])
    return made


def _both(study: Study, dataset: str, *keys: str, last: str | None = None) -> list[str]:
    """Return a measure of the images and of their negatives."""
    ends: list[tuple[Any, ...]] = [
        (kind,) if last is None else (kind, last) for kind in ("images", "negatives")
    ]
    return [study.measure(dataset, *keys, *end, form="decimal") for end in ends]
