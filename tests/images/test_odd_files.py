"""Files that people have and that are refused or told of, in one line that says what to write."""

import io
import os
import tarfile
import unicodedata
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from PIL import Image

from densevsconv.errors import UserError
from densevsconv.planning.load import load_study
from densevsconv.store.files import read_json
from densevsconv.store.layout import Layout
from tests.support.own_images import (
    COLOUR,
    GREY,
    LABELS,
    TRAIN,
    csv,
    encoded,
    folders,
    hdf5,
    mat,
    npz,
    parts,
    pictures,
    prepared,
    two,
    write,
    zipped,
)

pytestmark = pytest.mark.usefixtures("mine")


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


def table(labels: list[str], end: str = "\n", head: str = "label,p0,p1,p2,p3") -> bytes:
    rows = [f"{labels[label]},1,2,3,{row}" for row, label in enumerate(LABELS[TRAIN])]
    return (end.join([head, *rows]) + end).encode()


def tarred(files: dict[str, bytes], link: str = "") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        if link:
            member = tarfile.TarInfo("a/link.png")
            member.type, member.linkname = tarfile.LNKTYPE, link
            archive.addfile(member)
    return stream.getvalue()


def locked() -> bytes:
    """Return a zip archive whose members say that they are encrypted."""
    zipped(pictures(), "x.zip")
    content = bytearray(Path("mine/x.zip").read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := content.find(mark, place + 1)) >= 0:
            content[place + flags] |= 1
    return bytes(content)


def elsewhere() -> None:
    with h5py.File("mine/m.h5", "w") as file:
        file["labels"] = LABELS[TRAIN]
        file.create_dataset("images", (30, 8, 8), "u1", external=[("/etc/passwd", 0, 1920)])


def members_twice() -> None:
    """Write a zip archive that has the members of a class twice."""
    zipped(
        pictures() | {f"A{name[1:]}": of for name, of in pictures().items() if name[0] == "a"},
        "x.zip",
    )
    file = Path("mine/x.zip")
    file.write_bytes(file.read_bytes().replace(b"A/", b"a/"))


