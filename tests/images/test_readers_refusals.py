"""Files that must not be read: each is refused by name, at little cost, before any harm is done."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io
from PIL import Image

from densevsconv.errors import DataError
from densevsconv.images.sources import probe, read_source
from tests.images.test_readers_round_trip import (
    WRITTEN,
    Written,
    cifar_source,
    folder_source,
    idx_bytes,
    idx_source,
    mat_bytes,
    mat_source,
    npz_bytes,
    npz_source,
    picture_bytes,
    random_images,
    settings,
    some_labels,
    stl_source,
    tar_bytes,
)

MEMORY = 32 * 2**20
"""Bytes that refusing a file of a few kilobytes may take."""


def by_message(value: object) -> str:
    """Name a test by its message, not by a file's bytes, into which some formats write the time.

    Every process of a run must find the same tests.
    """
    return value if isinstance(value, str) else "file"


def refusal(written: Written, folder: Path) -> str:
    """Return why a source is refused; reading it must take little memory."""
    written.write(folder)
    tracemalloc.start()
    try:
        with pytest.raises(DataError) as caught:
            read_source(written.source, folder)
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    message = str(caught.value)
    assert "\n" not in message
    assert "found" in message or "damaged" in message
    return message


def changed(written: Written, file: str, content: bytes) -> Written:
    assert file in written.files
    written.files[file] = content
    return written


# every kind


@pytest.mark.parametrize("name", WRITTEN)
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    written = WRITTEN[name]()
    written.write(tmp_path)
    first = sorted(written.files)[0]
    (tmp_path / first).unlink()
    if name.startswith("folder"):
        for other in (tmp_path / first).parent.parent.rglob("*.*"):
            other.unlink()  # a class without pictures
        first = str(Path(first).parent.parent)
    for read in (read_source, probe):
        with pytest.raises(DataError, match=first.replace(".", r"\.")):
            read(written.source, tmp_path)


@pytest.mark.parametrize("name", [name for name in WRITTEN if not name.startswith("folder")])
def test_bytes_at_the_end_are_refused(name: str, tmp_path: Path) -> None:
    written = WRITTEN[name]()
    for file, content in written.files.items():
        message = refusal(changed(written, file, content + b"\1"), tmp_path)
        assert file in message
        written.files[file] = content


@pytest.mark.parametrize("name", [name for name in WRITTEN if not name.startswith("folder")])
def test_a_file_that_is_cut_short_is_refused(name: str, tmp_path: Path) -> None:
    written = WRITTEN[name]()
    for file, content in written.files.items():
        # the last half of a tar archive of so little is padding
        end = len(content) // 2 if file.endswith(".tar") else -1
        message = refusal(changed(written, file, content[:end]), tmp_path)
        assert file in message
        written.files[file] = content


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), os.mkfifo])
def test_only_plain_files_are_opened(make: Callable[[Path], None], tmp_path: Path) -> None:
    written = idx_source()
    del written.files["test-labels"]
    make(tmp_path / "test-labels")
    assert "allowed: a file" in refusal(written, tmp_path)


def test_one_file_cannot_be_two_parts(tmp_path: Path) -> None:
    written = mat_source()
    written.source["test"] = ["train.mat"]
    assert "twice" in refusal(written, tmp_path)


def test_parts_of_different_shape_are_refused(tmp_path: Path) -> None:
    images = random_images(6, (5, 7))
    message = refusal(changed(idx_source(), "test-images", idx_bytes(images)), tmp_path)
    assert "5 x 7 x 1" in message
    assert "7 x 5 x 1" in message


def test_more_labels_than_images_are_refused(tmp_path: Path) -> None:
    labels = idx_bytes(some_labels(7))
    message = refusal(changed(idx_source(), "test-labels", labels), tmp_path)
    assert "6 images and 7 labels" in message
    assert "test-labels" in message


@pytest.mark.parametrize(
    ("labels", "part"),
    [
        ([1, 2, 3, 1, 2, 3], "labels from 1 need source.label_map"),
        ([0, 1, 3, 0, 1, 3], "no image of class 2"),
        ([0, 0, 0, 0, 0, 0], "one class"),
    ],
)
def test_classes_run_from_zero_without_a_gap(labels: list[int], part: str, tmp_path: Path) -> None:
    content = npz_bytes(images=random_images(6, (4, 4)), labels=np.array(labels))
    written = changed(npz_source(), "d.npz", content)
    assert part in refusal(written, tmp_path)
    with pytest.raises(DataError, match=part):
        probe(written.source, tmp_path)


# idx


def idx_header(kind: int, *sizes: int) -> bytes:
    return struct.pack(f">HBB{len(sizes)}I", 0, kind, len(sizes), *sizes)


HUGE = 2**32 - 1


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (idx_header(8, HUGE, HUGE, HUGE), "claim of 79,228,162"),
        (gzip.compress(idx_header(8, HUGE, HUGE, HUGE)), "claim of 79,228,162"),
        # could be in a file of this size, but would fill the memory
        (gzip.compress(idx_header(8, 2**19, 32, 32) + os.urandom(2**20)), "may fill"),
        (gzip.compress(idx_header(8, 12, 7, 5) + bytes(2**26)), "found more bytes"),
        (idx_header(8, 12, 7), "00000802; allowed: 00000803 or 00000804"),
        (idx_header(13, 12, 7, 5), "00000d03"),
        (idx_header(8, 0, 7, 5), "0 x 7 x 5"),
        (idx_header(8, 12, 7, 5, 0), "12 x 7 x 5 x 0"),
        (idx_header(8, 12, 3, 32, 32) + bytes(12 * 3 * 32 * 32), "with 1 to 4 channels"),
        (idx_header(8, 12, 7, 5) + bytes(419), "byte 16"),
        (b"", "byte 0: found a claim of 4 bytes of header"),
        (b"\x1f\x8b", "damaged"),
        (b"<html>403 Forbidden</html>", "found the four bytes 3c68746d"),
    ],
    ids=by_message,
)
def test_wrong_idx_images(content: bytes, part: str, tmp_path: Path) -> None:
    message = refusal(changed(idx_source(), "train-images", content), tmp_path)
    assert "train-images: byte" in message
    assert part in message


def test_idx_labels_are_no_images(tmp_path: Path) -> None:
    written = idx_source()
    content = written.files["train-images"]
    message = refusal(changed(written, "train-labels", content), tmp_path)
    assert "allowed: 00000801" in message


def test_a_wrong_checksum_is_seen(tmp_path: Path) -> None:
    written = idx_source(compress=True)
    content = bytearray(written.files["train-images"])
    content[-6] ^= 1  # of the CRC-32, which the size of 4 bytes follows
    assert "CRC" in refusal(changed(written, "train-images", bytes(content)), tmp_path)


# mat


def mat_with(**variables: Any) -> bytes:
    stream = io.BytesIO()
    scipy.io.savemat(stream, variables)
    return stream.getvalue()


X = random_images(12, (7, 5, 3)).transpose(1, 2, 3, 0)
Y = some_labels(12)[:, np.newaxis]


def element(kind: int, data: bytes) -> bytes:
    return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)


def mat_claiming(*shape: int, flags: bytes = struct.pack("<II", 9, 0), size: int) -> bytes:
    """Return a compressed variable X of uint8 that claims a shape, a size and ends there."""
    parts = element(6, flags) + element(5, struct.pack(f"<{len(shape)}i", *shape))
    body = parts + element(1, b"X") + struct.pack("<II", 2, size) + bytes(2**12)
    packed = zlib.compress(struct.pack("<II", 14, len(body)) + body)
    return mat_with()[:128] + struct.pack("<II", 15, len(packed)) + packed


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (mat_with(X=X.astype(float), y=Y), "class double"),
        (mat_with(X=X[..., 0], y=Y), "shape 7 x 5 x 3;"),
        (mat_with(X=X * 1j, y=Y), "complex"),
        (mat_with(X=X), "found no variable y"),
        (mat_with(X={"a": 1}, y=Y), "class struct"),
        (mat_with(X=X, y=Y[:11]), "12 images in X and 11 labels in y"),
        (mat_with(X=X, y=Y + 0.5), "whole numbers"),
        (mat_with(X=X, y=Y + np.nan), "the label nan of image 0"),
        (mat_with(X=X, y=Y + np.inf), "whole numbers"),
        (mat_with(X=X, y=-1.0 - Y), "labels from -3"),
        (mat_with(X=X, y=np.hstack([Y, Y])), "shape 12 x 2"),
        (mat_with(X=X, y="digits"), "class char"),
        (mat_claiming(*[2**31 - 1] * 2, 1, 2, size=HUGE), "as its shape 2147483647 x"),
        (mat_claiming(2**15, 2**15, 1, 3, size=3 * 2**30), "claim of 3,221,225,472 bytes"),
        (mat_claiming(1, 1, 1, 1, flags=bytes(2**10), size=1), "array flags of 1,024 bytes"),
        (mat_claiming(1, 1, 1, -1, size=1), "shape (1, 1, 1, -1)"),
        (mat_claiming(1, 1, 1, 2, size=2), "found more bytes"),
        (mat_with()[:128] + struct.pack("<II", 14, HUGE), "element of 4,294,967,295 bytes"),
        (mat_with()[:126] + b"MI", "big-endian"),
        (b"MATLAB 7.3 MAT-file" + bytes(105) + b"\x00\x02IM" + bytes(900), "MATLAB 7.3"),
        (b"<html>403 Forbidden</html>" * 9, "no header of MATLAB 5"),
        (mat_bytes(X.transpose(3, 0, 1, 2), Y[:, 0]) * 2, "the file is cut short or damaged"),
    ],
    ids=by_message,
)
def test_wrong_mat_files(content: bytes, part: str, tmp_path: Path) -> None:
    message = refusal(changed(mat_source(), "train.mat", content), tmp_path)
    assert "train.mat" in message
    assert part in message


def test_a_mat_variable_twice_is_refused(tmp_path: Path) -> None:
    content = mat_with(X=X, y=Y)
    message = refusal(changed(mat_source(), "train.mat", content + content[128:]), tmp_path)
    assert "found X again" in message


def test_bytes_after_compressed_data_are_refused(tmp_path: Path) -> None:
    content = mat_bytes(X.transpose(3, 0, 1, 2), Y[:, 0], do_compression=True)
    (size,) = struct.unpack("<I", content[132:136])
    packed = content[136 : 136 + size] + b"\0" * 8
    longer = content[:132] + struct.pack("<I", size + 8) + packed + content[136 + size :]
    message = refusal(changed(mat_source(), "train.mat", longer), tmp_path)
    assert "bytes follow the compressed data" in message


# records and archives


def test_a_cifar_label_out_of_range_is_named(tmp_path: Path) -> None:
    written = cifar_source()
    content = bytearray(written.files["data/batch_1.bin"])
    content[2 * 106] = 3
    message = refusal(changed(written, "data/batch_1.bin", bytes(content)), tmp_path)
    assert "label 3 in record 2; allowed: 0 to 2" in message


@pytest.mark.parametrize("label", [0, 4])
def test_an_stl_label_out_of_range_is_named(label: int, tmp_path: Path) -> None:
    written = stl_source()
    content = written.files["train_y"][:-1] + bytes([label])
    message = refusal(changed(written, "train_y", content), tmp_path)
    assert f"label {label} in record 11; allowed: 1 to 3" in message


def test_a_file_that_is_not_in_the_archive_is_named(tmp_path: Path) -> None:
    written = cifar_source("all.tar.gz")
    written.source["test"] = ["data/tset.bin"]
    message = refusal(written, tmp_path)
    assert "all.tar.gz: found no file data/tset.bin" in message


def tar_header(name: str, kind: bytes, size: bytes) -> bytes:
    header = bytearray(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT))
    header[124:136], header[156:157] = size, kind
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


BINARY = b"\x80" + bytes(3) + (2**60).to_bytes(8, "big")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (tar_header("x", b"L", b"77777777777\0") + bytes(2**22), "a header of 8,589,934,591"),
        (tar_header("x", b"x", BINARY) + bytes(2**22), "a header of 1,152,921"),
        (tar_header("x", b"0", BINARY) + bytes(2**22), "claim of 1,152,921"),
        (tar_header("data/batch_0.bin", b"0", BINARY) + bytes(2**22), "claim of 1,152,921"),
        (tar_header("data/batch_0.bin", b"2", b"0" * 11 + b"\0") + bytes(1024), "folder or link"),
        (tar_header("x", b"0", b"zz" + bytes(10)) + bytes(1024), "no size"),
        (tar_header("x", b"x", b"00000000020\0") + b"99 path=a\n" + bytes(2000), "pax header"),
        (tar_bytes({"data/batch_0.bin": bytes(106)}) + b"more", "after the end"),
        (tar_bytes({"data/batch_0.bin": bytes(107)}), "records of 106 bytes"),
        (tar_bytes({"data/batch_0.bin": bytes(106), "./data/batch_0.bin": b"1"}), "twice"),
        (b"", "byte 0"),
        (b"<html>403 Forbidden</html>" * 40, "no header of a tar archive"),
    ],
    ids=by_message,
)
@pytest.mark.parametrize("packed", [True, False])
def test_wrong_archives(content: bytes, part: str, packed: bool, tmp_path: Path) -> None:
    whole = gzip.compress(content) if packed else content
    message = refusal(changed(cifar_source("all.tar.gz"), "all.tar.gz", whole), tmp_path)
    assert "all.tar.gz" in message
    assert part in message


# npz


class Payload:
    """Runs code when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def test_objects_are_refused_and_never_unpickled(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    array = np.array([Payload(touched)] * 12, dtype=object)
    content = npz_bytes(images=random_images(12, (4, 4)), labels=array)
    pickle.loads(pickle.dumps(array[0]))
    touched.unlink()  # so the payload works where something unpickles it
    message = refusal(changed(npz_source(), "d.npz", content), tmp_path)
    assert "d.npz: labels" in message
    assert "objects may run code" in message
    assert not touched.exists()


IMAGES, LABELS = random_images(12, (4, 4)), some_labels(12)


@pytest.mark.parametrize(
    ("arrays", "part"),
    [
        ({"images": IMAGES / 255, "labels": LABELS}, "found float64; allowed: uint8"),
        ({"images": IMAGES.astype(int), "labels": LABELS}, "found int64; allowed: uint8"),
        ({"images": IMAGES, "labels": LABELS.astype(float)}, "labels.astype(numpy.int64)"),
        ({"images": IMAGES, "labels": LABELS[:, np.newaxis]}, "shape (12, 1)"),
        ({"images": IMAGES, "labels": LABELS[:11]}, "12 images and 11 labels"),
        ({"images": IMAGES, "labels": LABELS - 1}, "labels from -1"),
        ({"images": IMAGES, "labels": LABELS.astype(np.uint64) + np.uint64(2**63)}, "below 2^63"),
        ({"images": IMAGES[:, 0], "labels": LABELS}, "12 x 4"),
        ({"images": IMAGES[:0], "labels": LABELS}, "0 x 4 x 4"),
        ({"images": np.asfortranarray(IMAGES), "labels": LABELS}, "numpy.ascontiguousarray"),
        ({"image": IMAGES, "labels": LABELS}, "found no array images"),
        ({"images": IMAGES, "labels": LABELS, "test_images": IMAGES}, "found test_images alone"),
        ({"images": IMAGES, "labels": LABELS, "groups": LABELS[:3]}, "3 numbers in groups"),
        (
            {
                "images": IMAGES, "labels": LABELS, "groups": LABELS + 1,
                "test_images": IMAGES, "test_labels": LABELS, "test_groups": LABELS + 3,
            },
            "group 3 in both parts",
        ),
    ],
)  # fmt: skip
def test_wrong_arrays(arrays: dict[str, np.ndarray], part: str, tmp_path: Path) -> None:
    message = refusal(changed(npz_source(), "d.npz", npz_bytes(**arrays)), tmp_path)
    assert "d.npz" in message
    assert part in message


def npy_claiming(shape: str, length: int | None = None) -> bytes:
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}".encode()
    length = len(text) if length is None else length
    return b"\x93NUMPY\2\0" + struct.pack("<I", length) + text + bytes(2**20)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (npy_claiming(f"({2**60}, 1, 1)"), "claim of 1,152,921"),
        (npy_claiming("(2**9, 9, 9)"), "damaged header"),
        (npy_claiming("(-1, 4, 4)"), "whole numbers from 0"),
        (npy_claiming("(True, 4, 4)"), "whole numbers from 0"),
        (npy_claiming("[" * 3000), "damaged header"),
        (npy_claiming("(12, 4, 4)", HUGE), "a header of 4,294,967,295 bytes"),
        (npy_claiming("(12, 4, 4)"), "found more bytes"),
        (npy_claiming("__import__('os').getcwd()"), "damaged header"),
        (b"PK", "no header of an array"),
    ],
    ids=by_message,
)
@pytest.mark.parametrize("compression", [0, 8])
def test_wrong_npy_headers(content: bytes, part: str, compression: int, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        archive.writestr("images.npy", content + bytes(8))
        np.save(labels := io.BytesIO(), LABELS)
        archive.writestr("labels.npy", labels.getvalue())
    message = refusal(changed(npz_source(), "d.npz", stream.getvalue()), tmp_path)
    assert "d.npz: images: byte" in message
    assert part in message


def test_a_zip_directory_that_claims_too_much(tmp_path: Path) -> None:
    content = bytearray(npz_bytes(images=IMAGES, labels=LABELS))
    start = content.index(b"PK\1\2") + 24
    content[start : start + 4] = struct.pack("<I", 2**31)
    message = refusal(changed(npz_source(), "d.npz", bytes(content)), tmp_path)
    assert "claim of 2,147,483,648 bytes" in message


def test_bytes_before_a_zip_are_refused(tmp_path: Path) -> None:
    content = b"#!/bin/sh\n" + npz_bytes(images=IMAGES, labels=LABELS)
    message = refusal(changed(npz_source(), "d.npz", content), tmp_path)
    assert "nothing before or after it" in message


@pytest.mark.parametrize("compress", [True, False])
def test_a_wrong_checksum_of_an_array_is_seen(compress: bool, tmp_path: Path) -> None:
    content = npz_bytes(images=IMAGES, labels=LABELS, compress=compress)
    start = content.index(b"PK\1\2", content.index(b"PK\1\2") + 4) + 16
    damaged = content[:start] + bytes(4) + content[start + 4 :]
    message = refusal(changed(npz_source(), "d.npz", damaged), tmp_path)
    assert "d.npz: labels" in message
    assert "CRC" in message


def test_a_zip_with_a_long_directory_is_not_opened(tmp_path: Path) -> None:
    directory = bytes(2**21)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, len(directory), 0, 0)
    message = refusal(changed(npz_source(), "d.npz", directory + end), tmp_path)
    assert "directory of 2,097,152 bytes" in message


