"""Files that may mean two things are read as what they are, or refused with the key to write."""

import io
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.datasets import dump_svmlight_file

from densevsconv.errors import DataError, UserError
from densevsconv.images.sources import RawImages, source_of
from densevsconv.images.sources.named import NamedSource
from densevsconv.stages.prepare import PreparedDataset, _check
from tests.support.own_images import (
    COLOUR,
    GREY,
    LABELS,
    NAMES,
    TEST,
    TRAIN,
    csv,
    encoded,
    flat,
    folders,
    npz,
    parts,
    pictures,
    prepared,
    two,
    write,
)

pytestmark = pytest.mark.usefixtures("mine")


NPZ: dict[str, Any] = {"kind": "npz", "train": "arrays.npz"}
CSV: dict[str, Any] = {"kind": "csv", "train": "train.csv"}
SVM: dict[str, Any] = {"kind": "libsvm", "train": "a.svm", "test": "b.svm", "shape": [8, 8, 1]}
FOLDER: dict[str, Any] = {"kind": "folder", "path": "mine"}
ROWS = np.column_stack([LABELS[TRAIN], flat(GREY)])
WORDS = np.column_stack([NAMES[LABELS[TRAIN]], flat(GREY)])
DARK = flat(np.maximum(GREY, 1), slice(None)) * (np.arange(64) > 0)  # the first pixel always black
EDGED = DARK * (np.arange(64) < 63)
FIRST = min(pictures())


def sparse(pixels: np.ndarray, *, zero_based: bool, **first: np.ndarray) -> None:
    for name, rows in (("a.svm", TRAIN), ("b.svm", TEST)):
        stream = io.BytesIO()
        dump_svmlight_file(
            first.get(name[0], pixels[rows]).astype(float),
            LABELS[rows],
            stream,
            zero_based=zero_based,
        )
        write({name: stream.getvalue()})


def packed(members: list[tuple[str, bytes]]) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    write({"x.tar": stream.getvalue()})