NAMED = [f"{name}{label}" for label, name in enumerate("abc")]
PIPE, LOOP = partial(os.mkfifo), partial(os.symlink, "arrays.npz")
H5 = {"kind": "hdf5", "path": "mine", "train": "m.h5"}
IDX = {"kind": "idx", "path": "mine", "train_images": "x", "train_labels": "y"}
PACKED: dict[str, Any] = FOLDER | {"archive": "x.tar"}

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
    "infinity": (
        lambda: two(np.nan_to_num(HOLE, nan=np.inf)),
        {"source": NPZ},
        "found infinity in 30",
    ),
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
    "a pipe for a table": (lambda: PIPE("mine/train.csv"), {"source": CSV}, "a pipe or a device"),
    "a pipe for an archive": (lambda: PIPE("mine/x.tar"), {"source": PACKED}, "a pipe or a device"),
    "a pipe among pictures": (
        lambda: (folders(pictures()), PIPE("mine/a/z.png")),
        {"source": FOLDER},
        "a/z.png: found a pipe or a device",
    ),
    "a link to itself": (lambda: LOOP("mine/arrays.npz"), {"source": NPZ}, "symbolic links"),
    "an encrypted archive": (
        lambda: write({"x.zip": locked()}),
        {"source": FOLDER | {"archive": "x.zip"}},
        "is encrypted",
    ),
    "a link in an archive": (
        lambda: write({"x.tar": tarred(pictures(), "a/00.png")}),
        {"source": PACKED},
        "found a link, a/link.png",
    ),
    "an archive cut off between files": (
        lambda: write({"x.tar": tarred(pictures())[:20480]}),
        {"source": PACKED},
        "no end: cut off after a file",
    ),
    "HDF5 that shows another file": (elsewhere, {"source": H5}, "/images are in another file"),
    "more values than the header says": (
        lambda: write({"x": b"\0\0\x08\1\0\0\0\1" + b"x" * 9, "y": b"\0\0\x08\1\0\0\0\1\0"}),
        {"source": IDX},
        "found images of shape 1;",
    ),
    "zero and one": (
        lambda: two((GREY[TRAIN] > 99).astype(np.uint8)),
        {"source": NPZ},
        "pixels of 0 and 1 alone",
    ),
    "complex numbers": (lambda: two(GREY[TRAIN] * 1j), {"source": NPZ}, "pixels of complex128"),
    "five axes": (lambda: two(GREY[TRAIN, None]), {"source": NPZ}, "30 x 1 x 8 x 8 x 1"),
    "no images": (lambda: two(GREY[:0], LABELS[:0]), {"source": NPZ}, "shape 0;"),
    "fields": (lambda: two(np.zeros((30, 8, 8), "u1,u1")), {"source": NPZ}, "found pixels of [("),
    "infinity on both sides": (
        lambda: two(np.where(GREY[TRAIN] > 99, np.inf, -np.inf)),
        {"source": NPZ},
        "found NaN",
    ),
    "labels beyond int64": (
        lambda: two(labels=LABELS[TRAIN].astype(np.uint64) + np.uint64(2**63)),
        {"source": NPZ},
        "found the label 9223372036854775808",
    ),
    "labels of 15 digits": (
        lambda: two(labels=LABELS[TRAIN] * 10**15),
        {"source": NPZ},
        '{"0": 0, "1000000000000000": 1',
    ),
    "labels that look alike": (
        lambda: two(labels=np.array(["\u00e9", "e\u0301", "c"])[LABELS[TRAIN]]),
        {"source": NPZ},
        "twice, written differently",
    ),
    "half a letter": (
        lambda: two(labels=np.array(["\ud800", "b", "c"])[LABELS[TRAIN]]),
        {"source": NPZ},
        r'class_names: found "\ud800"; allowed: text in one line',
    ),
    "a label of two lines": (
        lambda: write({"train.csv": table(['"a\nb"', "c", "d"])}),
        {"source": CSV},
        r'found "a\nb"; allowed: text in one line',
    ),
    "a label with a space more": (
        lambda: write({"train.csv": table(["a", "a ", "b"])}),
        {"source": CSV},
        'found "a" twice, written differently',
    ),
    "folders that look alike": (
        lambda: folders(pictures() | {f"a /{n}.png": encoded(GREY[n]) for n in range(9)}),
        {"source": FOLDER},
        'found "a" twice, written differently',
    ),
    "tables whose columns are in another order": (
        lambda: write(
            {
                "train.csv": table(NAMED),
                "test.csv": table(NAMED, head="label,p3,p2,p1,p0"),
            }
        ),
        {"source": CSV | {"test": "test.csv"}},
        "test.csv: found other columns of pixels, or in another order",
    ),
    "a row that is too long": (
        lambda: write({"train.csv": table(NAMED) + b"a0,1,2,3,4,5\n"}),
        {"source": CSV},
        "train.csv: found a file that cannot be read",
    ),
    "an index beside the pixels": (
        lambda: write({"train.csv": table(NAMED, end=",0\n", head="label,p0,p1,p2,p3")}),
        {"source": CSV},
        "found 30 rows of 5 numbers",
    ),
    "a picture that would fill the memory": (
        lambda: folders(pictures() | {"a/z.ppm": b"P5 99999 99999 255 "}),
        {"source": FOLDER},
        "a/z.ppm: found a file that cannot be read (Image size",
    ),
    "a moving picture": (
        lambda: folders(
            pictures() | {"a/z.gif": moving(Image.fromarray(each[..., 0]) for each in GREY[:3])}
        ),
        {"source": FOLDER},
        "several frames",
    ),
    "a split twice": (
        lambda: None,
        {
            "source": {"kind": "sklearn", "name": "digits", "train": ["train", "train"]},
            "images": 1797,
            "shape": [8, 8, 1],
            "classes": 9,
        },
        "has classes 10",
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


def moving(pictures: Iterable[Image.Image]) -> bytes:
    first, *others = pictures
    stream = io.BytesIO()
    first.save(stream, "GIF", save_all=True, append_images=others)
    return stream.getvalue()


FIRST = next(name for name in pictures() if name.startswith("a/"))
SAME: dict[str, tuple[Callable[[], Any], dict[str, Any], int]] = {
    "rounded beyond 1": (
        lambda: two(np.float32(GREY[TRAIN] / 255 * (1 + 1e-7))),
        NPZ,
        30,
    ),
    "names as text of any length": (
        lambda: hdf5(
            "m.h5", {"images": GREY[TRAIN], "labels": np.array(list("abc"), object)[LABELS[TRAIN]]}
        ),
        H5,
        30,
    ),
    "members twice": (members_twice, FOLDER | {"archive": "x.zip"}, 30),
    "columns called 0, 1, 2": (
        lambda: write({"train.csv": table(["0", "1", "2"], head="0,1,2,3,4")}),
        CSV | {"label_column": 0},
        30,
    ),
    "bars": (lambda: write({"train.csv": table(NAMED).replace(b",", b"|")}), CSV, 30),
    "a list with a mark of UTF-8": (
        lambda: folders(pictures() | {"bad.txt": f"\ufeff{FIRST}\n".encode()}),
        FOLDER | {"leave_out": "bad.txt"},
        29,
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_what_programs_and_rounding_do_to_a_file_changes_nothing(case: str, tmp_path: Path) -> None:
    make, source, count = SAME[case]
    make()
    images, labels, _ = prepared(tmp_path, {"source": source}, validation=0.3)
    assert len(images) == len(labels) == count
    if source in (NPZ, H5):
        np.testing.assert_array_equal(images, GREY[TRAIN])
        np.testing.assert_array_equal(labels, LABELS[TRAIN])


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
