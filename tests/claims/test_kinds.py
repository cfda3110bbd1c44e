"""Every kind of test on results whose answer is known by construction."""

import re

import numpy as np
import pytest
from scipy import stats

from densevsconv.claims.registry import KINDS
from densevsconv.statistics import crossed, one_run
from tests.support.known import FAILS, HOLDS, IMAGES, SEEDS, UNTESTED, UNTOLD, WOBBLE, Known

FLIPPED = {HOLDS: FAILS, FAILS: HOLDS, UNTOLD: UNTOLD}


# -- difference

SHUFFLED = WOBBLE[[2, 0, 4, 1, 3]]


@pytest.mark.parametrize(
    ("a", "b", "at_least", "expected"),
    [
        (0.9 + WOBBLE, 0.5 + SHUFFLED, 0.0, HOLDS),
        (0.5 + WOBBLE, 0.9 + SHUFFLED, 0.0, FAILS),
        (0.9 + WOBBLE, 0.9 + SHUFFLED, 0.0, UNTOLD),
        (0.9 + WOBBLE, 0.5 + SHUFFLED, 0.3, HOLDS),
        (0.9 + WOBBLE, 0.5 + SHUFFLED, 0.5, FAILS),
        (0.9 + WOBBLE, 0.5 + SHUFFLED, 0.4, UNTOLD),
        (0.85 + WOBBLE, 0.9 + SHUFFLED, -0.1, HOLDS),
        (0.9 + WOBBLE, 0.9 + WOBBLE, 0.0, UNTOLD),  # the same network
        ([0.9], [0.5], 0.0, UNTOLD),  # one seed: an estimate alone
    ],
)
def test_difference(known: Known, a: list, b: list, at_least: float, expected: str) -> None:
    known.case("a", accuracy=a).case("b", accuracy=b)
    assert known.verdict("difference", a="a", b="b", at_least=at_least) == expected


def test_the_interval_is_over_seeds_and_images_and_the_p_value_against_the_margin(
    known: Known,
) -> None:
    known.case("a", accuracy=0.9 + WOBBLE).case("b", accuracy=0.5 + SHUFFLED)
    known.case("c", accuracy=0.5 + SHUFFLED, dataset="other", images=300)
    right = {case: known.study().right(case) for case in "abc"}
    for other, paired in (("b", True), ("c", False)):  # c has images of its own
        expected = crossed.difference(right["a"], right[other], 0.95, paired=paired)
        found = known.record("difference", a="a", b=other, at_least=0.39)
        assert (found.low, found.high) == (expected.low, expected.high)
        assert (found.above, found.p_value) == (0.39, expected.p_value(0.39))
    of_c = crossed.difference(right["a"], right["c"], 0.95, paired=False)
    assert of_c.standard_error != crossed.difference(right["a"], right["b"], 0.95).standard_error


@pytest.mark.parametrize(
    ("b", "within", "expected"),
    [(0.9, 0.05, HOLDS), (0.9, 0.01, UNTOLD), (0.8, 0.05, FAILS)],
)
def test_equal_up_to_a_margin(known: Known, b: float, within: float, expected: str) -> None:
    known.case("a", accuracy=0.9 + WOBBLE).case("b", accuracy=b + SHUFFLED)
    found = known.record("equivalent", a="a", b="b", within=within)
    assert found.verdict == expected
    assert (found.p_value < 0.05) == (expected == HOLDS)  # two one-sided tests at 5%


# -- fewer than five seeds


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([0.9, 0.9], [0.8, 0.8], HOLDS),  # each of the four pairs is told apart by its images
        ([0.9, 0.9], [0.8, 0.895], UNTOLD),  # one is not, whatever the means
        ([0.9, 0.8], [0.8, 0.7], UNTOLD),  # nor where each is ahead of its own
        ([0.805, 0.805], [0.8, 0.8], UNTOLD),  # three images, whatever the seeds
        ([0.8] * 4, [0.9] * 5, FAILS),
    ],
)
def test_few_seeds_decide_where_the_images_of_every_run_do(
    known: Known, a: list, b: list, expected: str
) -> None:
    known.case("a", accuracy=a).case("b", accuracy=b)
    found = known.record("difference", a="a", b="b")
    assert (found.verdict, found.p_value) == (expected, None)
    assert found.method == "every run by its images"
    assert found.low < min(a) - max(b) <= max(a) - min(b) + 1e-9 < found.high


