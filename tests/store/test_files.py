"""Files are whole or absent, and damaged ones are named."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from densevsconv.errors import DataError
from densevsconv.store.files import (
    atomic_path,
    naming,
    read_json,
    read_npz,
    sweep,
    write_json,
    write_json_if_changed,
    write_npz,
)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_json(file, {"x": 1})

    def fail_half_way() -> None:
        with atomic_path(file) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert read_json(file) == {"x": 1}
    assert list(tmp_path.iterdir()) == [file]


def test_a_killed_writer_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    write_npz(file, {"x": np.arange(3)})
    writer = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path\n"
            "from densevsconv.store.files import atomic_path\n"
            "with atomic_path(Path(sys.argv[1])) as t:\n"
            "    t.write_bytes(b'half'); print('writing', flush=True); time.sleep(60)\n",
            str(file),
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert writer.stdout is not None
    assert writer.stdout.readline().strip() == b"writing"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert read_npz(file)["x"].tolist() == [0, 1, 2]


def test_unchanged_json_keeps_its_time_stamp(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    assert write_json_if_changed(file, {"b": 1, "a": 2})
    before = file.stat().st_mtime_ns
    time.sleep(0.01)
    assert not write_json_if_changed(file, {"a": 2, "b": 1})
    assert file.stat().st_mtime_ns == before
    assert write_json_if_changed(file, {"a": 3, "b": 1})


def test_same_arrays_same_bytes(tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        write_npz(tmp_path / name, {"x": np.arange(5), "y": np.ones(2)})
        time.sleep(0.01)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"PK\x03\x04 not a zip"])
def test_damaged_files_are_named(tmp_path: Path, content: bytes) -> None:
    for read, name in ((read_json, "a.json"), (read_npz, "a.npz")):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(DataError, match=name):
            read(file)  # type: ignore[operator]
    with pytest.raises(DataError, match="not found"):
        read_json(tmp_path / "absent.json")


def test_pickled_arrays_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    np.savez(file, x=np.array([{"any": "object"}], dtype=object))
    with pytest.raises(DataError, match=r"a\.npz"):
        read_npz(file)


def test_nan_is_refused_in_json(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    assert json.dumps({}) == "{}"
    assert not (tmp_path / "a.json").exists()


def test_what_a_killed_writer_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "a" / "weights.npz") as left:
        kept = tmp_path / "kept"
        kept.write_bytes(b"half")
    kept.rename(left)  # as `kill -9` would leave it
    left.with_name("weights.npz").unlink()
    for name in (".lock", "weights.npz", ".hidden.json"):
        (left.parent / name).touch()
    sweep(tmp_path)
    assert left.exists()  # it may be another's, who writes to it now
    sweep(tmp_path, older_than=-1)
    assert sorted(file.name for file in left.parent.iterdir()) == sorted(
        [".lock", "weights.npz", ".hidden.json"]
    )


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), OSError(errno.EACCES, "no"), MemoryError("much")]
)
def test_what_says_nothing_of_the_file_does_not_call_it_damaged(error: Exception) -> None:
    with pytest.raises(type(error)), naming(Path("weights.npz")):
        raise error
    with pytest.raises(DataError, match="damaged"), naming(Path("weights.npz")):
        raise OSError("Invalid parquet")
