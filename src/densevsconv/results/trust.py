"""What a referee asks first, computed from the files of a study: an item is a function of them.

Each gives the number that its answer rests on, and the files it was read from. What cannot be
answered is not applicable, and says why.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from pydantic import Field

from densevsconv.results.record import Record
from densevsconv.results.searches import BudgetRow
from densevsconv.results.study import Study
from densevsconv.results.tables import ComparisonRow, Difference
from densevsconv.statistics.crossed import FEWEST_SEEDS
from densevsconv.statistics.hypotheses import holm
from densevsconv.statistics.runs import CROSSED

READERS = ("measure", "refit", "evaluate", "figures")
"""Stages that may read the test images: measure counts them, figures show some."""
OVERLAP = 0.001
"""Test images that training saw may be this share: what they can add to an accuracy."""
BESIDE = 0.1
"""Processors that others may keep busy beside a timing: less than any program that computes."""

Status = Literal["passed", "failed", "not applicable"]
STATUS: dict[bool | None, Status] = {True: "passed", False: "failed", None: "not applicable"}
"""By whether an item holds; None: it cannot be told."""


class TrustRow(Record):
    """trust.csv: one row an item, what may be asked of a study before its results are believed."""

    item: str = Field(description="What is asked.")
    status: Status = Field(description="`not applicable` where it cannot be told here.")
    number: float | None = Field(description="What the answer rests on; `says` tells of what.")
    says: str = Field(description="What was found, in words; or why it cannot be told.")
    asked: str = Field(description="What must hold.")
    source: str = Field(description="The files it was read from, `*` for each case or data set.")


class Asked(Record):
    """What the items need to know beside the study's results."""

    cases: Mapping[str, Any] = Field(description="By name.")
    shards: int = Field(description="Of the search.")
    readers: list[str] = Field(
        description="Stages that read test images, by the files that each declares."
    )
    before_choice: list[str] = Field(
        description="Jobs that a choice follows from, and that read test images or what was made "
        "of them."
    )
    unpublished: list[str] = Field(
        description="Files that the report reads numbers from, and `publish` does not copy."
    )
    label_errors: dict[str, float] = Field(
        description="The share of wrong labels, of the data sets where it is known."
    )


@dataclass(frozen=True)
class Answer:
    """The answer to an item: whether it holds, None where that cannot be told."""

    holds: bool | None
    says: str
    number: float | None = None


Asks = Study[Asked]


def tested_last(study: Asks) -> Answer:
    plan = study.plan
    strange = [stage for stage in plan.readers if stage not in READERS]
    found = sorted({*strange, *plan.before_choice})
    said = f"read by {', '.join(plan.readers)}"
    said += f"; {', '.join(found)} must not" if found else "; by nothing that a choice follows from"
    return Answer(not found, said, len(found))


def budgets(study: Asks) -> Answer:
    rows = {row.case: row for row in study.once(study.at.budgets, BudgetRow.read_table)}
    pairs = [(rows[row.case_a], rows[row.case_b]) for row in _stated(study)]
    if not any(row.trials for pair in pairs for row in pair):
        return Answer(None, "nothing that is compared was searched")
    unequal = [(a.case, b.case) for a, b in pairs if not _equal(a, b)]
    said = f"{len(unequal)} of {len(pairs)} comparisons are of unequal budgets"
    said += f", such as {unequal[0][0]} and {unequal[0][1]}" if unequal else ""
    return Answer(not unequal, said, len(unequal))


def _equal(a: BudgetRow, b: BudgetRow) -> bool:
    """Tell whether two searches could spend the same: what is stated, else as many trials."""
    if a.share is None or b.share is None or not (a.trials and b.trials):
        return a.trials == b.trials
    return max(a.share, b.share) <= 1


def seeds(study: Asks) -> Answer:
    fewest = min(study.evaluation(case).seeds for case in study.plan.cases)
    return Answer(fewest >= FEWEST_SEEDS, f"{fewest} of each case at least", fewest)


def fresh_seeds(study: Asks) -> Answer:
    searched: dict[str, set[int]] = {}
    for shard in range(study.plan.shards):
        for trial in study.trainings(shard):
            searched.setdefault(trial.case, set()).update(trial.seeds.values())
    if not searched:
        return Answer(None, "nothing was searched")
    runs = [(case, run) for case in searched for run in study.runs(case)]
    again = sum(not searched[case].isdisjoint(run.seeds.values()) for case, run in runs)
    return Answer(not again, f"{again} of {len(runs)} tested runs have a seed of the search", again)


def intervals(study: Asks) -> Answer:
    found: list[Difference] = [*_stated(study), *study.difficulty, *study.engine_pairs]
    kept = [row for row in found if not row.not_tested]
    over = [row.interval == CROSSED for row in kept]
    over += [study.evaluation(case).accuracy.low is not None for case in study.plan.cases]
    missing = over.count(False)
    said = f"{len(over) - missing} of {len(over)} accuracies and differences have such an interval"
    return Answer(not missing, said, missing)


def corrections(study: Asks) -> Answer:
    families = [
        [row for row in some if row.p_value is not None]
        for _, some in groupby(_stated(study), key=lambda row: row.dataset)
    ]
    if not any(families):
        return Answer(None, "no comparison has a p value")
    wrong = sum(
        row.p_adjusted != right
        for family in families
        for row, right in zip(family, holm([row.p_value or 0 for row in family]), strict=True)
    )
    largest = max(map(len, families))
    said = f"{wrong} p values are not corrected; the largest family has {largest}"
    return Answer(not wrong, said, largest)