@pytest.mark.parametrize(
    ("values", "bound", "expected"),
    [
        ([0.8, 0.82], {"at_least": 0.7}, HOLDS),
        ([0.8, 0.72], {"at_least": 0.7}, UNTOLD),
        ([0.2, 0.22], {"at_least": 0.7}, FAILS),
        ([1.0, 1.0], {"at_least": 0.99}, HOLDS),
        ([1.0, 1.0], {"at_least": 0.999}, UNTOLD),  # of 600 images
        ([0.8], {"at_least": 0.5}, UNTOLD),
    ],
)
def test_few_runs_against_a_bound(known: Known, values: list, bound: dict, expected: str) -> None:
    known.case("a", accuracy=values)
    found = known.record("accuracy", cases=["a"], **bound)
    assert (found.verdict, found.p_value) == (expected, None)
    assert found.high is None or found.high <= 1


@pytest.mark.parametrize("seed", range(20))
def test_swapping_a_and_b_turns_the_verdict_round(known: Known, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for case in "ab":
        accuracy = rng.uniform(0.45, 0.55) + rng.normal(0, 0.03, SEEDS)
        known.case(case, accuracy=accuracy, seconds=np.exp(rng.normal(0, 0.4, 3) + (case == "a")))
    forth, back = (known.verdict("difference", a=a, b=b) for a, b in ("ab", "ba"))
    assert back == FLIPPED[forth]
    # a takes 3 times as long as b up to 2 exactly where b takes a third of a's time up to 2
    forth, back = (
        known.verdict("time_ratio", a=a, b=b, value=value, factor=2.0)
        for a, b, value in (("a", "b", 3.0), ("b", "a", 1 / 3))
    )
    assert back == forth


# -- accuracy, near


@pytest.mark.parametrize(
    ("mean", "bound", "expected"),
    [
        (0.2, {"at_most": 0.3}, HOLDS),
        (0.4, {"at_most": 0.3}, FAILS),
        (0.29, {"at_most": 0.3}, UNTOLD),
        (0.4, {"at_least": 0.3}, HOLDS),
        (0.2, {"at_least": 0.3}, FAILS),
        (0.31, {"at_least": 0.3}, UNTOLD),
    ],
)
def test_accuracy(known: Known, mean: float, bound: dict[str, float], expected: str) -> None:
    known.case("a", accuracy=mean + WOBBLE)
    assert known.verdict("accuracy", cases=["a"], **bound) == expected


def test_accuracy_is_about_each_case(known: Known) -> None:
    known.case("a", accuracy=0.2 + WOBBLE).case("b", accuracy=0.5 + WOBBLE)
    records = known.records({"accuracy": {"cases": ["a", "b"], "at_most": 0.3}})
    assert [(r.cases, r.verdict) for r in records] == [(["a"], HOLDS), (["b"], FAILS)]
    expected = crossed.accuracy(known.study().right("a"), 0.95)
    assert (records[0].estimate, records[0].low) == (expected.mean, expected.low)
    assert records[0].p_value == expected.p_value(0.3)


@pytest.mark.parametrize(
    ("values", "expected", "left_out"),
    [
        (0.826 + WOBBLE, HOLDS, 0),
        (0.87 + WOBBLE, HOLDS, 0),  # outside the interval of the mean, and yet a run may have it
        (0.70 + WOBBLE, FAILS, 0),
        (0.90 + WOBBLE, FAILS, 0),
        ((0.826 + WOBBLE)[:4], UNTOLD, 0),  # too few runs to predict one
        ([*(0.826 + WOBBLE), 1 / 3, 1 / 3], HOLDS, 2),  # a published network did train
        ([*(0.70 + WOBBLE), 1 / 3, 1 / 3], FAILS, 2),
    ],
)
def test_near(known: Known, values: list, expected: str, left_out: int) -> None:
    known.case("a", accuracy=values)
    found = known.record("near", case="a", value=0.826)
    assert (found.verdict, found.left_out) == (expected, left_out)
    runs = known.study().right("a")[: found.seeds]
    assert found.low == one_run.prediction(runs, 0.95).low
    assert found.runs_below == (runs.mean(axis=1) < 0.826).sum()


def test_images_that_the_publication_drew_widen_what_a_run_of_its_may_have(known: Known) -> None:
    known.case("a", accuracy=0.90 + WOBBLE)
    assert known.verdict("near", case="a", value=0.826) == FAILS
    assert known.verdict("near", case="a", value=0.826, other_images=50) == HOLDS


# -- time ratio


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([10.0, 10.1, 9.9], [1.0, 1.01, 0.99], HOLDS),
        ([5.0, 5.1, 4.9], [1.0, 1.01, 0.99], FAILS),
        ([20.0, 20.1, 19.9], [1.0, 1.01, 0.99], FAILS),
        ([15.0, 15.3, 14.7], [1.0, 1.01, 0.99], UNTOLD),  # at the edge
        ([10.0, 20.0, 5.0], [1.0, 1.01, 0.99], UNTOLD),  # a noisy machine
        ([10.0], [1.0], UNTOLD),  # timed once
    ],
)
def test_time_ratio(known: Known, a: list, b: list, expected: str) -> None:
    known.case("a", seconds=a).case("b", seconds=b)
    assert known.verdict("time_ratio", a="a", b="b", value=10.0, factor=1.5) == expected


