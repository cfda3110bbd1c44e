"""Names with any character reach every end of a study: tables, figures, paper, page and MLflow."""

import csv
import html
import re
from dataclasses import replace
from pathlib import Path
from xml.dom import minidom

import matplotlib.font_manager
import pypdf
import pytest
from matplotlib import get_data_path

from densevsconv.report.figures import style
from densevsconv.report.figures.fonts import LEFT_TO_RIGHT, fonts_for
from densevsconv.results.data import DataInfo
from densevsconv.results.tables import FamilyRow, SummaryRow
from densevsconv.store.files import read_json, write_json
from densevsconv.store.layout import Layout
from tests.report.test_report_files import Page, pdf_words
from tests.support.plans import run_stage
from tests.support.reported import CAPTIONS
from tests.support.synthetic import Form, make_study

UNKNOWN = "\U0003fffd"
"""No font has it: no character has this number."""
NAMES = [
    '<b>bo"ld</b>', "=1+1`#`", "$\\frac{$ $x^2$", "_a_ *b* {x} @y", "'-中文 🦄 'q'", "قطة الف",
    "e\u0301\u0323cru 😀", "long " * 20 + "\\end", "+\n" + "x" * 90, f"\t{UNKNOWN}",
]  # fmt: skip
TITLE = f'Dense & {UNKNOWN} conv: <b>#emph[x]</b> $x$ "*_`\\ @y {{{{ 8 }}}}'
TITLES = {"dense_a": "=HYPERLINK(1) <i>$\\frac{$ #x", "conv_a": "very long " * 20 + "end"}
LEGIBLE = fonts_for([*NAMES, TITLE]).legible
"""What fonts of this machine make of a name."""


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A study whose report asks for every figure of a publication, but no table of gradients."""
    folder = tmp_path_factory.mktemp("named")
    shown = ("predictions", "test_images", "curves_and_confusion")
    study = make_study(
        folder / "results", "odd",
        {"dense_a": ("dense_1", 0.95, "random"), "conv_a": ("lenet5_8", 0.9, "list")},
        title=TITLE, titles=TITLES,
        datasets={"digits": Form(title="+Digits: ﬁ _x_ قطة", class_names=NAMES)},
        claims={"c": {"text": "`=1` is *hard* #x",
                      "tests": [{"hardest_class": {"cases": ["conv_a"], "classes": NAMES[:5]}}]}},
        counterparts={f"图 {n}": {"figure": name, "cases": ["conv_a"]}
                      for n, name in zip("甲乙丙", shown, strict=True)},
    )  # fmt: skip
    at = replace(study, reports=folder / "reports", captions=CAPTIONS)
    track = {"database": str(folder / "m" / "m.db"), "artifacts": str(folder / "m" / "artifacts")}
    write_json(at.plan("track"), read_json(at.plan("track")) | track | {"question": TITLE})
    for shard in range(2):
        write_json(at.trainings(shard), {"trainings": []})
    for stage in ("figures", "report", "track"):
        run_stage(stage, at)
    return at


def test_page_paper_and_tables_say_names_as_they_are(named: Layout) -> None:
    page = Page(named.page.read_text())
    assert {TITLE, *TITLES.values(), *NAMES[:5], "`=1` is *hard* #x"} <= set(page.texts)
    assert "i" not in page.tags
    # one engine, one form: no word of them, and no gap
    assert not {"The same images, changed", "Architecture or implementation?"} & set(page.texts)
    lost = [text for text in page.texts if "no font with every character" in text]
    assert len(lost) == 1
    text = pdf_words(named.paper) + pdf_words(named.supplement)
    for each in (TITLE, *TITLES.values(), *NAMES[:4]):
        assert re.sub(r"\W+", "", LEGIBLE(each)) in text
    assert pypdf.PdfReader(named.paper).metadata.title == LEGIBLE(TITLE)  # type: ignore[union-attr]
    assert {row.case: row.title for row in SummaryRow.read_table(named.summary)} == TITLES
    assert "'" + TITLES["dense_a"] in named.summary.read_text()


def test_figures_draw_names_as_they_are(named: Layout) -> None:
    def texts(stem: str) -> list[str]:
        """Return what a figure's text says: the letters are outlines, the words comments."""
        found, nodes = [], [minidom.parse(str(named.figure(stem, "svg")))]
        while nodes:
            node = nodes.pop()
            nodes += node.childNodes
            if node.nodeType == node.COMMENT_NODE:
                found.append(html.unescape(node.data.strip()))
        return found

    samples = texts("samples-digits")
    for each in NAMES[:4] + NAMES[5:7]:
        assert LEGIBLE(each) in samples
    assert any(text.startswith("long long") and text.endswith("\u2026") for text in samples)
    assert f"[U+0009][U+{ord(UNKNOWN):X}]" in samples
    stems = {path.stem for path in named.figure("x", "svg").parent.glob("*.svg")}
    assert {"predictions-图_甲", "test_images-图_乙", "curves_and_confusion-图_丙"} <= stems
    for stem in stems:
        assert texts(stem)


