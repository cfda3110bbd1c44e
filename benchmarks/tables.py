"""What was measured, as Markdown: a page of its own, and the table of the README."""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.stats import t

from benchmarks.cases import CASES
from benchmarks.ways import OURS, WAYS
from densevsconv.training.engines.registry import engine_title

BASE = OURS[0]
"""What a study uses on a processor; all are compared with it."""
CERTAIN = 0.999
"""Of the interval of a difference in accuracy: there are some fifty, and all should hold."""
_MARKED = re.compile(r"<!-- benchmark -->\n.*?<!-- end -->", re.DOTALL)
Report = dict[str, Any]


def searches(report: Report, case: str, way: str) -> list[dict[str, Any]]:
    return [
        each
        for each in report["searches"]
        if (each["case"], each["way"]) == (case, way) and "failed" not in each
    ]


def ratios(report: Report, case: str, way: str) -> np.ndarray:
    """Return how many times as long as ours it took, in each round that has both."""
    ours = {each["round"]: each["seconds"] for each in searches(report, case, BASE)}
    return np.array(
        [
            each["seconds"] / ours[each["round"]]
            for each in searches(report, case, way)
            if each["round"] in ours
        ]
    )


def spread(values: np.ndarray) -> str:
    """Return median and quartiles; of a single value only that."""
    if not len(values):
        return ""
    low, middle, high = (f"{value:.3g}" for value in np.percentile(values, [25, 50, 75]))
    return middle if len(values) == 1 else f"{middle} ({low}-{high})"


def difference(report: Report, case: str, way: str) -> tuple[float, float] | None:
    """Return the mean difference in accuracy from ours over the points, and its half interval.

    Student's t for pairs, at :data:`CERTAIN`: points have seeds of their own, so they err
    independently of each other.
    """
    found = searches(report, case, way), searches(report, case, BASE)
    if not all(found) or len(found[0][0]["accuracies"]) < 2:
        return None
    apart = np.subtract(*(each[0]["accuracies"] for each in found))
    error = apart.std(ddof=1) / np.sqrt(len(apart))
    return float(apart.mean()), float(t.ppf((1 + CERTAIN) / 2, len(apart) - 1) * error)


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(header), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _by_case(report: Report, ways: list[str], cell: Any, first: str = "network") -> str:
    rows = [[case, *(cell(case, way) for way in ways)] for case in cases(report)]
    return table([first, *(WAYS[way].title for way in ways)], rows)


def cases(report: Report) -> dict[str, dict[str, Any]]:
    return {name: report["cases"][name] for name in CASES if name in report["cases"]}


def present(report: Report) -> list[str]:
    return [way for way in WAYS if any(each["way"] == way for each in report["searches"])]


def speed(report: Report) -> str:
    """Return the table of ratios: what README shows."""
    ways = [way for way in present(report) if way != BASE]
    rows = []
    for case, of in cases(report).items():
        ours = np.array([each["seconds"] for each in searches(report, case, BASE)])
        rows.append(
            [
                f"{case}, {of['data']}",
                f"{of['points']} x {of['epochs']} x {of['images'] // of['batch_size']}",
                spread(ours),
                *(spread(ratios(report, case, way)) for way in ways),
            ]
        )
    titles = [WAYS[way].title.removeprefix("densevsconv, ") for way in ways]
    return table(["network", "points x epochs x steps", "s", *titles], rows)


def page(report: Report) -> str:
    machine = report["machine"]
    ways = present(report)
    parts = [
        "# Speed beside what people would use instead\n",
        f"{machine['processor']}, {machine['cores']} cores, load before "
        f"{machine['load_before']:.2f}. Each way trains the same grid (learning rates x l2, Adam, "
        "Glorot's start, the same images, scaling, batches and epochs) in a process of its own; "
        "importing is not on the clock, building, compiling and measuring are. Ways take turns, "
        "and a ratio is within a round; median and quartiles over rounds where there are several "
        f"(a way that takes long has one). Times as long as {WAYS[BASE].title}:\n",
        speed(report),
        wanted(report),
        "The best validation accuracy, and the mean difference from the first column over the "
        f"points with its {CERTAIN:.1%} interval (Student's t of pairs; `!`: more than that and "
        "than one image):\n",
        _by_case(report, ways, lambda case, way: _accuracy(report, case, way)),
        "Peak memory above what importing took, MB:\n",
        _by_case(report, ways, lambda case, way: _memory(report, case, way)),
        "Multiply-accumulates a second of the whole search, as a share of what this machine's "
        "matrix product (float32, 2048 x 2048) reaches beside it; in brackets while it trains:\n",
        _by_case(report, ways, lambda case, way: _share(report, case, way)),
        "Imports, seconds: "
        + ", ".join(f"{WAYS[w].title} {s:.1f}" for w, s in report["import_seconds"].items())
        + ".\n",
        _growth(report.get("growth", {})),
        _start(report.get("start")),
        "".join(f"- left out: {name}: {why}\n" for name, why in report["left_out"].items()),
    ]
    return "\n".join(part for part in parts if part)


