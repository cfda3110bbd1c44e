"""Every kind of source is read back exactly, or refused in one line that names the file."""

import pickle
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
from PIL import Image
from pydantic import ValidationError
from sklearn.neighbors import KNeighborsClassifier

from densevsconv.errors import DataError
from densevsconv.images.sources import SOURCES, RawImages, source_of
from tests.support.written_sources import (
    CLASSES,
    COLOUR,
    GREY,
    LABELS,
    TEST,
    TRAIN,
    WRITTEN,
    Written,
    cifar,
    folder,
    idx,
    idx_bytes,
    mat,
    mat_bytes,
    npz,
    npz_bytes,
    picture_bytes,
    stl,
    tar_bytes,
)


def assert_same(found: RawImages, expected: RawImages) -> None:
    assert (found.images.dtype, found.labels.dtype) == (np.uint8, np.int64)
    assert found.images.flags.c_contiguous
    np.testing.assert_array_equal(found.images, expected.images)
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert found.test_from == expected.test_from
    assert (found.groups is None) == (expected.groups is None)
    np.testing.assert_array_equal(found.groups, expected.groups)


def refusal(written: Written, folder: Path, *, probed: bool = False) -> str:
    """Return why a source is refused, in one line."""
    source = written.write(folder)
    with pytest.raises(DataError) as caught:
        (source.probe if probed else source.read)(folder)
    message = str(caught.value)
    assert "\n" not in message
    return message


# every kind


def test_every_kind_is_tested() -> None:
    named = {"digits", "sklearn", "huggingface", "tensorflow_datasets", *GENERATED}
    assert {name.partition("-")[0] for name in WRITTEN} | named == set(SOURCES)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_source_is_read_back_exactly(name: str, tmp_path: Path) -> None:
    written = WRITTEN[name]()
    source = written.write(tmp_path)
    assert_same(source.read(tmp_path), written.expected)
    assert sorted(source.files(tmp_path)) == sorted(tmp_path / file for file in written.files)
    assert source_of(source.model_dump()) == source
    seen = source.probe(tmp_path)
    assert (seen.images, seen.test_images, seen.classes) == (TRAIN + TEST, TEST, CLASSES)
    assert seen.shape == written.images.shape[1:]
    word = "class " if name.startswith("folder") else ""
    assert seen.class_names == [f"{word}{label}" for label in range(CLASSES)]


def test_digits_need_no_files(tmp_path: Path) -> None:
    source = source_of("digits")
    found = source.read(tmp_path)
    assert found.images.shape == (1797, 8, 8, 1)
    assert (found.images.min(), found.images.max()) == (0, 16)
    assert source.probe(tmp_path).class_names == [str(label) for label in range(10)]
    assert source.files(tmp_path) == []


GENERATED: dict[str, tuple[dict[str, Any], float]] = {
    "mnist1d": ({"shift": 0, "shear": 0, "samples": 600}, 0.8),
    "patches": ({"patches": 4, "size": 6, "noise": 0.2, "samples": 600}, 0.8),
}
"""Knobs that make a set easy, and what a nearest neighbour must then reach."""


@pytest.mark.parametrize("kind", GENERATED)
def test_generated_images_have_what_their_knobs_say(kind: str) -> None:
    knobs, least = GENERATED[kind]
    source = source_of({"kind": kind} | knobs)
    found, seen, again = source.read(Path()), source.probe(Path()), source.read(Path())
    assert_same(found, again)
    assert found.images.shape == (seen.images, *seen.shape)
    assert np.ptp(np.bincount(found.labels, minlength=seen.classes)) <= 1
    assert found.images.std() > 5  # between black and white, and not at the ends
    assert np.isin(found.images, [0, 255]).mean() < 0.05
    other = source_of({"kind": kind, "seed": 1} | knobs).read(Path())
    assert (found.images != other.images).mean() > 0.5
    train, test = slice(0, 450), slice(450, None)
    rows = found.images.reshape(len(found.images), -1)

    def neighbour(labels: np.ndarray) -> float:
        model = KNeighborsClassifier(5).fit(rows[train], labels[train])
        return float(model.score(rows[test], found.labels[test]))

    shuffled = np.random.default_rng(0).permutation(found.labels)
    chance = 1 / seen.classes
    assert neighbour(found.labels) > least
    assert neighbour(shuffled) < chance + 4 * (chance * (1 - chance) / 150) ** 0.5