# folder

COLOUR = random_images(1, (7, 5, 3))[0]


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("train/class 0/notes.txt", b"", "no picture; allowed: .png"),
        ("train/notes.txt", b"", "a folder for each class"),
        ("test/other/a.png", picture_bytes(COLOUR, "PNG"), "the training part does not have"),
        ("train/class 0/z.png", picture_bytes(COLOUR[:6], "PNG"), "6 x 5 pixels"),
        ("train/class 0/a.png", picture_bytes(COLOUR, "JPEG"), "damaged picture"),
        ("train/class 0/a.png", b"", "damaged picture"),
        ("train/class 0/a.png", picture_bytes(COLOUR[..., [0, 1, 2, 2]], "PNG"), "transparency"),
        ("train/class 0/a.gif", picture_bytes(COLOUR, "GIF", transparency=0), "transparency"),
        (
            "train/class 0/a.png",
            picture_bytes(COLOUR[..., 0].astype(np.uint16), "PNG"),
            "allowed: grey or RGB of 8 bits",
        ),
        (
            "train/class 0/a.gif",
            picture_bytes(
                COLOUR, "GIF", save_all=True, append_images=[Image.fromarray(COLOUR[::-1])]
            ),
            "several frames",
        ),
        (
            "train/class 0/a.jpg",
            picture_bytes(np.asarray(Image.fromarray(COLOUR).convert("CMYK")), "TIFF"),
            "damaged picture",
        ),
    ],
    ids=by_message,
)
def test_wrong_pictures(name: str, content: bytes, part: str, tmp_path: Path) -> None:
    written = folder_source()
    written.files[name] = content
    message = refusal(written, tmp_path)
    assert part in message
    assert str(tmp_path / name) in message or str((tmp_path / name).parent) in message