def test_the_interval_of_a_time_ratio_is_welchs_of_the_logarithms(known: Known) -> None:
    a, b = [10.0, 12.0, 9.0], [1.0, 1.1]
    known.case("a", seconds=a).case("b", seconds=b)
    record = known.record("time_ratio", a="a", b="b", value=10.0, factor=1.5)
    interval = stats.ttest_ind(np.log(a), np.log(b), equal_var=False).confidence_interval(0.95)
    assert (record.low, record.high) == pytest.approx(tuple(np.exp(interval)))
    assert record.estimate == pytest.approx(stats.gmean(a) / stats.gmean(b))
    assert (record.above, record.below) == pytest.approx((10 / 1.5, 15))
    assert (record.published, record.seeds) == (10.0, 2)


# -- hardest and easiest class

# of 200 images of the classes zero, one, two, by seed
WORST_TWO = [[180, 160, 100], [180, 170, 110], [190, 160, 100], [180, 160, 90], [170, 160, 100]]
LEVEL = [[180, 100, 110], [180, 110, 100], [180, 100, 100], [170, 110, 110], [180, 100, 100]]


@pytest.mark.parametrize(
    ("kind", "right", "classes", "expected"),
    [
        ("hardest_class", WORST_TWO, ["two"], HOLDS),
        ("hardest_class", WORST_TWO, ["zero"], FAILS),
        ("hardest_class", WORST_TWO, ["one", "two"], HOLDS),
        ("hardest_class", LEVEL, ["two"], UNTOLD),
        ("hardest_class", LEVEL, ["one"], UNTOLD),
        ("hardest_class", LEVEL, ["zero"], FAILS),
        ("hardest_class", LEVEL, ["one", "two"], HOLDS),  # one of both, whichever
        ("easiest_class", WORST_TWO, ["zero"], HOLDS),
        ("easiest_class", WORST_TWO, ["two"], FAILS),
        ("easiest_class", WORST_TWO, ["two", "one"], FAILS),
        ("easiest_class", LEVEL, ["zero"], HOLDS),
        ("hardest_class", WORST_TWO[:1], ["two"], UNTOLD),  # one seed
        ("hardest_class", [[180, 180, 180]] * SEEDS, ["two"], UNTOLD),  # a tie
        ("hardest_class", [[180, 180, 179]] * SEEDS, ["two"], UNTOLD),  # one image
        ("easiest_class", [[180, 180, 179]] * SEEDS, ["two"], UNTOLD),
        ("hardest_class", [[180, 180, 150]] * 2, ["two"], UNTOLD),  # two seeds alike
        ("easiest_class", [[180, 180, 150]] * 2, ["two"], UNTOLD),
        ("hardest_class", [[*counts[:2], None] for counts in WORST_TWO], ["one"], HOLDS),
        ("hardest_class", [[*counts[:2], None] for counts in WORST_TWO], ["two"], UNTOLD),
    ],
)
def test_extreme_class(
    known: Known, kind: str, right: list, classes: list[str], expected: str
) -> None:
    known.case("a", right=right)
    assert known.verdict(kind, cases=["a"], classes=classes) == expected


