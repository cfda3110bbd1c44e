"""Do the intervals cover and the tests reject as often as they say? By simulation, truth known.

    python -m benchmarks.statistics [--draws 1000] [--out benchmarks/results]

Networks answer as in :func:`draw`: an image has a difficulty, most of which two networks share, a
seed has an effect on all images, and what is left is particular to a seed on an image. At the sizes
of the studies: 5 and 10 seeds, the 359 test images of the digits and the 10,000 of MNIST.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import scipy

from densevsconv.statistics import crossed, hypotheses, one_run
from densevsconv.statistics.intervals import mean_interval, wilson_interval
from densevsconv.statistics.starts import starts

ROOT = Path(__file__).resolve().parents[1]
SIZES = ((5, 359), (10, 359), (5, 10_000), (10, 10_000))
PAIRS = ((0.99, 0.98), (0.97, 0.97), (0.95, 0.93))
"""True accuracies of two networks."""

SPREADS = (0.1, 0.4)
"""Of starts: on 10,000 images 0.1 and 0.4 points of accuracy at 99%, 0.4 and 1.5 at 95%."""

EFFECTS = (0.0, 0.0025, 0.005, 0.01, 0.02)
"""True differences at 97%, for the power."""

DIFFICULTY, SHARED = 2.5, 0.8
"""Spread of the images' difficulty beside what is left, 1; how it correlates in two networks."""

LEVEL = 0.95
RESAMPLES = 400
Random = np.random.Generator


def draw(
    random: Random, seeds: int, images: int, accuracies: Sequence[float], spread: float
) -> list[np.ndarray]:
    """Return which images each seed of each network gets right, bool (seeds, images) a network.

    It does where ``m + u[seed] + difficulty[image] + noise > 0``, all normal, with m such that the
    accuracy over all the seeds and images there could be is the given one.
    """
    shared, found = random.standard_normal(images), []
    for accuracy in accuracies:
        own = random.standard_normal(images)
        difficulty = DIFFICULTY * (SHARED**0.5 * shared + (1 - SHARED) ** 0.5 * own)
        scale = (1 + DIFFICULTY**2 + spread**2) ** 0.5
        ability = scipy.special.ndtri(accuracy) * scale + spread * random.standard_normal(seeds)
        chance = scipy.special.ndtr(ability[:, None] + difficulty)
        found.append(random.random((seeds, images)) < chance)
    return found


def repeat(
    experiment: Callable[..., dict[str, bool]], draws: int, *settings: Any
) -> dict[str, float]:
    """Return how often each thing that an experiment tells is so; settings have a seed each."""
    random = np.random.default_rng(crc32(repr((experiment.__name__, settings)).encode()))
    told = [experiment(random, *settings) for _ in range(draws)]
    return {name: float(np.mean([one[name] for one in told])) for name in told[0]}


def intervals(
    random: Random, seeds: int, images: int, pair: tuple[float, float], spread: float
) -> dict[str, bool]:
    """Tell which intervals hold the true value."""
    # one seed more, which is a run that is predicted
    (a, b), (other,) = (
        draw(random, seeds + 1, images, truth, spread) for truth in (pair, pair[1:])
    )
    (elsewhere,) = draw(random, 1, images, pair[:1], spread)
    one_more, a, b, other = float(a[-1].mean()), a[:-1], b[:-1], other[:-1]
    lead, of_a, of_b = pair[0] - pair[1], a.mean(axis=1), b.mean(axis=1)
    accuracy, over = crossed.accuracy(a, LEVEL), mean_interval(of_a.tolist(), LEVEL)
    alone = wilson_interval(float(a.mean()), images, LEVEL)
    by_seed = mean_interval((of_a - of_b).tolist(), LEVEL)  # the paired t
    both, apart = (crossed.difference(a, x, LEVEL, paired=x is b) for x in (b, other))
    return {
        "accuracy": accuracy.low <= pair[0] <= accuracy.high,
        "accuracy, seeds alone": over["low"] <= pair[0] <= over["high"],
        "accuracy, images alone": alone["low"] <= pair[0] <= alone["high"],
        "difference": both.low <= lead <= both.high,
        "difference, seeds alone": by_seed["low"] <= lead <= by_seed["high"],
        "difference, bootstrap of both": pigeonhole(random, a, b, lead),
        "difference, other images": apart.low <= lead <= apart.high,
        "one run": bool(one_run.prediction(a, LEVEL).holds(one_more)),
        "one run, other images": bool(
            one_run.prediction(a, LEVEL, other_images=images).holds(float(elsewhere.mean()))
        ),
    }


