"""What holds of every figure of the registry."""

import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.text import Text

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
    "search_map": ({"learning rate"}, {"l2", "validation accuracy (%)"}),
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


@pytest.mark.parametrize("name", NAMES)
def test_all_of_it_is_on_the_canvas_and_can_be_read(drawn: dict[str, Drawn], name: str) -> None:
    figure, width = drawn[name].figure, drawn[name].drawing.figure.width
    expected = COLUMN_MM if width == "column" else PAGE_MM
    assert 25.4 * figure.get_figwidth() == pytest.approx(expected)
    figure.draw_without_rendering()
    canvas = figure.bbox
    written = [
        text for text in figure.findobj(Text)
        if text.get_visible() and text.get_text() and (text.axes is None or text.axes.get_visible())
    ]  # fmt: skip
    # ticks outside of the range of their axis are there, but not drawn
    drawn_ticks = {
        label for axis in figure.axes for own in (axis.xaxis, axis.yaxis)
        for tick in own._update_ticks() for label in (tick.label1, tick.label2)
    }  # fmt: skip
    ticks = {
        label for axis in figure.axes for own in (axis.xaxis, axis.yaxis)
        for tick in (*own.get_major_ticks(), *own.get_minor_ticks())
        for label in (tick.label1, tick.label2)
    }  # fmt: skip
    for text in written:
        if text in ticks and text not in drawn_ticks:
            continue
        box = text.get_window_extent()
        assert min(box.x0, box.y0) >= -1, text.get_text()
        assert max(box.x1 - canvas.x1, box.y1 - canvas.y1) <= 1, text.get_text()
        assert text.get_fontsize() >= 7, text.get_text()


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