@pytest.mark.parametrize(("kind", "knob", "harder"), [
    ("mnist1d", "shift", 1), ("mnist1d", "noise", 1), ("mnist1d", "correlated_noise", 1),
    ("mnist1d", "shear", 6), ("mnist1d", "padding", [300, 400]), ("mnist1d", "scale", 5),
    ("patches", "noise", 1), ("patches", "signal", 0.1), ("patches", "patches", 64),
])  # fmt: skip
def test_each_knob_makes_it_harder(kind: str, knob: str, harder: Any) -> None:
    def neighbour(keys: dict[str, Any]) -> float:
        found = source_of(keys).read(Path())
        rows = found.images.reshape(len(found.images), -1)
        model = KNeighborsClassifier(5).fit(rows[:450], found.labels[:450])
        return float(model.score(rows[450:], found.labels[450:]))

    easy = {"kind": kind} | GENERATED[kind][0]
    assert neighbour(easy | {knob: harder}) < neighbour(easy) - 0.05


def test_one_dimension_moves_along_the_other() -> None:
    """A curve is the same wherever it lies, and what lies around it is background."""
    quiet = {"kind": "mnist1d", "length": 60, "samples": 20, "padding": [48, 48]}
    quiet |= {"scale": 0, "shear": 0, "noise": 0, "correlated_noise": 0}
    moved, still = (
        source_of(quiet | {"shift": share}).read(Path()).images[:, 0, :, 0].astype(int)
        for share in (1, 0)
    )
    assert np.abs(moved - still).mean() > 5
    assert np.abs(np.sort(moved) - np.sort(still)).mean() < 3
    assert (moved == 128).mean() > 0.7


def test_a_test_part_may_be_missing_and_labels_may_swap(tmp_path: Path) -> None:
    written = idx()
    written.keys |= {"test_images": [], "test_labels": [], "label_map": {"0": 1, "1": 0}}
    source = written.write(tmp_path)
    found = source.read(tmp_path)
    assert (found.test_from, source.probe(tmp_path).test_images) == (None, None)
    np.testing.assert_array_equal(found.labels, np.array([1, 0, 2])[LABELS[:TRAIN]])


DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda _: None,
    "empty": lambda _: b"",
    "cut short": lambda content: content[: len(content) // 3 + 1],
    "another kind": lambda _: b"<html>403 Forbidden</html>" * 41,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", WRITTEN)
def test_a_damaged_file_is_named(name: str, damage: str, tmp_path: Path) -> None:
    written = WRITTEN[name]()
    source = written.write(tmp_path)
    for file, content in written.files.items():
        damaged = DAMAGES[damage](content)
        if damaged is None and name.startswith("folder"):
            continue  # which pictures there should be nobody knows
        (tmp_path / file).unlink()
        if damaged is not None:
            (tmp_path / file).write_bytes(damaged)
        with pytest.raises(DataError, match=Path(file).stem) as caught:
            source.read(tmp_path)
        assert "\n" not in str(caught.value)
        (tmp_path / file).write_bytes(content)
    assert_same(source.read(tmp_path), written.expected)


CHECKSUMS = ("idx-gzip", "mat-compressed", "cifar-tar.gz", "stl-tar.gz", "npz", "npz-compressed")


@pytest.mark.parametrize("name", CHECKSUMS)
def test_a_flipped_bit_is_refused_or_changes_nothing(name: str, tmp_path: Path) -> None:
    """Where the format has a checksum; files that are fetched have theirs."""
    written = WRITTEN[name]()
    source, random = written.write(tmp_path), np.random.default_rng(0)
    refusals = []
    for _ in range(60):
        file = random.choice(sorted(written.files))
        content = bytearray(written.files[file])
        content[random.integers(len(content))] ^= 1 << int(random.integers(8))
        (tmp_path / file).write_bytes(content)
        try:
            assert_same(source.read(tmp_path), written.expected)
        except DataError as error:
            refusals.append((Path(file).stem, str(error)))
        (tmp_path / file).write_bytes(written.files[file])
    assert refusals
    assert all(file in message and "\n" not in message for file, message in refusals)


@pytest.mark.parametrize("test", ["train.mat", "./train.mat", "link.mat"])
def test_a_file_is_not_in_two_parts(test: str, tmp_path: Path) -> None:
    written = mat()
    (tmp_path / "link.mat").symlink_to(tmp_path / "train.mat")
    written.keys["test"] = test
    for probed in (False, True):
        assert "found twice in the source" in refusal(written, tmp_path, probed=probed)


X, Y = COLOUR[:TRAIN].transpose(1, 2, 3, 0), LABELS[:TRAIN, np.newaxis]
IMAGES, NUMBERS = GREY[:TRAIN, ..., 0], LABELS[:TRAIN]
HUGE = struct.pack(">HBB3I", 0, 8, 3, *[2**32 - 1] * 3)
MAT_7_3 = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(900)
SHORT_RECORDS = tar_bytes({f"data/batch_{n}.bin": bytes(107) for n in (0, 1)})

WRONG: list[tuple[Callable[[], Written], str, bytes, str]] = [
    *(
        (idx, file, idx_bytes(array), part)
        for file, array, part in (
            ("test_images", GREY[:6, :5, :, 0], "5 x 5 x 1; allowed: 7 x 5 x 1, as in"),
            ("test_labels", LABELS[:7], "6 images and 7 labels"),
            ("train_labels", GREY, "shape 18 x 7 x 5 x 1; allowed: a whole number or a name"),
            ("train_images", LABELS, "images of shape 18; allowed: images x height"),
            ("train_images", np.zeros((12, 7, 32, 32)), "with 1 to 4 channels"),
            ("train_images", np.zeros((0, 7, 5)), "0 x 7 x 5"),
        )
    ),
    (idx, "train_images", idx_bytes(IMAGES) + b"\1", "found 421 bytes of values; allowed: 420"),
    (idx, "train_images", HUGE, "bytes of values; allowed: 79,228,162"),
    (idx, "train_images", b"PK\x03\x04" + bytes(99), "zip archive (name it in source.archive)"),
    (idx, "train_images", b"<!doctype html>", "looks like a page of HTML"),
    *(
        (mat, "train.mat", mat_bytes(**variables), part)
        for variables, part in (
            ({"X": X / 256 * 300, "y": Y}, "X: found float64 pixels from 0 to"),
            ({"X": X[..., 0], "y": Y}, "3 images and 12 labels"),
            ({"X": X}, "found X (7 x 5 x 3 x 12); allowed: arrays of a usual name"),
            ({"X": {"a": 1}, "y": Y}, "found X/a (1 x 1), y (12 x 1)"),
            ({"X": X, "y": Y[:11]}, "12 images and 11 labels"),
            ({"X": X, "y": Y + 0.5}, "y: found the label 0.5 of image 0; allowed: whole numbers"),
            ({"X": X, "y": Y + np.nan}, "the label nan of image 0"),
            ({"X": X, "y": -1.0 - Y}, "labels -3, -2, -1, 0, 1, 2; allowed: from 0 on"),
            ({"X": X, "y": np.hstack([Y, Y])}, "source.label_column says which column"),
            ({"X": X, "y": "digits"}, "y: found labels that are text"),
        )
    ),
    (mat, "train.mat", MAT_7_3, "looks like a MATLAB 7.3 file"),
    (cifar, "data/test.bin", bytes([9] * 106), "label 9 in record 0; allowed: 0 to 2"),
    (stl, "train_labels", bytes([1] * 11 + [9]), "label 9 in record 11; allowed: 1 to 3"),
    (
        lambda: cifar("all.tar"), "all.tar", SHORT_RECORDS,
        "data/batch_0.bin: found 107 bytes; allowed: one or more records of",
    ),
    *(
        (npz, "d.npz", npz_bytes(**({"images": IMAGES, "labels": NUMBERS} | arrays)), part)
        for arrays, part in (
            ({"images": IMAGES[:, 0]}, "found 12 rows of 5 numbers; allowed: one an image"),
            ({"images": IMAGES[:0]}, "0 x 7 x 5"),
            ({"images": np.array(["a"] * 12)}, "found images of shape 12"),
            ({"labels": NUMBERS[:11]}, "12 images and 11 labels"),
            ({"labels": NUMBERS - 1}, 'source.label_map: {"-1": 0, "0": 1, "1": 2}'),
            ({"labels": NUMBERS % 2 * 2 - 1}, 'source.label_map: {"-1": 0, "1": 1}'),
            ({"labels": NUMBERS + 1}, "source.labels_from: 1 where 1 is the first class, or"),
            ({"labels": NUMBERS * 2}, 'source.label_map: {"0": 0, "2": 1, "4": 2}'),
            ({"labels": NUMBERS * 0}, "one class"),
            ({"labels": NUMBERS.astype(np.uint64) + np.uint64(2**63)}, "label 9223372036854775808"),
            ({"groups": NUMBERS[:3]}, "groups: found int64 of shape 3; allowed: 12 whole numbers"),
            (
                {
                    "groups": NUMBERS + 1, "test_images": IMAGES, "test_labels": NUMBERS,
                    "test_groups": NUMBERS + 3,
                },
                "the group 3 in the training part too",
            ),
        )
    ),
]  # fmt: skip
"""A source, the file that is wrong, what it holds, and words of the refusal."""


@pytest.mark.parametrize(("kind", "file", "content", "part"), WRONG, ids=[w[3] for w in WRONG])
def test_wrong_files(
    kind: Callable[[], Written], file: str, content: bytes, part: str, tmp_path: Path
) -> None:
    for probed in (False, True)[: 2 if kind is npz else 1]:
        message = refusal(kind().but(file, content), tmp_path, probed=probed)
        assert Path(file).name in message
        assert part in message


def test_what_is_not_in_the_archive_is_named(tmp_path: Path) -> None:
    written = cifar("all.tar")
    written.keys["test"] = "data/tset.bin"
    assert "all.tar/data/tset.bin: no such file" in refusal(written, tmp_path)


class Payload:
    """Runs code when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    array = np.array([Payload(touched)] * 12, dtype=object)
    pickle.loads(pickle.dumps(array[0]))
    touched.unlink()  # so the payload works where something unpickles it
    content = npz_bytes(images=IMAGES, labels=array)
    assert "d.npz" in refusal(npz().but("d.npz", content), tmp_path)
    assert not touched.exists()


# settings


def test_settings_have_one_spelling() -> None:
    found = source_of({"kind": "mat", "train": ["./a.mat", "b//c.mat"], "label_map": {10: 0}})
    assert found == source_of(
        {"kind": "mat", "train": ["a.mat", "b/c.mat"], "label_map": {"10": 0}}
    )
    assert source_of({"kind": "mat", "train": "a"}) == source_of({"kind": "mat", "train": ["a"]})


@pytest.mark.parametrize(
    "keys",
    [
        {"kind": "matlab", "train": "a"},
        {"kind": ["mat"]},
        {"train": "a"},
        {"kind": "mat", "train": []},
        *({"kind": "mat", "train": name} for name in ("/a", "../a", "a/../../a", ".", "./", "")),
        {"kind": "mat", "train": "a", "trian": "b"},
        *(
            {"kind": "mat", "train": "a", "label_map": labels}
            for labels in ({"ten": 0}, {"10": "0"}, {"10": -1}, {True: 0}, {"1\n": 0})
        ),
        {"kind": "idx", "train_images": "a", "train_labels": ["b", "c"]},
        {"kind": "idx", "train_images": "a", "train_labels": "b", "test_images": "c"},
        {"kind": "cifar", "train": "a", "label_bytes": 3},
        {"kind": "cifar", "train": "a", "shape": [32, 32]},
        {"kind": "stl", "train_images": "a"},
        {"kind": "folder", "path": "a", "test": "test"},
        {"kind": "folder", "path": "a", "train": "all", "test": "./all/"},
        {"kind": "folder", "path": "a", "train": "all", "test": "all/test"},
        {"kind": "folder", "path": "a", "train": "all/train", "test": "all"},
        {"kind": "folder", "path": "a", "size": [32, 0]},
        {"kind": "folder", "path": "a", "mode": "gray"},
        {"kind": "npz"},
    ],
)
def test_wrong_settings_are_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        source_of(keys)


def test_arrays_may_have_other_names_and_the_test_part_alone_groups(tmp_path: Path) -> None:
    written, four = npz(), slice(4)
    names = {"images": "x", "labels": "y", "test_images": "v", "test_labels": "w"}
    arrays = {"x": IMAGES[four], "y": NUMBERS[four] % 2, "v": IMAGES[four], "w": NUMBERS[four] % 2}
    content = npz_bytes(**arrays, test_groups=np.array([0, 0, 8, 0]))
    written.keys |= names
    found = written.but("d.npz", content).write(tmp_path).read(tmp_path)
    np.testing.assert_array_equal(found.images[4:, ..., 0], IMAGES[four])
    assert found.groups is not None
    assert found.groups.tolist() == [0, 1, 2, 3, 4, 4, 5, 4]


# pictures


def pictures(place: Path, files: dict[str, np.ndarray], **keys: Any) -> RawImages:
    content = {
        name: picture_bytes(pixels, Path(name).suffix[1:].upper()) for name, pixels in files.items()
    }
    written = Written({"kind": "folder", "path": "x"} | keys, content, GREY, LABELS)
    return written.write(place).read(place)


def test_all_below_folders_of_one_name_is_one_group(tmp_path: Path) -> None:
    names = ["a/p/1.png", "a/p/2020/1.png", "a/p/2021/1.png", "a/q/1.png", "a/r.png"]
    names += ["b/p/1.png", "b/r.png"]
    found = pictures(tmp_path, dict.fromkeys(names, GREY[0]))
    assert found.labels.tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert found.groups is not None
    assert found.groups.tolist() == [0, 0, 0, 1, 2, 0, 3]


def test_parts_of_pictures_are_apart(tmp_path: Path) -> None:
    written = folder()
    written.files["test/class 1/person/1.png"] = written.files["train/class 0/person/0.png"]
    for probed in (False, True):
        message = refusal(written, tmp_path, probed=probed)
        assert "test: found the group person in the training part too" in message
    (tmp_path / "link").symlink_to(tmp_path / "train")
    written.keys["test"] = "link"
    assert "link: found twice in the source" in refusal(written, tmp_path)


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    written = folder()
    written.files |= {"train/.DS_Store": b"x", "train/class 0/.thumbs/a.txt": b"x"}
    assert_same(written.write(tmp_path).read(tmp_path), written.expected)


def test_a_colour_makes_all_pictures_rgb(tmp_path: Path) -> None:
    grey, colour = GREY[0, ..., 0], COLOUR[1]
    files = {"a/1.png": grey, "b/1.png": colour}
    found = pictures(tmp_path, files).images
    np.testing.assert_array_equal(found, [np.repeat(grey[..., np.newaxis], 3, axis=2), colour])
    luma = pictures(tmp_path, files, mode="grey").images[..., 0]
    np.testing.assert_array_equal(luma[0], grey)
    # ITU-R 601-2, as Pillow documents mode L
    assert np.abs(luma[1] - colour @ np.array([299, 587, 114]) / 1000).max() <= 1
    assert pictures(tmp_path, {"b/1.png": grey}, mode="rgb").images.shape == (2, 7, 5, 3)


def test_a_size_averages_over_areas(tmp_path: Path) -> None:
    first, second = COLOUR[:6, :4, :, 0].reshape(6, 20), COLOUR[:12, 0, :4, 1]
    found = pictures(tmp_path, {"a/1.png": first, "b/1.png": second}, size=[3, 2])
    for pixels, image in zip((first, second), found.images[..., 0], strict=True):
        height, width = pixels.shape[0] // 3, pixels.shape[1] // 2
        means = pixels.reshape(3, height, 2, width).mean(axis=(1, 3))
        assert np.abs(image - means).max() <= 1


def test_pictures_are_turned_upright_and_palettes_become_colours(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter clockwise
    turned = picture_bytes(np.rot90(COLOUR[0]), "PNG", exif=exif)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/1.png").write_bytes(turned)
    found = pictures(tmp_path, {"b/1.png": COLOUR[0], "b/2.gif": COLOUR[0]}).images
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[1], found[2])


def sixteen_bits() -> bytes:
    """Return a PNG of 16 bits a channel, which Pillow reads but does not write."""
    header = struct.pack(">IIBBBBB", 5, 7, 16, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(7 * 31))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def wrong_checksum() -> bytes:
    """Return a PNG whose pixels have a wrong checksum, the four bytes before its last chunk."""
    content = picture_bytes(COLOUR[0], "PNG")
    end = content.index(b"IEND") - 4
    return content[: end - 4] + bytes(4) + content[end:]


CLEAR = np.concatenate([COLOUR[0], GREY[0]], axis=2)
FRAMES = {"save_all": True, "append_images": [Image.fromarray(COLOUR[1])]}


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("train/class 0/notes.txt", b"", "source.leave_out: [train/class 0/notes.txt]"),
        ("train/notes.txt", b"", "a folder for each class"),
        ("test/other/a.png", picture_bytes(GREY[0], "PNG"), "the training part does not have"),
        ("train/class 0/z.png", picture_bytes(GREY[0, :6], "PNG"), "6 x 5 pixels"),
        ("train/class 0/a.png", picture_bytes(CLEAR, "PNG"), "transparency"),
        ("train/class 0/a.gif", picture_bytes(COLOUR[0], "GIF", transparency=0), "transparency"),
        ("train/class 0/a.png", wrong_checksum(), "allowed: a picture (PNG, JPEG"),
        ("train/class 0/a.png", sixteen_bits(), "found 16 bits a channel"),
        ("train/class 0/a.png", picture_bytes(GREY[0].astype(np.uint16), "PNG"), "source.range"),
        ("train/class 0/a.gif", picture_bytes(COLOUR[0], "GIF", **FRAMES), "several frames"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_wrong_pictures(name: str, content: bytes, part: str, tmp_path: Path) -> None:
    message = refusal(folder().but(name, content), tmp_path)
    assert part in message
    assert str(tmp_path / name) in message or str((tmp_path / name).parent) in message


def test_a_class_without_pictures_is_named(tmp_path: Path) -> None:
    (tmp_path / "train" / "empty").mkdir(parents=True)
    assert "empty: found no pictures; allowed: one" in refusal(folder(), tmp_path)


# the real files


def test_mnist(shared_data: Path) -> None:
    parts = {"train": "train", "test": "t10k"}
    keys = {f"{part}_images": f"{name}-images-idx3-ubyte.gz" for part, name in parts.items()}
    keys |= {f"{part}_labels": f"{name}-labels-idx1-ubyte.gz" for part, name in parts.items()}
    found = source_of({"kind": "idx"} | keys).read(shared_data / "mnist")
    assert (found.images.shape, found.test_from) == ((70_000, 28, 28, 1), 60_000)
    assert found.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert found.labels[60_000:60_005].tolist() == [7, 2, 1, 0, 4]
    # mean and standard deviation of the training part that everybody scales by
    assert found.images[:60_000].mean() / 255 == pytest.approx(0.1307, abs=1e-4)
    assert found.images[:60_000].std() / 255 == pytest.approx(0.3081, abs=1e-4)


def test_svhn_sample(shared_data: Path) -> None:
    place = shared_data / "svhn_sample"
    keys = {"train": "train_32x32.mat", "test": "test_32x32.mat", "label_map": {10: 0}}
    source = source_of({"kind": "mat"} | keys)
    found = source.read(place)
    assert found.test_from == 8001
    content = scipy.io.loadmat(place / "test_32x32.mat")
    np.testing.assert_array_equal(found.images[8001:], content["X"].transpose(3, 0, 1, 2))
    np.testing.assert_array_equal(found.labels[8001:], content["y"].ravel() % 10)
    seen = source.probe(place)
    assert (seen.images, seen.test_images, seen.shape) == (10_000, 1999, (32, 32, 3))


def test_cifar_sample(shared_data: Path) -> None:
    source = source_of({"kind": "cifar", "train": "data_batch_1.bin", "test": "test_batch.bin"})
    found = source.read(shared_data / "cifar10_sample")
    assert found.images.shape == (11_000, 32, 32, 3)
    # a frog, two trucks, a deer and a car; the test part begins with a cat and two ships
    assert found.labels[:5].tolist() == [6, 9, 9, 4, 1]
    assert found.labels[10_000:10_003].tolist() == [3, 8, 8]
    assert found.images[0, 0, 0].tolist() == [59, 62, 63]
