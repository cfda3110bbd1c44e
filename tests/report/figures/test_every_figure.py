"""What holds of every figure of the registry."""

import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import seaborn as sns
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from densevsconv.report.figures import registry
from densevsconv.report.figures.canvas import COLUMN_MM, PAGE_MM, save
from densevsconv.report.figures.registry import FIGURES
from densevsconv.stages import figures
from densevsconv.store.identity import source_files
from tests.report.figures.conftest import Drawn

NAMES = [figure.name for figure in FIGURES]
PICTURES: tuple[set[str], set[str]] = (set(), set())
LEAD = (
    "\u2190 dense ahead      test accuracy, convolutional minus dense (points)"
    "      convolution ahead \u2192"
)
RATES = "predicted class (% of the true class)"
LABELS: dict[str, tuple[set[str], set[str]]] = {
    # figure: (labels of x axes, labels of y axes); a figure of pictures has none
    "answer": ({LEAD}, set()),
    "crossings": (set(), {"convolution ahead by (points)"}),
    "samples": PICTURES,
    "transformations": PICTURES,
    "mean_images": PICTURES,
    "augmentation": PICTURES,
    "confused_pairs": PICTURES,
    "class_counts": ({"class"}, {"images"}),
    "search_map": ({"learning rate"}, {"l2", "validation accuracy (%)", "points below the best"}),
    "accuracy": ({"test accuracy (%)"}, set()),
    "learning_curves": ({"epoch"}, {"accuracy (%)"}),
    "calibration": ({"predicted probability (%)"}, {"correct (%)"}),
    "difficulty": (set(), {"test accuracy (%)"}),
    "confusion_rates": ({RATES}, {"true class"}),
    "trade_off": (
        {"training time (s)", "multiply-accumulates per image", "parameters"},
        {"test accuracy (%)"},
    ),
    "engines": (
        {"test accuracy, NumPy minus TensorFlow\n(percentage points)",
         "training time, NumPy over TensorFlow\n(logarithmic)"},
        set(),
    ),
    "curves_and_confusion": ({"epoch", RATES}, {"accuracy (%)", "true class"}),
    "loss_curves": ({"epoch"}, {"cross-entropy (nats)"}),
    "test_images": PICTURES,
    "feature_maps": PICTURES,
    "predictions": ({"class"}, {"predicted probability (%)"}),
}  # fmt: skip


@pytest.mark.parametrize("figure", FIGURES, ids=NAMES)
def test_it_is_put_into_words(figure: object, captions: Path) -> None:
    assert figure.alt.endswith(".")  # type: ignore[attr-defined]
    assert (captions / f"{figure.name}.rst").exists()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NAMES)
def test_axes_are_labelled_as_the_table_says(drawn: dict[str, Drawn], name: str) -> None:
    figure = drawn[name].figure
    visible = [axis for axis in figure.axes if axis.get_visible()]
    across = {axis.get_xlabel() for axis in visible} | {figure.get_supxlabel()}
    down = {axis.get_ylabel() for axis in visible} | {figure.get_supylabel()}
    assert (across - {""}, down - {""}) == LABELS[name]


def written(figure: Figure) -> list[Text]:
    """Return the texts that are drawn; ticks outside of the range of their axis are not."""
    owns = {axis: (axis.xaxis, axis.yaxis) for axis in figure.axes}
    ticks = {
        label for both in owns.values() for own in both
        for tick in (*own.get_major_ticks(), *own.get_minor_ticks())
        for label in (tick.label1, tick.label2)
    }  # fmt: skip
    drawn_ticks = {
        label for axis, both in owns.items() if axis.get_visible() and axis.axison
        for own in both for tick in own._update_ticks() for label in (tick.label1, tick.label2)
    }  # fmt: skip
    hidden = ticks - drawn_ticks
    return [
        text for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text not in hidden
        and (text.axes is None or text.axes.get_visible())
    ]  # fmt: skip