def overlap(study: Asks) -> Answer:
    counts, shares = Counter[str](), [0.0]
    for dataset in study.datasets:
        again = study.measures(dataset).duplicates.train_test.images
        counts.update(again=again, images=study.data_info(dataset).counts.test)
        shares.append(again / study.data_info(dataset).counts.test)
    said = (
        f"{counts['again']} of {counts['images']} test images equal a training or validation image"
    )
    return Answer(max(shares) <= OVERLAP, said, counts["again"])


def label_noise(study: Asks) -> Answer:
    known = study.plan.label_errors
    if not known:
        return Answer(None, "no share of wrong labels is known of these images")
    least: dict[str, float] = {}
    for name, case in study.plan.cases.items():
        error = 1 - study.evaluation(name).accuracy.mean
        least[case.dataset] = min(error, least.get(case.dataset, error))
    beyond = [dataset for dataset, share in known.items() if share and least[dataset] <= share]
    worst = max(known, key=lambda dataset: known[dataset] / max(least[dataset], 1e-9))
    said = f"{known[worst]:.2%} are known to be wrong; the best network errs on {least[worst]:.2%}"
    return Answer(not beyond, said, known[worst])


def alone(study: Asks) -> Answer:
    beside = [study.timing(case).beside for case in study.plan.cases]
    told = [each for each in beside if each is not None]
    if len(told) < len(beside):
        return Answer(None, "the system does not tell what other processes do")
    said = f"others kept up to {max(told):.2g} processors busy, at the median of a case's timings"
    return Answer(max(told) <= BESIDE, said, max(told))


def rerun(study: Asks) -> Answer:
    again = study.rerun
    if again.elsewhere:
        return Answer(None, f"{again.case} was trained again, but {again.elsewhere}")
    said = f"{again.differ} of {again.values} weights of {again.case} differ when trained again"
    return Answer(not again.differ, said, again.differ)


def untrained(study: Asks) -> Answer:
    bad = {
        case: sum(not trained for trained in study.evaluation(case).starts.seeds)
        for case in study.plan.cases
    }
    dead = [case for case in bad if study.evaluation(case).not_tested]
    diverged = sum(study.evaluation(case).diverged_seeds for case in bad)
    stated = [row for row in _stated(study) if bad[row.case_a] or bad[row.case_b]]
    said = (
        f"{sum(bad.values())} runs did not train, {diverged} of them diverged, and of {len(dead)} "
        f"cases nothing follows; {len(stated)} comparisons that are stated have such a run"
    )
    return Answer(not stated, said, len(stated))


def sources(study: Asks) -> Answer:
    found = study.plan.unpublished
    said = f"{len(found)} files of numbers are not published"
    return Answer(not found, said + (f", such as {found[0]}" if found else ""), len(found))


_TEST = "read after every choice, by refit and evaluate (measure counts them, figures show some)"
ITEMS: dict[str, tuple[str, str, Callable[[Asks], Answer]]] = {
    "test images": (_TEST, "plan/trust.json", tested_last),
    "equal budgets": (
        "compared cases were searched with as many trials, or within the stated budget",
        "budgets.csv comparisons.csv",
        budgets,
    ),
    "seeds": (f"at least {FEWEST_SEEDS} tested runs of each case", "evaluate/*.json", seeds),
    "fresh seeds": (
        "no run is tested that has a seed of its case's search",
        "search/*.json refit/*/runs.json",
        fresh_seeds,
    ),
    "intervals": (
        "every interval covers seeds and test images",
        "comparisons.csv difficulty.csv engines.csv evaluate/*.json",
        intervals,
    ),
    "corrections": (
        "p values are corrected for the comparisons of a data set (Holm)",
        "comparisons.csv",
        corrections,
    ),
    "overlap": (
        f"at most {OVERLAP:.1%} of a data set's test images equal one that training saw",
        "data/*/measures.json data/*/info.json",
        overlap,
    ),
    "label noise": (
        "the best network errs on more images than are labelled wrongly",
        "plan/trust.json evaluate/*.json",
        label_noise,
    ),
    "timing alone": (
        f"others kept at most {BESIDE:g} processors busy meanwhile",
        "time/*.json",
        alone,
    ),
    "same bits again": ("a run trained again has the same weights", "rerun.json", rerun),
    "untrained runs": (
        "no comparison that is stated has a run that diverged or did not train",
        "evaluate/*.json comparisons.csv",
        untrained,
    ),
    "sources": ("every file that the report has a number of is published", "plan/trust.json",
                sources),
}  # fmt: skip
"""What is asked, where it is read, and the function that answers."""


def trust(study: Asks) -> Iterator[TrustRow]:
    for item, (asked, source, answer) in ITEMS.items():
        found = answer(study)
        yield TrustRow(
            item=item,
            status=STATUS[found.holds],
            number=found.number,
            says=found.says,
            asked=asked,
            source=source,
        )


def in_a_line(rows: list[TrustRow]) -> str:
    """Return how many items passed, and which did not."""
    counts = Counter(row.status for row in rows)
    failed = "; ".join(f"{row.item}: {row.says}" for row in rows if row.status == "failed")
    named = {"failed": f" ({failed})" if failed else ""}
    return ", ".join(f"{counts[each]} {each}{named.get(each, '')}" for each in STATUS.values())


def _stated(study: Asks) -> list[ComparisonRow]:
    """Return the comparisons that say who is ahead, or that nobody is."""
    return [row for row in study.comparisons.values() if row.ahead in ("a", "b", "neither")]
