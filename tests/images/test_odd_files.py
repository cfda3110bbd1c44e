"""Files that people have and that are refused or told of, in one line that says what to write."""

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from densevsconv.errors import UserError
from densevsconv.planning.load import load_study
from densevsconv.store.files import read_json
from densevsconv.store.layout import Layout
from tests.images.test_own_files import (
    COLOUR,
    GREY,
    LABELS,
    TRAIN,
    csv,
    encoded,
    folders,
    mat,
    npz,
    parts,
    pictures,
    two,
    write,
    zipped,
)
from tests.support.own_images import prepared


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()


FOLDER: dict[str, Any] = {"kind": "folder", "path": "mine"}
NPZ = {"kind": "npz", "path": "mine", "train": "arrays.npz"}
CSV = {"kind": "csv", "path": "mine", "train": "train.csv"}
MAT = {"kind": "mat", "path": "mine", "train": "mine.mat"}
CLEAR = np.concatenate([COLOUR[0], GREY[0] // 2], axis=2)
HOLE = np.where(np.arange(64).reshape(8, 8) == 9, np.nan, GREY[TRAIN, ..., 0])
MANY = {f"b/bad{number:02}.png": b"no picture" for number in range(40)}
DEEP = encoded(GREY[0].astype(np.uint16), "PNG")
TWELVE = [str(number) for number in range(12)]


def numbered() -> dict[str, bytes]:
    return {
        f"{name}/{n}.png": encoded(np.full((4, 4), int(name), np.uint8))
        for name in TWELVE
        for n in range(5)
    }


REFUSED: dict[str, tuple[Callable[[], Any], dict[str, Any], str]] = {
    # pictures in folders
    "parts as classes": (
        lambda: folders(
            {
                f"{top}/{name}": of
                for top in ("Train", "VAL", "test")
                for name, of in pictures().items()
            }
        ),
        {"source": FOLDER},
        "allowed: source: {.., train: [Train, VAL], test: test}",
    ),
    "the training part alone": (
        lambda: folders(pictures(top="train/")),
        {"source": FOLDER},
        "train: train}",
    ),
    "one folder too many": (
        lambda: folders(pictures(top="flowers/")),
        {"source": FOLDER},
        "source.train: flowers",
    ),
    "an empty class": (
        lambda: Path("mine/c0").mkdir() or folders(pictures()),
        {"source": FOLDER},
        "c0: found no pictures",
    ),
    "a table beside classes": (
        lambda: folders(pictures() | {"labels.csv": b"a,b"}),
        {"source": FOLDER},
        "leave_out: [labels.csv]",
    ),
    "a text in a class": (
        lambda: folders(pictures() | {"a/x.txt": b"?"}),
        {"source": FOLDER},
        "leave_out: [a/x.txt]",
    ),
    "names of folders by place": (
        lambda: folders(pictures()),
        {"source": FOLDER, "class_names": ["x", "y", "z"]},
        "allowed: a mapping of these names to others, {a: .., b: .., c: ..}",
    ),
    "a folder without its name": (
        lambda: folders(pictures()),
        {"source": FOLDER, "class_names": {"a": "x", "b": "y", "d": "z"}},
        'found "c"; allowed: a name for each of a, b, c',
    ),
    "a name in two lines": (
        lambda: folders(pictures()),
        {"source": FOLDER, "class_names": {"a": "x\ny", "b": "y", "c": "z"}},
        "allowed: text in one line",
    ),
    "forty bad pictures": (
        lambda: folders(pictures() | MANY),
        {"source": FOLDER},
        "and 39 more bad pictures (source.leave_out: [b/bad00.png, b/bad01.png",
    ),
    "an empty file": (
        lambda: folders(pictures() | {"a/0.png": b""}),
        {"source": FOLDER},
        "leave_out: [a/0.png]",
    ),
    "a name to leave out that is not there": (
        lambda: folders(pictures()),
        {"source": FOLDER | {"leave_out": "a/o.png"}},
        "found no a/o.png",
    ),
    "a picture that ends early": (
        lambda: folders(pictures() | {"a/0.png": encoded(COLOUR[0], "JPEG")[:-200]}),
        {"source": FOLDER},
        "a/0.png",
    ),
    "one picture of 16 bits": (
        lambda: folders(pictures() | {"a/0.png": DEEP}),
        {"source": FOLDER},
        "source.range",
    ),
    "one of 8 among 16 bits": (
        lambda: folders(pictures(images=GREY.astype(np.uint16)) | {"a/z.png": encoded(GREY[0])}),
        {"source": FOLDER | {"range": [0, 65535]}},
        "a/z.png: found 8 bits",
    ),
    "a picture for print": (
        lambda: folders(pictures() | {"a/0.png": encoded(COLOUR[0], "JPEG", "CMYK")}),
        {"source": FOLDER},
        "source.mode",
    ),
    "transparency": (
        lambda: folders(pictures() | {"a/0.png": encoded(CLEAR)}),
        {"source": FOLDER},
        "transparency",
    ),
    "sizes": (
        lambda: folders(pictures() | {"a/z.png": encoded(GREY[0, 1:])}),
        {"source": FOLDER},
        "set source.size",
    ),
    "one name twice": (
        lambda: folders(
            {
                f"{unicodedata.normalize(form, 'é')}/{n}.png": encoded(GREY[n])
                for form in ("NFC", "NFD")
                for n in range(9)
            }
        ),
        {"source": FOLDER},
        "two folders é",
    ),
    "a name that is no text": (
        lambda: (
            folders(pictures()),
            Path("mine", b"caf\xe9".decode("utf-8", "surrogateescape")).mkdir(),
        ),
        {"source": FOLDER},
        r"caf\udce9': found a name that is no UTF-8 text",
    ),
    "a name of two lines": (
        lambda: folders(pictures() | {"d\ne/1.png": b""}),
        {"source": FOLDER},
        "control characters",
    ),
    "a class of one": (
        lambda: folders(pictures() | {"lonely $/1.png": encoded(GREY[0])}),
        {"source": FOLDER},
        'no image of class "lonely $", of which there are 1 in all',
    ),
    "a web page as an archive": (
        lambda: write({"x.zip": b"<html>403"}),
        {"source": FOLDER | {"archive": "x.zip"}},
        "looks like a page of HTML",
    ),
    # arrays
    "NaN": (lambda: two(HOLE), {"source": NPZ}, "found NaN (no number) in 30 pixels"),
    "infinity": (lambda: two(HOLE * np.inf), {"source": NPZ}, "found NaN"),
    "12 bits": (lambda: two(GREY[TRAIN] * np.uint16(16)), {"source": NPZ}, "such as [0, 4095]"),
    "-1 to 1": (lambda: two(GREY[TRAIN] / 127.5 - 1), {"source": NPZ}, "such as [-1, 1]"),
    "0 to 255 in fractions": (lambda: two(GREY[TRAIN] / 1.1), {"source": NPZ}, "such as [0, 255]"),
    "a range that is too small": (
        lambda: two(GREY[TRAIN] / 1.0),
        {"source": NPZ | {"range": [0, 9]}},
        "0 to 9, as source.range",
    ),
    "an axis too many": (
        lambda: two(GREY[TRAIN, None]),
        {"source": NPZ},
        "other orders: source.layout",
    ),
    "rows of colours": (
        lambda: two(COLOUR[TRAIN].reshape(30, -1)),
        {"source": NPZ},
        "for colours, and for columns",
    ),
    "columns": (lambda: two(GREY[TRAIN].reshape(30, -1).T), {"source": NPZ}, "HWN: columns"),
    "objects": (lambda: two(labels=np.array([None] * 30)), {"source": NPZ}, "allow_pickle"),
    "labels in fractions": (
        lambda: two(labels=LABELS[TRAIN] / 2),
        {"source": NPZ},
        "found the label 0.5",
    ),
    "several columns of labels": (
        lambda: two(labels=np.ones((30, 8))),
        {"source": NPZ},
        "source.label_column",
    ),
    "labels from 1 to 10": (
        lambda: two(labels=np.arange(30) % 10 + 1),
        {"source": NPZ},
        '{"10": 0} where 10 stands for 0',
    ),
    "arrays of other names": (
        lambda: npz("arrays.npz", pixels=GREY[TRAIN]),
        {"source": NPZ},
        "found pixels (30 x 8 x 8 x 1)",
    ),
    "a struct": (
        lambda: mat("mine.mat", d={"x": GREY[TRAIN]}),
        {"source": MAT},
        "found d/x (30 x 8 x 8 x 1)",
    ),
    "a table without labels": (
        lambda: csv(np.ones((9, 3)), ["p0", "p1", "p2"]),
        {"source": CSV},
        "found the columns p0, p1, p2, .. and no column label",
    ),
    "a table without a head": (
        lambda: csv(np.ones((9, 3)), None),
        {"source": CSV},
        "no head and no column label",
    ),
    "a table with words": (
        lambda: write({"train.csv": b"label,p\n" + b"1,x\n0,y\n" * 9}),
        {"source": CSV},
        "string in the column p",
    ),
    "a table with a gap": (
        lambda: write({"train.csv": b"label,p\n" + b"1,2\n0,\n" * 9}),
        {"source": CSV},
        "found NaN",
    ),
    "a row that is too short": (
        lambda: write({"train.csv": b"label,p\n1,2\n0\n"}),
        {"source": CSV},
        "train.csv: found a file that cannot be read",
    ),
    "a package that is not there": (
        lambda: None,
        {
            "source": {"kind": "tensorflow_datasets", "name": "mnist"},
            "images": 90,
            "shape": [8, 8, 1],
            "classes": 3,
        },
        "pip install tensorflow_datasets",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_what_to_write(case: str, tmp_path: Path) -> None:
    make, entry, says = REFUSED[case]
    make()
    with pytest.raises(UserError) as caught:
        prepared(tmp_path, entry, validation=0.3)
    message = str(caught.value)
    assert says in message
    assert "\n" not in message
    message.encode()


TAKEN: dict[str, tuple[Callable[[], Any], dict[str, Any], str]] = {
    "what systems leave": (
        lambda: folders(
            pictures()
            | {
                "Thumbs.db": b"x",
                "a/desktop.ini": b"x",
                "__MACOSX/a/._1.png": b"x",
                "a/.DS_Store": b"x",
            }
        ),
        FOLDER,
        "4 hidden files and the like were passed over",
    ),
    "other endings": (
        lambda: folders(
            {
                name.replace(".png", ending): encoded(GREY[0].repeat(3, -1), kind)
                for name in pictures()
                for ending, kind in (
                    (".jpg", "PNG"),
                    (".jfif", "JPEG"),
                    (".png", "WEBP"),
                    ("", "PPM"),
                )
            }
        ),
        FOLDER,
        "",
    ),
    "opaque screenshots": (
        lambda: folders(pictures(lambda pixels: encoded(pixels, "PNG", "RGBA"))),
        FOLDER,
        "",
    ),
    "a colour among grey": (
        lambda: folders(pictures() | {"a/z.png": encoded(COLOUR[0])}),
        FOLDER,
        "30 grey pictures became rgb",
    ),
    "for print": (
        lambda: folders(pictures(lambda pixels: encoded(pixels, "JPEG", "CMYK"))),
        FOLDER | {"mode": "grey"},
        "30 pictures for print (CMYK) were converted",
    ),
    "a validation part beside": (
        lambda: folders(parts(validation=True)),
        FOLDER | {"train": "train", "test": "test"},
        "val (source.train: [train, val] joins it)",
    ),
    "one accent, two ways": (
        lambda: folders(
            {
                f"{part}/{unicodedata.normalize(form, 'é')}{c}/{n}.png": encoded(GREY[n])
                for part, form in (("train", "NFC"), ("test", "NFD"))
                for c in "xy"
                for n in range(9)
            }
        ),
        FOLDER | {"train": "train", "test": "test"},
        "",
    ),
    "any name": (
        lambda: folders(
            {
                f"{name}/{n}.png": encoded(GREY[n])
                for name in ("$x$", "<b>", "#", "☃ 😀", 'b,c"d', "写真")
                for n in range(9)
            }
        ),
        FOLDER,
        "",
    ),
    "a validation part in a file": (
        lambda: npz(
            "arrays.npz",
            train_images=GREY[TRAIN],
            train_labels=LABELS[TRAIN],
            val_images=GREY[:9],
            val_labels=LABELS[:9],
        ),
        NPZ,
        "not used: val_images, val_labels (source.images and source.labels",
    ),
    "images for a test without labels": (
        lambda: npz("arrays.npz", images=GREY[TRAIN], labels=LABELS[TRAIN], test_images=GREY[:9]),
        NPZ,
        "not used: test_images",
    ),
    "a zip made on a Mac": (
        lambda: zipped(pictures() | {"__MACOSX/a/._0.png": b"x"}, "x.zip"),
        FOLDER | {"archive": "x.zip"},
        "passed over",
    ),
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_passed_over_or_changed_is_told(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, source, says = TAKEN[case]
    make()
    prepared(tmp_path, {"source": source}, validation=0.3)
    notes = read_json(Layout(tmp_path / "results/mine").data_info("mine"))["notes"]
    assert any(says in note for note in notes) if says else not notes
    assert says in capsys.readouterr().err


def test_names_follow_folders_and_numbers_are_in_their_order(tmp_path: Path) -> None:
    folders(numbered())
    names = [f"number {name}" for name in TWELVE]
    images, labels, _ = prepared(tmp_path, {"source": FOLDER, "class_names": names}, validation=0.3)
    np.testing.assert_array_equal(images[:, 0, 0, 0], labels)
    assert load_study("config/config.yaml").datasets["mine"].contents.class_names == names
    other = {name: f"n{name}" for name in reversed(TWELVE)}
    prepared(tmp_path, {"source": FOLDER, "class_names": other}, validation=0.3)
    layout = Layout(tmp_path / "results/mine")
    assert read_json(layout.data_info("mine"))["class_names"] == [f"n{name}" for name in TWELVE]
    sheet = Image.open(layout.class_sheet("mine"))
    assert sheet.size[1] > 6 * 60  # two classes a line