def luminance(colour: Any) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def faults(figure: Figure) -> list[str]:
    """Return what cannot be read: text off the canvas, too small, on other text, over its cell."""
    figure.draw_without_rendering()
    texts = written(figure)
    boxes = [text.get_window_extent() for text in texts]
    found = []
    for text, box in zip(texts, boxes, strict=True):
        beyond = max(-box.x0, -box.y0, box.x1 - figure.bbox.x1, box.y1 - figure.bbox.y1)
        if beyond > 1:
            found.append(f"outside by {beyond:.0f}: {text.get_text()}")
        if text.get_fontsize() < 7:
            found.append(f"small: {text.get_text()}")
    upright = [k for k, text in enumerate(texts) if text.get_rotation() % 90 == 0]
    for a, b in combinations(upright, 2):
        shared = Bbox.intersection(boxes[a], boxes[b])
        if shared is not None and min(shared.width, shared.height) > 1.5:
            found.append(f"on each other: {texts[a].get_text()!r} and {texts[b].get_text()!r}")
    for axis in figure.axes:
        for mesh in (each for each in axis.collections if isinstance(each, QuadMesh)):
            (left, _), (right, _) = axis.transData.transform([(0, 0), (1, 0)])
            across = round(axis.get_xlim()[1])
            for text in axis.texts:
                column, row = (int(place) for place in text.get_position())
                if text.get_window_extent().width > right - left:
                    found.append(f"over its cell: {text.get_text()}")
                light, dark = sorted(
                    map(
                        luminance, (text.get_color(), mesh.get_facecolors()[row * across + column])
                    ),
                    reverse=True,
                )
                if (light + 0.05) / (dark + 0.05) < 3:
                    found.append(f"pale: {text.get_text()}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_all_of_it_is_on_the_canvas_and_can_be_read(drawn: dict[str, Drawn], name: str) -> None:
    figure, width = drawn[name].figure, drawn[name].drawing.figure.width
    expected = COLUMN_MM if width == "column" else PAGE_MM
    assert 25.4 * figure.get_figwidth() == pytest.approx(expected)
    assert faults(figure) == []


def test_each_fault_of_a_figure_is_found() -> None:
    figure = Figure(figsize=(4, 2))
    axis = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    sns.heatmap([[0.0, 1.0]], ax=axis, cbar=False, cmap="gray", xticklabels=False)
    axis.text(0.5, 0.5, "in the dark", color="#222222", ha="center", fontsize=8)
    axis.text(1.5, 0.2, "wider than one cell " * 3, color="black", ha="center", fontsize=8)
    figure.text(0.5, 0.95, "one title", fontsize=8)
    figure.text(0.5, 0.95, "another", fontsize=6)
    kinds = [each.partition(":")[0].split(" by ")[0] for each in faults(figure)]
    assert {"outside", "small", "on each other", "over its cell", "pale"} == set(kinds)


def test_a_figure_is_saved_at_its_print_size_without_fonts(
    drawn: dict[str, Drawn], tmp_path: Path
) -> None:
    svg, png = tmp_path / "figure.svg", tmp_path / "figure.png"
    save(drawn["accuracy"].figure, svg, png)
    head = svg.read_text()[:2000]
    width = float(head.partition('width="')[2].partition("pt")[0])
    assert width / 72 * 25.4 == pytest.approx(PAGE_MM, abs=0.1)
    assert "<text" not in head
    assert png.read_bytes()[:4] == b"\x89PNG"


def test_naming_the_figures_imports_nothing_that_draws() -> None:
    code = "import sys, densevsconv.report.contents; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"matplotlib", "seaborn", "pandas", "scipy"} & set(loaded.stdout.split())


def test_an_edit_of_any_figure_redraws_and_trains_nothing() -> None:
    files = set(Path(registry.__file__).parent.glob("[!_]*.py"))
    assert files == files & set(source_files(figures.__name__, *figures.CODE))
    for stage in ("search", "refit", "timing"):
        assert not files & set(source_files(f"densevsconv.stages.{stage}"))