def test_mlflow_has_names_as_they_are(named: Layout) -> None:
    import mlflow

    plan = read_json(named.plan("track"))
    client = mlflow.MlflowClient(f"sqlite:///{plan['database']}")
    experiment = client.get_experiment_by_name("odd")
    assert experiment.tags["mlflow.note.content"] == TITLE
    (table, *_) = Path(plan["artifacts"]).rglob("confusion/counts.csv")
    with table.open(newline="") as stream:
        head, *rows = csv.reader(stream)
    guarded = [f"'{name}" if name[0] in "='+\t" else name for name in NAMES]
    assert head[1:] == [row[0] for row in rows] == guarded


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "''-", "'x", "1-1", "x\n=1", 'a"b,c', "中"],
)
def test_a_text_in_a_table_is_read_as_it_was_and_is_no_formula(tmp_path: Path, text: str) -> None:
    rows = [FamilyRow(dataset=text, family="dense", case="x")]
    FamilyRow.write_table(tmp_path / "table.csv", rows)
    assert FamilyRow.read_table(tmp_path / "table.csv") == rows
    with (tmp_path / "table.csv").open(newline="") as stream:
        assert next(csv.DictReader(stream))["dataset"][0] not in "=+-@\t\r"


def test_fonts_are_taken_from_the_system_where_they_lack_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = Path(get_data_path(), "fonts", "ttf", "STIXGeneral.ttf")
    broken = tmp_path / "broken.ttf"
    broken.write_text("no font")
    last = system.with_name("LastResortHE-Regular.ttf")
    found = [str(path) for path in (broken, last, system)]
    monkeypatch.setattr(matplotlib.font_manager, "findSystemFonts", lambda: found)
    fonts = fonts_for(["aé", f"\u214a{UNKNOWN}\u200d"])
    assert [file.name for file in fonts.files] == ["DejaVuSans.ttf", system.name]
    assert fonts.missing == {UNKNOWN}
    assert fonts.legible(f"a\u214a{UNKNOWN}") == "a\u214a[U+3FFFD]"
    assert fonts.legible("الف") == f"{LEFT_TO_RIGHT}الف{LEFT_TO_RIGHT}"
    assert len(fonts_for(["plain"]).files) == 1


def test_a_name_is_cut_by_its_width_and_keeps_its_accents() -> None:
    style.apply()
    for name in ("W" * 40, "i" * 200, "e\u0301" * 60):
        cut = style.shortened(name, 20)
        assert name.startswith(cut[:-1])
        assert cut[-1] == "\u2026"
        assert 16 < style.width_mm(cut) <= 20
    assert not style.shortened("e\u0301" * 60, 20)[:-1].endswith("e")
    assert style.shortened("short", 20) == "short"


def test_the_stage_changes_no_name(named: Layout) -> None:
    assert DataInfo.read(named.data_info("digits")).class_names == NAMES
