"""What the report's numbers do not say."""

from __future__ import annotations

from densevsconv.report import rich
from densevsconv.report.rich import cite
from densevsconv.report.study import Study
from densevsconv.report.verdicts import listed


def limits(study: Study) -> list[str]:
    """Return what the numbers do not say."""
    others = "another split, another search or" if study.searches else "another split or"
    paragraphs = [
        f"There is one split. The intervals cover the seeds of the refit, which are a part of the "
        f"variance of a benchmark {cite('bouthillier2021')}; {others} "
        "another sample of images can move the accuracies by more than they say."
    ]
    for dataset in study.datasets:
        best = study.best(dataset, "convolutional") or study.best(dataset, "dense")
        test_set = study.document(best, "evaluate").get("test_set_interval") if best else None
        text = (
            f"The test set{study.in_dataset(dataset)} has {study.data(dataset, 'counts', 'test')} "
            "images, so that one image more or less matters."
        )
        if best and test_set:
            low = study.evaluation(best, "test_set_interval", "low", form="percent")
            high = study.evaluation(best, "test_set_interval", "high", form="percent")
            level = study.planned("confidence", form="percent_whole")
            text += (
                f" For the choice of these images alone, the Wilson interval {cite('wilson1927')} "
                f"of {rich.case(best)} is {low} to {high}% at {level}%. Differences between "
                "networks on the same images vary less than either accuracy does, but not so "
                "little as the intervals over seeds alone say."
            )
        paragraphs.append(text)
    edges = "".join(_edges(study, dataset) for dataset in study.datasets)
    given = "A search covers the settings it was given: a case may do better outside of them."
    if not study.searches:
        given = "No settings were searched: a case may do better with others."
    paragraphs.append(
        f"{given}{edges} "
        "Times hold for the machine and the versions listed; ratios carry over better than "
        "seconds do."
    )
    if study.plan.get("notes"):
        paragraphs.append(rich.name(study.plan["notes"]))
    return paragraphs


def _edges(study: Study, dataset: str) -> str:
    """Return which chosen settings are the largest or the smallest of those tried."""
    found: dict[tuple[str, str], list[str]] = {}
    for case in study.searched(dataset):
        if study.plan["cases"][case]["method"] == "random":
            continue  # draws have no edge
        points = study.plan["cases"][case]["points"]
        for key, value in study.document(case, "select")["settings"].items():
            tried = [point[key] for point in points if key in point]
            if not all(type(each) in (int, float) for each in tried) or len(set(tried)) == 1:
                continue
            if value == max(tried):
                found.setdefault((key, "largest"), []).append(case)
            elif value == min(tried) and value > 0:  # nothing lies beyond none
                found.setdefault((key, "smallest"), []).append(case)
    return "".join(
        f" The chosen {rich.name(key.replace('_', ' '))} of {listed(cases)} is the {which} tried."
        for (key, which), cases in sorted(found.items())
    )