def test_the_gap_and_the_class_that_was_found(known: Known) -> None:
    known.case("a", right=WORST_TWO)
    hardest = known.record("hardest_class", cases=["a"], classes=["two"])
    assert hardest.estimate == pytest.approx((162 - 100) / IMAGES)
    assert (hardest.classes, hardest.found_class) == (["two"], "two")
    wrong = ~known.study().right("a")
    of_class = [wrong[:, k * IMAGES : (k + 1) * IMAGES] for k in range(3)]

    def beside(level: float) -> list[crossed.Estimate]:
        return [crossed.difference(of_class[2], of_class[k], level, paired=False) for k in (0, 1)]

    assert hardest.low == min(each.low for each in beside(0.95))
    # one of two other classes would have to be harder: level 1 - 0.05 / 2
    assert hardest.high == min(each.high for each in beside(0.975))
    easiest = known.record("easiest_class", cases=["a"], classes=["two"])
    assert easiest.found_class == "zero"
    assert easiest.estimate == pytest.approx((100 - 180) / IMAGES)


@pytest.mark.parametrize("seed", range(20))
def test_the_other_classes_have_the_opposite_verdict(known: Known, seed: int) -> None:
    rng = np.random.default_rng(seed)
    right = rng.binomial(IMAGES, rng.uniform(0.4, 0.9, 3), (SEEDS, 3))
    known.case("a", right=right.tolist())
    for kind in ("hardest_class", "easiest_class"):
        these = known.record(kind, cases=["a"], classes=["zero"])
        those = known.record(kind, cases=["a"], classes=["one", "two"])
        assert (those.low, those.high) == pytest.approx((-these.high, -these.low))
        assert those.verdict == FLIPPED[these.verdict]


def test_equal_classes_are_seldom_told_apart(known: Known) -> None:
    rng = np.random.default_rng(0)
    told = 0
    for _ in range(60):
        known.case("a", right=rng.binomial(IMAGES, 0.7, (SEEDS, 3)).tolist())
        told += known.verdict("hardest_class", cases=["a"], classes=["one"]) != UNTOLD
    assert told <= 8  # either verdict by chance: 5% of 60 is 3


# -- overfitting


def curves(last: float) -> list[list[float]]:
    """Return losses that fall to 1 and end near ``last``."""
    return [[3.0, 2.0, 1.0, last + wobble / 10] for wobble in WOBBLE]


def test_overfitting_in_one_case_and_not_in_another(known: Known) -> None:
    known.case("deep", losses=curves(1.5)).case("flat", losses=curves(1.02))
    test = {"cases": ["deep"], "others": ["flat"], "margin": 0.1}
    records = known.records({"overfits": test})
    assert [r.verdict for r in records] == [HOLDS, HOLDS]
    assert records[0].estimate == pytest.approx(0.5)
    assert (records[0].above, records[0].below) == (0.1, None)
    assert (records[1].above, records[1].below) == (None, 0.1)
    turned = known.records({"overfits": test | {"cases": ["flat"], "others": ["deep"]}})
    assert [r.verdict for r in turned] == [FAILS, FAILS]


