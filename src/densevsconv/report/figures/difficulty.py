"""Test accuracy of every network on every form of the same images."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

from densevsconv.report.figures.base import PAGE_MM, Figure
from densevsconv.report.wording import change
from densevsconv.statistics.forms import counterparts, forms

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

    from densevsconv.report.results import Results

LETTERS_A_LINE = 16
MOST_LETTERS = 60
"""Forms with a longer label than this are called as in the study."""
LABEL_GAP = 0.07
"""Between the names of two lines, as a share of the axis."""


def form_labels(plans: dict[str, Any], forms: list[str]) -> list[str]:
    """Return what makes each form of the images: its changes, and its size where sizes differ."""
    sizes = {form: plans[form]["split"]["training_images"] for form in forms}
    labels = []
    for form in forms:
        words = [change(step) for step in plans[form]["transform"]] or ["as it is"]
        if len(set(sizes.values())) > 1 and sizes[form] is not None:
            words.append(f"{sizes[form]:,} training images")
        label = ", ".join(words)
        labels.append(fill(label if len(label) <= MOST_LETTERS else form, LETTERS_A_LINE))
    return labels


def is_compared(case: str, plan: dict[str, Any]) -> bool:
    """Tell whether a case is on a reference form and another form has the same network."""
    dataset = plan["cases"][case]["dataset"]
    return any(
        case in counterparts(plan["cases"], other, dataset)
        for other in forms(plan["datasets"]).get(dataset, [])
    )


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return a line a network over the forms of the images, the reference on the left."""
    from densevsconv.report.figures import style

    plans = results.plan["datasets"]
    order = [dataset, *forms(plans)[dataset]]
    on_form = [counterparts(results.plan["cases"], form, dataset) for form in order]
    labels = form_labels(plans, order)
    lines = max(label.count("\n") + 1 for label in labels)
    figure = style.new_figure(PAGE_MM, 56 + 3.2 * lines + 3 * max(len(cases) - 6, 0))
    axis = figure.subplots()
    ends, everything = {}, []
    for number, case in enumerate(cases):
        places = [place for place, found in enumerate(on_form) if case in found]
        shown = results.summary.loc[[on_form[place][case] for place in places]]
        tests = results.data_info(dataset)["counts"]["test"]
        mean, low, high = (
            style.clipped(shown[f"test_accuracy_{part}"].fillna(shown["test_accuracy_mean"]), tests)
            for part in ("mean", "low", "high")
        )
        family = results.family(case)
        beside = 0.16 * ((number + 0.5) / len(cases) - 0.5)  # intervals next to each other
        axis.errorbar(
            [place + beside for place in places], mean, yerr=[mean - low, high - mean],
            color=style.FAMILY_COLOURS[family], marker=style.FAMILY_MARKERS[family],
            markersize=4.5, capsize=2, elinewidth=1.0, capthick=1.0, linewidth=1.1,
        )  # fmt: skip
        ends[case] = (places[-1] + beside, mean[-1])
        everything += [*low, *high]
    style.accuracy_axis(axis, min(everything), max(everything), "y")
    axis.set_xticks(range(len(order)), labels)
    axis.set_xlim(-0.25, len(order) - 0.75)
    axis.set_ylabel("test accuracy (%)")
    axis.grid(axis="y")
    style.trim(axis)
    _name_lines(axis, ends, {case: results.family(case) for case in cases})
    style.family_legend(figure, [results.family(case) for case in cases])
    return figure


def _name_lines(
    axis: matplotlib.axes.Axes, ends: dict[str, tuple[float, float]], families: dict[str, str]
) -> None:
    """Write every case's id at the right, as near to the end of its line as others leave room."""
    from densevsconv.report.figures import style

    low, high = axis.transData.transform([(0, end) for end in axis.get_ylim()])[:, 1]

    def height(value: float) -> float:
        return float((axis.transData.transform((0, value))[1] - low) / (high - low))

    wanted = {case: height(y) for case, (_, y) in ends.items()}
    order = sorted(wanted, key=lambda case: wanted[case])
    for case, place in zip(order, spread([wanted[case] for case in order], LABEL_GAP), strict=True):
        axis.annotate(
            case, xy=ends[case], xytext=(1.02, place), textcoords="axes fraction", va="center",
            color=style.FAMILY_COLOURS[families[case]], fontsize=7, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": style.FAINT, "linewidth": 0.4,
                        "shrinkA": 1, "shrinkB": 4},
        )  # fmt: skip


def spread(places: list[float], gap: float) -> list[float]:
    """Return ascending places moved apart to at least ``gap``, each group around its middle.

    >>> spread([0.5, 0.5, 0.9], 0.1)
    [0.45, 0.55, 0.9]
    """
    groups: list[list[float]] = []
    for place in places:
        groups.append([place])
        while len(groups) > 1 and _ends(groups[-2], gap)[1] + gap > _ends(groups[-1], gap)[0]:
            last = groups.pop()
            groups[-1] += last
    return [
        round(_ends(group, gap)[0] + number * gap, 6)
        for group in groups
        for number in range(len(group))
    ]


def _ends(group: list[float], gap: float) -> tuple[float, float]:
    """Return the lowest and the highest place of a group of labels, ``gap`` apart."""
    middle, half = sum(group) / len(group), gap * (len(group) - 1) / 2
    return middle - half, middle + half


FIGURE = Figure(
    name="difficulty",
    section="difficulty",
    width="page",
    alt="Lines: test accuracy of every network over the forms of the same images.",
    draw=draw,
    wanted=is_compared,
    cases_per_page=12,
)