def wanted(report: Report) -> str:
    """Return how what this project wants to reach beside a grid search compares with what it does.

    Of the engine that a study uses by itself, and of the fastest engine that was measured.
    """
    rows = []
    for case, of in cases(report).items():
        theirs = ratios(report, case, "scikeras")
        if of["at_least"] is None or not len(theirs):
            continue
        engines = {way: np.median(r) for way in OURS if len(r := ratios(report, case, way))}
        fastest = min(engines, key=lambda way: engines[way])
        rows.append(
            [
                case,
                f"{of['at_least']:g}",
                f"{np.median(theirs):.3g}",
                f"{np.median(theirs) / engines[fastest]:.3g} ({engine_title(fastest)})",
            ]
        )
    if not rows:
        return ""
    title = WAYS["scikeras"].title
    return f"Times as fast as {title}:\n\n" + table(
        ["network", "wanted", WAYS[BASE].title, "our fastest engine"], rows
    )


def _accuracy(report: Report, case: str, way: str) -> str:
    if not (found := searches(report, case, way)):
        return ""
    best = f"{max(found[0]['accuracies']):.3f}"
    if way == BASE or not (apart := difference(report, case, way)):
        return best
    mean, half = apart
    least = 1 / report["cases"][case]["validation"]  # one image is no difference
    return f"{best} ({mean:+.3f} ± {half:.3f}{'!' if abs(mean) > max(half, least) else ''})"


def _memory(report: Report, case: str, way: str) -> str:
    return spread(np.array([e["memory_bytes"] / 1e6 for e in searches(report, case, way)]))


def _share(report: Report, case: str, way: str) -> str:
    found = searches(report, case, way)
    if not found:
        return ""

    def share(key: str) -> float:
        return float(np.median([e["macs"] / e[key] / e["matrix_product"] for e in found]))

    training = f" ({share('training'):.1%})" if found[0]["training"] else ""
    return f"{share('seconds'):.2%}{training}"


def _growth(found: Report) -> str:
    if not found:
        return ""
    rows = []
    for engine, of in found.items():
        long = of["long"]
        rows.append(
            [
                WAYS[engine].title,
                f"{long['slope']:.3f}",
                f"{long['memory_ratio']:.3f}",
                *(f"{of[name]['slope']:.2f}" for name in ("images", "batch", "width")),
            ]
        )
    long = next(iter(found.values()))["long"]
    return (
        f"Slopes of log(seconds) over log(size), denseNet2_20 on digits: trials of one search of "
        f"{long['trials']}, whose memory at the end is set beside that after a tenth; seconds a "
        "trial over images 1x to 16x (repeated); a step over the batch; a trial over the width "
        "(multiply-accumulates grow faster):\n\n"
        + table(["", "trials", "memory", "images", "batch", "width"], rows)
    )


def _start(found: Report | None) -> str:
    if not found:
        return ""
    whole = found["wall"] * found["cores"]
    shares = ", ".join(
        f"{word} {found[key]:.1f} s ({found[key] / whole:.0%})"
        for key, word in (("importing", "importing"), ("training", "training"))
    )
    return (
        f"The study {found['study']}: {found['wall']:.1f} s on {found['cores']} cores, "
        f"{found['processor']:.1f} s of processor time. Its processes side by side take, by the "
        f"clock, {shares} of the {whole:.0f} s that the cores were there; the rest is waiting, "
        "compiling, measuring, figures and files.\n"
    )


def updated(readme: str, report: Report) -> str:
    """Return the README with the table of a report between its marks."""
    return _MARKED.sub(
        lambda _: f"<!-- benchmark -->\n{speed(report).rstrip()}\n<!-- end -->", readme
    )
