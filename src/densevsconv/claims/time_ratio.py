"""Time ratio: one case takes so many times as long to train as another, give or take a factor.

Ratios are compared on the scale of logarithms, where "ten times" and "a tenth" are equally far from
"the same". The interval is Welch's, of the mean logarithms of the timed trainings: it covers how
timings vary from repeat to repeat on this machine, and no other machine. The quartiles in
``time/<case>.json`` would not do: of three repeats they lie between two of them, whatever the
confidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log

from densevsconv.claims.record import Record, quoted
from densevsconv.claims.results import Results
from densevsconv.claims.schema import TimeRatio
from densevsconv.statistics.comparison import compare


def judge(test: TimeRatio, results: Results, confidence: float) -> Iterator[Record]:
    """Yield the record of the ratio of the geometric means of training time, a over b."""
    a, b = results.training_seconds(test.a), results.training_seconds(test.b)
    found = compare([log(s) for s in a], [log(s) for s in b], confidence, paired=False)
    low, high = found.difference_low, found.difference_high
    yield Record(
        kind="time_ratio",
        cases=[test.a, test.b],
        statement=f"the training time of {quoted([test.a])} is to that of {quoted([test.b])} as "
        "published",
        quantity="ratio of training times",
        estimate=exp(found.difference_mean),
        low=None if low is None else exp(low),
        high=None if high is None else exp(high),
        above=test.value / test.factor,
        below=test.value * test.factor,
        published=test.value,
        seeds=min(len(a), len(b)),
        method="Welch t of log seconds",
    )