def png_bytes(width: int, height: int, depth: int, colours: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.mark.parametrize("side", [6400, 13_000, 2**31 - 1])
def test_a_picture_that_unpacks_to_gigabytes_is_not_unpacked(side: int, tmp_path: Path) -> None:
    written = folder_source()
    written.files["train/class 0/a.png"] = png_bytes(side, side, 8, 2, bytes(2**20))
    message = refusal(written, tmp_path)
    assert "a.png: found" in message
    assert "pixels; allowed: 40,000,000" in message


def test_a_wrong_checksum_of_a_picture_is_seen(tmp_path: Path) -> None:
    written = folder_source()
    name = "train/class 0/a.png"
    rows = b"".join(b"\0" + bytes(range(15)) for _ in range(7))
    content = png_bytes(5, 7, 8, 2, rows)
    end = content.index(b"IEND") - 4  # the checksum of the pixels is before
    written.files[name] = content[: end - 4] + bytes(4) + content[end:]
    assert f"{name}: found a damaged picture" in refusal(written, tmp_path)


def test_small_pictures_that_fill_the_memory_are_refused(tmp_path: Path) -> None:
    white = picture_bytes(np.full((4000, 4000), 255, np.uint8), "PNG")
    files = {f"{row % 2}/{row}.png": white for row in range(25)}
    source = settings(kind="folder", path="x", mode="grey")
    written = Written(source, files, idx_source().expected)
    assert "may fill" in refusal(written, tmp_path)


def test_folders_that_hold_themselves_end(tmp_path: Path) -> None:
    written = folder_source()
    written.write(tmp_path)
    (tmp_path / "train/class 0/loop").symlink_to(tmp_path / "train")
    assert "folders 9 deep" in refusal(written, tmp_path)


def test_sixteen_bits_of_colour_are_refused(tmp_path: Path) -> None:
    """Pillow opens such a PNG as 8 bits a channel without a word."""
    rows = b"".join(b"\0" + os.urandom(5 * 6) for _ in range(7))
    content = png_bytes(5, 7, 16, 2, rows)
    assert Image.open(io.BytesIO(content)).mode == "RGB"
    written = folder_source()
    written.files["train/class 0/a.png"] = content
    assert "16 bits a channel" in refusal(written, tmp_path)