def pigeonhole(random: Random, a: np.ndarray, b: np.ndarray, truth: float) -> bool:
    """Tell whether the percentile interval of seeds and images drawn with replacement holds it."""
    # images with the same answers are drawn together
    answers, counts = np.unique(np.packbits(np.vstack([a, b]), axis=0), axis=1, return_counts=True)
    answers = np.unpackbits(answers, axis=0, count=len(a) + len(b))
    images = random.multinomial(counts.sum(), counts / counts.sum(), RESAMPLES) / counts.sum()
    seeds = [random.multinomial(len(y), [1 / len(y)] * len(y), RESAMPLES) / len(y) for y in (a, b)]
    leads = (np.hstack([seeds[0], -seeds[1]]) @ answers * images).sum(axis=1)
    low, high = np.quantile(leads, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return bool(low <= truth <= high)


def splits(random: Random, seeds: int, spread: float, accuracy: float) -> dict[str, bool]:
    """Tell whether the interval over five splits of the digits' 1,797 images holds the accuracy."""
    difficulty = DIFFICULTY * random.standard_normal(1797)
    scale = (1 + DIFFICULTY**2 + 2 * spread**2) ** 0.5
    means = []
    for _ in range(5):
        chosen = random.choice(difficulty, 359, replace=False)
        # the training images have an effect on all seeds
        effects = spread * (random.standard_normal() + random.standard_normal((seeds, 1)))
        chance = scipy.special.ndtr(scipy.special.ndtri(accuracy) * scale + effects + chosen)
        means.append(float((random.random(chance.shape) < chance).mean()))
    found = crossed.over_splits(means, 1797 - 359, 359, LEVEL, lower=0)
    alone = mean_interval(means, LEVEL)
    return {
        "accuracy, five splits": found.low <= accuracy <= found.high,
        "accuracy, five splits as if independent": alone["low"] <= accuracy <= alone["high"],
    }


def ahead(random: Random, runs: int, lead: float) -> dict[str, bool]:
    """Tell whether the interval of P(A > B) holds it, of normal scores."""
    a, b = random.standard_normal(runs) + lead, random.standard_normal(runs)
    found = one_run.probability_ahead(a.tolist(), b.tolist(), LEVEL)
    return {"P(A > B)": found.low <= scipy.special.ndtr(lead / 2**0.5) <= found.high}


def nulls(random: Random, seeds: int, images: int, spread: float) -> dict[str, bool]:
    """Tell which tests reject what is true, at 5%."""
    a, *others = draw(random, seeds, images, (0.97,) * 6, spread)
    p_values = [crossed.difference(a, b, LEVEL).p_value() for b in others]
    # networks of one ability, which McNemar's null is about
    x, y = draw(random, 1, images, (0.97, 0.97), 0)
    # the margin is the true difference: just not equivalent
    further, near = draw(random, seeds, images, (0.98, 0.97), spread)
    labels = random.choice(10, images, p=[0.1135] + [0.8865 / 9] * 9)
    dead = np.tile(labels == 0, (seeds, 1))
    guesses = random.random((seeds, images)) < np.mean(labels == 0)
    return {
        "difference": p_values[0] < 0.05,
        "difference, five with Holm": min(hypotheses.holm(p_values)) < 0.05,
        "difference, five without": min(p_values) < 0.05,
        "equivalence": crossed.difference(further, near, LEVEL).equivalence_p_value(0.01) < 0.05,
        "McNemar, one pair of runs": hypotheses.mcnemar(x[0], y[0]).p_value < 0.05,
        "a start that names one class trained": any(starts(dead, labels, LEVEL).trained),
        "a start that guesses trained": any(starts(guesses, labels, LEVEL).trained),
    }


def nulls_of_pairs(random: Random, pairs: int) -> dict[str, bool]:
    """Tell which tests of one number a pair reject what is true, at 5%."""
    normal, heavy = random.standard_normal(pairs), random.standard_t(2, pairs)
    zeros = np.zeros(pairs)
    found = {
        "pairs, normal": hypotheses.paired_test(normal, zeros)[1],
        "pairs, heavy tails": hypotheses.paired_test(heavy, zeros)[1],
        "5x2cv": hypotheses.five_by_two(random.standard_normal((5, 2))),
    }
    return {name: p is not None and p < 0.05 for name, p in found.items()}


def power(random: Random, seeds: int, images: int, effect: float, spread: float) -> dict[str, bool]:
    """Tell whether a difference is found, at 5%."""
    a, b = draw(random, seeds, images, (0.97 + effect, 0.97), spread)
    found = crossed.difference(a, b, LEVEL)
    return {f"{effect:.4f}": found.low > 0 or found.high < 0}


def measured(draws: int) -> Iterator[dict[str, Any]]:
    """Yield the shares of every experiment, one row a setting."""

    def row(table: str, size: str, shares: dict[str, float]) -> dict[str, Any]:
        print(table, size, {name: round(share, 3) for name, share in shares.items()}, flush=True)
        return {"table": table, "size": size, "shares": shares}

    for seeds, images in SIZES:
        size = f"{seeds} x {images:,}"
        # large tables take long, and are less in need of it
        count = draws if images < 1000 else draws // 4
        for spread in SPREADS:
            for pair in PAIRS:
                shares = repeat(intervals, count, seeds, images, pair, spread)
                yield row("coverage", size, shares)
            yield row("nulls", size, repeat(nulls, count, seeds, images, spread))
        found: dict[str, float] = {}
        for effect in EFFECTS:
            found |= repeat(power, count, seeds, images, effect, SPREADS[0])
        yield row("power", size, found)
    for number in (5, 10):
        for lead in (0.0, 0.5, 1.0, 2.0):
            yield row("coverage", f"{number} runs", repeat(ahead, draws, number, lead))
        for spread in SPREADS:
            yield row("coverage", f"{number} seeds", repeat(splits, draws, number, spread, 0.97))
        yield row("nulls", f"{number} pairs", repeat(nulls_of_pairs, draws, number))


def main() -> None:
    """Simulate and write statistics.json and statistics.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = parser.parse_args()
    report = {"draws": options.draws, "rows": list(measured(options.draws))}
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "statistics.json").write_text(json.dumps(report, indent=1) + "\n")
    (options.out / "statistics.md").write_text(written(report))


def written(report: dict[str, Any]) -> str:
    """Return the tables as Markdown: the mean over settings, and the least and most of them."""
    titles = {
        "coverage": "Intervals at 95%: how often they hold the true value, in percent",
        "nulls": "Tests at 5%: how often they reject what is true, in percent",
        "power": "How often a true difference of test accuracy is found, in percent",
    }
    error = 100 * (LEVEL * (1 - LEVEL) / report["draws"]) ** 0.5
    lines = [
        f"{report['draws']} simulated studies a setting, a quarter of them with 10,000 images; in "
        "a cell the mean over settings, in brackets the least and the most of them. By chance "
        f"95% of one setting is off by {error:.1f} points (one standard error), by {2 * error:.1f} "
        "with 10,000 images.",
    ]
    for table, title in titles.items():
        lines += ["", f"**{title}**"]
        cells: dict[str, dict[str, list[float]]] = {}
        for one in report["rows"]:
            if one["table"] == table:
                for name, share in one["shares"].items():
                    cells.setdefault(name, {}).setdefault(one["size"], []).append(100 * share)
        # what has the same sizes is one table
        for sizes in dict.fromkeys(tuple(of) for of in cells.values()):
            lines += ["", "| | " + " | ".join(sizes) + " |", "|---|" + "---|" * len(sizes)]
            lines += [
                f"| {name} | " + " | ".join(map(_cell, of.values())) + " |"
                for name, of in cells.items()
                if tuple(of) == sizes
            ]
    return "\n".join(lines) + "\n"


def _cell(shares: list[float]) -> str:
    ends = f" ({min(shares):.1f} to {max(shares):.1f})" if len(shares) > 1 else ""
    return f"{np.mean(shares):.1f}{ends}"


if __name__ == "__main__":
    main()