def test_overfitting_near_the_margin_cannot_be_told_and_a_loss_that_falls_does_not(
    known: Known,
) -> None:
    known.case("near", losses=curves(1.1)).case("falls", losses=[[3.0, 2.0, 1.0]] * SEEDS)
    for role in ("cases", "others"):
        assert known.verdict("overfits", **{role: ["near"]}, margin=0.1) == UNTOLD
    record = known.record("overfits", others=["falls"], margin=0.05)
    assert (record.estimate, record.verdict) == (0.0, HOLDS)


# three classes of as many images: a third is what one class for all gives
STUCK = {"accuracy": 1 / 3, "losses": [3.0, 3.0, 3.0, 3.0]}
DIVERGED = {"accuracy": 0.9, "losses": [3.0, 1.0, 900.0, float("nan")]}


@pytest.mark.parametrize("odd", [STUCK, DIVERGED], ids=["stuck", "diverged"])
def test_seeds_that_diverged_or_learned_nothing_count_for_neither(known: Known, odd: dict) -> None:
    for case, count in (("a", 1), ("b", SEEDS + 1)):
        rest = SEEDS + 1 - count
        known.case(
            case, accuracy=[0.9] * rest + [odd["accuracy"]] * count,
            losses=curves(1.5)[:rest] + [odd["losses"]] * count,
            diverged=tuple(range(rest, SEEDS + 1)) if odd is DIVERGED else (),
        )  # fmt: skip
    record = known.record("overfits", cases=["a"], margin=0.1)
    assert (record.verdict, record.seeds, record.left_out) == (HOLDS, SEEDS, 1)
    for role in ("cases", "others"):
        record = known.record("overfits", **{role: ["b"]}, margin=0.1)
        assert (record.verdict, record.estimate) == (UNTESTED, None)


# -- all of them

EXAMPLES = [
    {"difference": {"a": "a1", "b": "b2"}},
    {"difference": {"a": "a1", "b": "b2", "at_least": 0.1}},
    {"difference": {"a": "a1", "b": "b2", "at_least": -0.1}},
    {"accuracy": {"cases": ["a1", "b2"], "at_most": 0.3}},
    {"accuracy": {"cases": ["a1"], "at_least": 0.3}},
    {"equivalent": {"a": "a1", "b": "b2", "within": 0.1}},
    {"near": {"case": "a1", "value": 0.826}},
    {"time_ratio": {"a": "a1", "b": "b2", "value": 10, "factor": 1.5}},
    {"hardest_class": {"cases": ["a1"], "classes": ["two"]}},
    {"easiest_class": {"cases": ["a1"], "classes": ["one", "two"]}},
    {"overfits": {"cases": ["a1"], "others": ["b2"], "margin": 0.05}},
]


def test_every_kind_has_an_example() -> None:
    assert {next(iter(test)) for test in EXAMPLES} == set(KINDS)


@pytest.mark.parametrize("test", EXAMPLES, ids=lambda test: next(iter(test)))
def test_statements_hold_no_number_outside_names(known: Known, test: dict) -> None:
    known.case("a1", right=WORST_TWO).case("b2", accuracy=0.45 + WOBBLE)
    for record in known.records(test):
        assert not re.search(r"\d", re.sub(r"`[^`]*`", "", record.statement + record.method))
        assert all(f"`{case}`" in record.statement for case in record.cases)
        assert record.seeds == (3 if record.kind == "time_ratio" else SEEDS)
        assert record.quantity == KINDS[record.kind].words.quantity


@pytest.mark.parametrize("test", EXAMPLES, ids=lambda test: next(iter(test)))
def test_more_confidence_never_decides_more(known: Known, test: dict) -> None:
    rng = np.random.default_rng(3)
    for case in ("a1", "b2"):
        right = rng.binomial(IMAGES, [0.8, 0.7, 0.6], (SEEDS, 3)).tolist()
        losses = [[2.0, 1.0, 1.0 + rng.uniform(0, 0.2)] for _ in range(SEEDS)]
        known.case(case, right=right, losses=losses)
    for wide, narrow in zip(known.records(test, 0.99), known.records(test, 0.5), strict=True):
        assert wide.low <= narrow.low <= narrow.estimate <= narrow.high <= wide.high
        assert wide.verdict in (UNTOLD, narrow.verdict)