def zipped_twice() -> None:
    old = [(name, encoded(255 - GREY[0])) for name in pictures()][:3]
    with zipfile.ZipFile("mine/x.zip", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in [*old, *pictures().items()]:
            archive.writestr(name, content)


def unflagged() -> None:
    """A zip as programs write it that have UTF-8 names and do not say so."""
    with zipfile.ZipFile("mine/x.zip", "w") as archive:
        for name, content in pictures().items():
            archive.writestr(f"XX{name}", content)
    file = Path("mine/x.zip")
    file.write_bytes(file.read_bytes().replace(b"XX", "é".encode()))


def linked(target: str, name: str) -> None:
    folders(pictures())
    Path("mine", name).symlink_to(Path("mine", target).resolve())


Made = Callable[[], Any]

READ: dict[str, tuple[Made, dict[str, Any], Callable[[RawImages], Any], Any]] = {
    "pixels from 0, the first one black in one file": (
        lambda: sparse(DARK, zero_based=True, b=flat(GREY, TEST)), SVM,
        lambda raw: raw.images[:30].reshape(30, -1).tolist(), DARK[TRAIN].tolist(),
    ),
    "pixels from 0, as a key says": (
        lambda: sparse(EDGED, zero_based=True), SVM | {"index_from": 0},
        lambda raw: raw.images.reshape(42, -1).tolist(), EDGED.tolist(),
    ),
    "pixels from 1, the last one bright": (
        lambda: sparse(DARK, zero_based=False), SVM,
        lambda raw: raw.images.reshape(42, -1).tolist(), DARK.tolist(),
    ),
    "no head, as a key says": (
        lambda: csv(WORDS, None), CSV | {"label_column": 0, "head": False},
        lambda raw: len(raw.images), 30,
    ),
    "a head of numbers, as a key says": (
        lambda: csv(ROWS, list(map(str, range(65)))), CSV | {"label_column": 0, "head": True},
        lambda raw: len(raw.images), 30,
    ),
    "a label before numbered pixels": (
        lambda: csv(ROWS, ["label", *map(str, range(64))]), CSV, lambda raw: len(raw.images), 30,
    ),
    "groups of a test file": (
        lambda: [
            npz(name, images=GREY[rows], labels=LABELS[rows], groups=np.arange(42)[rows] // 2)
            for name, rows in (("arrays.npz", TRAIN), ("test.npz", TEST))
        ],
        NPZ | {"test": "test.npz"},
        lambda raw: raw.groups is not None and raw.groups[30:].tolist(),
        [15, 15, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20],
    ),
    "a member of a tar that was updated": (
        lambda: packed([(f"./{FIRST}", b"old"), *pictures().items()]),
        FOLDER | {"archive": "x.tar"}, lambda raw: len(raw.images), 30,
    ),
    "a member of a zip that was updated": (
        zipped_twice, FOLDER | {"archive": "x.zip"}, lambda raw: len(raw.images), 30,
    ),
    "names of a zip in UTF-8": (
        unflagged, FOLDER | {"archive": "x.zip"}, lambda raw: raw.class_names, ["éa", "éb", "éc"],
    ),
    "rows that may be a square": (
        lambda: two(COLOUR[TRAIN, ..., :1].reshape(30, 64)), NPZ, lambda raw: raw.notes,
        ["rows of numbers were taken as grey images of 8 x 8 (source.shape)"],
    ),
    "a link to elsewhere": (
        lambda: [Path("x.png").write_bytes(encoded(GREY[0])), linked("../x.png", "a/x.png")],
        FOLDER, lambda raw: len(raw.images), 31,
    ),
    "classes called like tests": (
        lambda: folders({name.replace("a/", "test/"): of for name, of in pictures().items()}),
        FOLDER, lambda raw: raw.class_names, ["b", "c", "test"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_read_as_it_is(case: str) -> None:
    make, keys, found, expected = READ[case]
    make()
    assert found(source_of(keys).read(Path("mine"))) == expected


REFUSED: dict[str, tuple[Made, dict[str, Any], str]] = {
    "pixels from 0 or 1": (lambda: sparse(EDGED, zero_based=True), SVM, "source.index_from"),
    "pixels beyond the shape": (
        lambda: sparse(DARK, zero_based=False), SVM | {"shape": [7, 9, 1]}, "numbered 2 to 64",
    ),
    "a word before pixels": (lambda: csv(WORDS, None), CSV | {"label_column": 0}, "source.head"),
    "groups that are not there": (two, NPZ | {"groups": "person"}, "found no array person"),
    "rows in the midst": (
        lambda: two(flat(GREY)), NPZ | {"layout": "HNW"}, "whose N is first (rows) or last",
    ),
    "words that become others": (
        lambda: two(labels=NAMES[LABELS[TRAIN]]), NPZ | {"label_map": {"1": 0}}, "are text",
    ),
    "0 to 1 and 0 to 255": (
        lambda: [
            npz("arrays.npz", images=GREY[TRAIN] / 255, labels=LABELS[TRAIN]),
            npz("test.npz", images=GREY[TEST] / 1.0, labels=LABELS[TEST]),
        ],
        NPZ | {"test": "test.npz"}, "arrays.npz: images: found pixels from 0 to 1, and larger",
    ),
    "parts without training": (
        lambda: folders({name.replace("train/", "val/"): of for name, of in parts().items()}),
        FOLDER, "{.., train: val, test: test}",
    ),
    "parts by longer names": (
        lambda: folders({f"seg_{name}": of for name, of in parts().items()}),
        FOLDER, "{.., train: seg_train, test: seg_test}",
    ),
    "parts in classes": (
        lambda: folders(
            {"/".join([name.split("/")[n] for n in (1, 0, 2)]): of for name, of in parts().items()}
        ),
        FOLDER, "train/CLASS and test/CLASS",
    ),
    "a link to a sibling": (
        lambda: linked(FIRST, "b/x.png"), FOLDER, f"b/x.png: found a link to {FIRST}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_the_key_that_says_it(case: str) -> None:
    make, keys, says = REFUSED[case]
    make()
    with pytest.raises(DataError) as caught:
        source_of(keys).read(Path("mine"))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "keys",
    [
        NPZ | {"label_column": "animal"},
        {"kind": "idx", "train_images": "a", "train_labels": "b", "label_column": "c"},
        {"kind": "csv", "train": "a", "index_from": 0},
        {"kind": "libsvm", "train": "a", "head": True},
        {"kind": "libsvm", "train": "a", "label_column": 1},
    ],
)
def test_keys_without_effect_are_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        source_of(keys)


@pytest.mark.parametrize(
    ("labels", "names", "says"),
    [
        (LABELS[TRAIN] + 1, {"1": "x", "2": "y", "3": "z"}, "which changes them; allowed: a list"),
        (LABELS[TRAIN] + 1, ["x", "y", "z"], None),
    ],
)
def test_names_of_labels_that_change(
    labels: np.ndarray, names: Any, says: str | None, tmp_path: Path
) -> None:
    two(labels=labels)
    entry = {"source": NPZ | {"path": "mine", "labels_from": 1}, "class_names": names}
    if says is None:
        prepared(tmp_path, entry, validation=0.3)
        return
    with pytest.raises(UserError, match=says):
        prepared(tmp_path, entry, validation=0.3)


def test_names_by_labels(tmp_path: Path) -> None:
    two()
    entry = {"source": NPZ | {"path": "mine"}, "class_names": {"0": "x", "1": "y", "2": "z"}}
    prepared(tmp_path, entry, validation=0.3)
    with pytest.raises(UserError, match="class_names: found 3; allowed: a list of names, a map"):
        prepared(tmp_path, entry | {"class_names": 3}, validation=0.3)


SPLITS = {name: name for name in ("train", "test", "extra")}


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({}, [("train", False), ("test", True)]),
        ({"train": ["train", "train"]}, "found the split train twice"),
        ({"train": ["train", "test"]}, [("train", False), ("test", False)]),
        ({"test": "extra"}, [("train", False), ("extra", True)]),
        ({"test": "tset"}, "found no split tset; allowed: train, test, extra"),
        ({"train": ["train", "extra"], "test": "extra"}, "found the split extra twice"),
    ],
)
def test_splits_of_a_package(keys: dict[str, Any], found: Any) -> None:
    source = NamedSource.model_validate({"kind": "huggingface", "name": "x"} | keys)
    if isinstance(found, str):
        with pytest.raises(DataError, match=found):
            source._splits(SPLITS)
    else:
        assert source._splits(SPLITS) == found


def test_names_of_a_package_follow_the_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {"kind": "sklearn", "name": "x", "label_map": {"0": 1, "1": 0}}
    monkeypatch.setattr(
        NamedSource, "_sklearn", lambda _: ([(GREY[TRAIN], LABELS[TRAIN], False)], NAMES)
    )
    raw = source_of(keys).read(Path())
    names = [raw.class_names[label] for label in raw.labels]
    assert names == NAMES[LABELS[TRAIN]].tolist()


def test_the_sheet_of_many_classes_is_soon_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images, labels = np.zeros((480, 2, 2), np.uint8), np.arange(480) // 4
    images[:, 0, 0] = 2
    two(images, labels)
    names = {str(label): f"\U00012000 {label}" for label in range(120)}  # no font has cuneiform
    entry = {"source": NPZ | {"path": "mine"}, "class_names": names}
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Glyph")
        prepared(tmp_path, entry, validation=0.34, test=0.25)
    assert "classes.png: shows 100 of 120 classes" in capsys.readouterr().err


def test_a_link_in_a_zip_is_refused() -> None:
    with zipfile.ZipFile("mine/x.zip", "w") as archive:
        info = zipfile.ZipInfo("a/x.png")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "../b/y.png")
    with pytest.raises(DataError, match=r"found a link, a/x\.png"):
        source_of(FOLDER | {"archive": "x.zip"}).read(Path("mine"))


def test_labels_that_the_catalogue_does_not_name(tmp_path: Path) -> None:
    """A mapping that nobody could compare with the files before they were fetched."""
    raw = RawImages(GREY[TRAIN], LABELS[TRAIN], None, None, ["0", "1", "2"])
    asked = PreparedDataset.model_construct(
        images=30, test_images=None, shape=(8, 8, 1), classes=3, class_names=["x", "y", "z"],
        source_names=["1", "2", "3"], max_value=255,
    )  # fmt: skip
    with pytest.raises(DataError, match=r"has the classes 0, 1, 2, .* says 1, 2, 3"):
        _check(asked, raw)
