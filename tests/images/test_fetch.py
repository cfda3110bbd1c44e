"""Files arrive whole and checked, whatever servers, networks and processes do meanwhile."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from densevsconv.errors import ConfigError, DataError
from densevsconv.images.download import Patience
from densevsconv.images.fetch import fetch_files
from tests.support.fetch_servers import QUICK, FileServer, entry, serving, sha256

NAME = "train-images-idx3-ubyte.gz"
CONTENT = np.random.default_rng(0).bytes(600_000)
HALF = len(CONTENT) // 2
FLIPPED = CONTENT[:1000] + bytes([CONTENT[1000] ^ 1]) + CONTENT[1001:]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving({NAME: CONTENT}) as started:
        yield started


@pytest.fixture
def other() -> Iterator[FileServer]:
    with serving({NAME: CONTENT}) as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "raw" / "mnist"


def fetch(
    folder: Path,
    *urls: str,
    mirror: str | None = None,
    patience: Patience = QUICK,
    content: bytes = CONTENT,
    **changes: Any,
) -> dict[str, Any]:
    """Fetch the one file, which then holds ``content``; return its record."""
    files = {NAME: entry(CONTENT, *urls, **changes)}
    record = fetch_files("mnist", files, folder, mirror, patience=patience)[NAME]
    assert not (folder / f"{NAME}.part").exists()
    assert (folder / NAME).read_bytes() == content
    return record


def unused_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/{NAME}"


def left(folder: Path) -> set[str]:
    """Return what is in a folder, locks left out."""
    if not folder.exists():
        return set()
    return {file.name for file in folder.iterdir() if file.suffix != ".lock"}


def ranges(server: FileServer) -> list[str | None]:
    return [headers.get("Range") for _, headers in server.seen]


def test_a_file_is_fetched_checked_and_recorded_and_then_needs_no_network(
    server: FileServer, folder: Path
) -> None:
    record = {
        "path": (folder / NAME).as_posix(),
        "size": len(CONTENT),
        "sha256": sha256(CONTENT),
        "verified": True,
        "origin": server.url(NAME),
    }
    assert fetch(folder, server.url(NAME)) == record
    again = fetch(folder, unused_address(), mirror=unused_address())
    assert again == record | {"origin": "present"}
    assert left(folder) == {NAME}, "nothing else may be written beside it"


@pytest.mark.parametrize("wrong", [FLIPPED, CONTENT[:-1], b""], ids=["flipped", "short", "empty"])
def test_a_wrong_file_that_is_there_is_not_used(
    wrong: bytes, server: FileServer, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(wrong)
    with pytest.raises(DataError, match=rf"{NAME} has .* instead of .* and could not be fetched"):
        fetch(folder, unused_address())
    assert fetch(folder, server.url(NAME))["origin"] == server.url(NAME)
    assert "not used, fetched anew" in capsys.readouterr().err


def test_one_message_names_the_file_the_addresses_the_reasons_and_the_setting(
    server: FileServer, folder: Path, tmp_path: Path
) -> None:
    gone, dead, mirror = server.url("gone"), unused_address(), tmp_path / "mirror"
    with pytest.raises(DataError) as caught:
        fetch(folder, gone, dead, mirror=str(mirror))
    message = str(caught.value)
    assert "\n" not in message
    assert f"data set mnist: {folder / NAME} is not there and could not be fetched" in message
    assert f"{mirror / 'mnist' / NAME} (no such file); {mirror / NAME} (no such file)" in message
    assert f"{gone} (HTTP 404 Not Found); {dead} (" in message
    for part in ("Connection refused", "data_mirror", "DENSEVSCONV_DATA_MIRROR"):
        assert part in message
    assert left(folder) == set()
    with pytest.raises(DataError, match=rf"{NAME} is not there .* no address of it is known"):
        fetch(folder)


def test_passwords_are_not_shown(
    server: FileServer, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = server.url().replace("http://", "http://me:secret@")
    with pytest.raises(DataError) as caught:
        fetch(folder, secret + "gone")
    record = fetch(folder, mirror=secret)
    said = capsys.readouterr()
    assert record["origin"] == server.url(NAME)
    assert "secret" not in str(caught.value) + said.err + said.out
    assert server.seen[-1][1]["Authorization"].startswith("Basic ")


def test_a_flipped_byte_is_refused_and_the_next_address_tried(
    server: FileServer, other: FileServer, folder: Path
) -> None:
    server.files[NAME] = FLIPPED
    with pytest.raises(DataError, match=f"sha256 {sha256(FLIPPED)} instead of {sha256(CONTENT)}"):
        fetch(folder, server.url(NAME))
    assert left(folder) == set(), "nothing may be left that could be trusted"
    assert fetch(folder, server.url(NAME), other.url(NAME))["origin"] == other.url(NAME)
    assert (len(server.seen), len(other.seen)) == (2, 1)


@pytest.mark.parametrize("chunked", [True, False])
def test_a_file_of_another_size_is_stopped(
    chunked: bool, server: FileServer, other: FileServer, folder: Path
) -> None:
    server.chunked, server.files[NAME] = chunked, CONTENT * 100  # more than the system's buffers
    words = "sends more than 600,000 bytes" if chunked else "has a file of 60,000,000 bytes instead"
    with pytest.raises(DataError, match=words):
        fetch(folder, server.url(NAME))
    assert server.sent < 0.5 * len(server.files[NAME])
    assert left(folder) == set()
    fetch(folder, server.url(NAME), other.url(NAME))


def test_an_answer_of_unsaid_length_is_fine_where_the_catalogue_says_it(
    server: FileServer, folder: Path
) -> None:
    server.chunked = True
    server.headers = {"Content-Encoding": "gzip"}  # a file marked so is kept as it is
    fetch(folder, server.url(NAME))
    assert server.seen[0][1]["Accept-Encoding"] == "identity"
    (folder / NAME).unlink()
    with pytest.raises(DataError, match="the catalogue must state its size"):
        fetch(folder, server.url(NAME), size=None, sha256=None)


@pytest.mark.parametrize(("status", "asked"), [(403, 1), (404, 1), (429, 3), (503, 3)])
def test_a_busy_server_is_asked_again_and_then_left(
    status: int, asked: int, server: FileServer, other: FileServer, folder: Path
) -> None:
    server.statuses = [status] * 99
    server.headers = {"Retry-After": "3600"}
    begin = time.monotonic()
    assert fetch(folder, server.url(NAME), other.url(NAME))["origin"] == other.url(NAME)
    assert len(server.seen) == asked <= QUICK.tries
    assert time.monotonic() - begin < 5
    (folder / NAME).unlink()
    server.statuses = [503] * 2
    assert fetch(folder, server.url(NAME))["origin"] == server.url(NAME)


@pytest.mark.parametrize("etag", ['"v1"', ""])
def test_a_broken_download_goes_on_where_it_broke(
    etag: str, server: FileServer, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.etag, server.cuts = etag, [HALF, HALF // 2]
    fetch(folder, server.url(NAME))
    assert server.sent == len(CONTENT), "no byte may be asked for twice"
    assert ranges(server) == [None, f"bytes={HALF}-", f"bytes={HALF + HALF // 2}-"]
    assert server.seen[1][1].get("If-Range") == (etag or None)
    assert "broke off after 300.0 kB" in capsys.readouterr().err


def test_a_stalled_download_goes_on_where_it_stalled(server: FileServer, folder: Path) -> None:
    server.stalls = [HALF]
    fetch(folder, server.url(NAME), patience=Patience(wait=1, tries=2, backoff=0.01))
    assert server.seen[1][1]["Range"].startswith("bytes=2")  # what of the half had been written


def test_breaks_end_it_when_they_bring_it_no_further(server: FileServer, folder: Path) -> None:
    server.cuts = [50_000] * 11
    fetch(folder, server.url(NAME))
    assert len(server.seen) == 12 > QUICK.tries
    assert server.sent == len(CONTENT)
    (folder / NAME).unlink()
    server.seen.clear()
    server.cuts, server.ranges = [HALF] * 99, False
    with pytest.raises(DataError, match=r"broke off after 300\.0 kB"):
        fetch(folder, server.url(NAME))
    assert len(server.seen) == QUICK.tries


def test_the_next_address_goes_on_with_what_the_first_sent(
    server: FileServer, other: FileServer, folder: Path
) -> None:
    server.cuts, server.statuses = [HALF], [0, *[503] * 9]
    assert fetch(folder, server.url(NAME), other.url(NAME))["origin"] == other.url(NAME)
    assert ranges(other) == [f"bytes={HALF}-"]
    assert server.sent + other.sent == len(CONTENT)


@pytest.mark.parametrize("fault", ["no ranges", "another range", "no such range"])
def test_a_range_that_does_not_fit_is_fetched_from_the_start(
    fault: str, server: FileServer, folder: Path
) -> None:
    server.cuts, server.ranges = [HALF], fault != "no ranges"
    server.shift = 1 if fault == "another range" else 0
    server.statuses = [0, 416] if fault == "no such range" else []
    fetch(folder, server.url(NAME))
    assert ranges(server) == [None, f"bytes={HALF}-", None][: 2 if fault == "no ranges" else 3]


def test_a_file_that_changed_during_the_break_is_fetched_from_the_start(
    server: FileServer, folder: Path
) -> None:
    def replace_it() -> None:
        server.etag, server.files[NAME] = '"new"', CONTENT

    server.etag, server.files[NAME] = '"old"', FLIPPED
    server.cuts, server.after_cut = [HALF], replace_it
    fetch(folder, server.url(NAME))
    assert [headers.get("If-Range") for _, headers in server.seen] == [None, '"old"']


@pytest.mark.parametrize(
    "begun", [FLIPPED[:HALF], FLIPPED, CONTENT + b"x"], ids=["half", "whole", "long"]
)
def test_wrong_bytes_of_an_earlier_attempt_do_not_spoil_a_good_server(
    begun: bytes, server: FileServer, folder: Path
) -> None:
    folder.mkdir(parents=True)
    (folder / f"{NAME}.part").write_bytes(begun)
    fetch(folder, server.url(NAME))
    (folder / NAME).unlink()
    (folder / f"{NAME}.part").write_bytes(CONTENT)  # all had arrived when the process was killed
    assert fetch(folder, unused_address())["origin"] == "present"
    assert left(folder) == {NAME}


# processes


def started(folder: Path, url: str) -> subprocess.Popen[str]:
    """Fetch in a process of its own."""
    code = (
        "import json, sys; from pathlib import Path; "
        "from densevsconv.images.fetch import fetch_files; "
        "print(json.dumps(fetch_files('mnist', json.loads(sys.argv[2]), Path(sys.argv[1]))))"
    )
    command = [sys.executable, "-c", code, str(folder), json.dumps({NAME: entry(CONTENT, url)})]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)


def test_a_killed_process_goes_on_where_it_was(server: FileServer, folder: Path) -> None:
    server.pace = 0.1  # slow enough to be killed before the end on a busy machine
    process = started(folder, server.url(NAME))
    part = folder / f"{NAME}.part"
    while not part.exists() or part.stat().st_size < HALF:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    reached = part.stat().st_size
    assert HALF <= reached < len(CONTENT)
    assert left(folder) == {part.name}

    server.pace = 0
    time.sleep(0.1)  # until the server has noticed
    sent = server.sent
    fetch(folder, server.url(NAME))
    assert ranges(server) == [None, f"bytes={reached}-"]
    assert server.sent - sent == len(CONTENT) - reached


def test_two_processes_fetch_it_once(server: FileServer, folder: Path) -> None:
    server.pace = 0.1  # longer than it takes to start a process on a busy machine
    processes = [started(folder, server.url(NAME)) for _ in range(2)]
    results = [process.communicate(timeout=30) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], results
    origins = {json.loads(out)[NAME]["origin"] for out, _ in results}
    assert origins == {server.url(NAME), "present"}
    assert (len(server.seen), server.sent) == (1, len(CONTENT))
    assert "another process is fetching it; waiting" in results[0][1] + results[1][1]


# mirrors and proxies


@pytest.mark.parametrize("inside", [f"mnist/{NAME}", NAME])
def test_a_mirror_is_looked_in_first(
    inside: str, server: FileServer, other: FileServer, folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "mirror" / inside
    copy.parent.mkdir(parents=True)
    copy.write_bytes(CONTENT)
    assert fetch(folder, server.url(NAME), mirror=str(tmp_path / "mirror"))["origin"] == str(copy)
    (folder / NAME).unlink()
    other.files = {f"all/{inside}": CONTENT}
    record = fetch(folder, server.url(NAME), mirror=other.url("all/"))
    assert record["origin"] == other.url(f"all/{inside}")
    assert not server.seen
    (folder / NAME).unlink()
    copy.write_bytes(FLIPPED)  # a mirror without the right file is passed over
    record = fetch(folder, server.url(NAME), mirror=str(tmp_path / "mirror"))
    assert record["origin"] == server.url(NAME)


@pytest.mark.parametrize("address", ["file:///srv/mnist", "s3://b/x"])
def test_other_kinds_of_mirror_are_refused(address: str, folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"data_mirror: found .* allowed: a folder, or"):
        fetch(folder, mirror=address)


def test_a_proxy_is_respected(
    server: FileServer, other: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a name that exists nowhere: only the proxy can have answered
    monkeypatch.setenv("HTTP_PROXY", server.url())
    monkeypatch.setenv("http_proxy", server.url())
    fetch(folder, f"http://data.invalid/{NAME}")
    assert server.paths == [f"http://data.invalid/{NAME}"]
    (folder / NAME).unlink()

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fetch(folder, other.url(NAME))
    assert len(server.seen) == 1
    assert other.paths == [f"/{NAME}"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said(server: FileServer, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / f"{NAME}.part").symlink_to("/dev/full")
    with pytest.raises(DataError, match=r"No space left .* `data` in config/config\.yaml"):
        fetch(folder, server.url(NAME))
    assert not (folder / NAME).exists()


def test_a_folder_that_cannot_be_is_said(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "raw").write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"raw.*: cannot be used \(Not a directory\)"):
        fetch(tmp_path / "raw" / "mnist", server.url(NAME))


# files whose checksum nobody has published


def test_without_a_checksum_the_first_copy_sets_it(server: FileServer, folder: Path) -> None:
    first = fetch(folder, server.url(NAME), sha256=None)
    assert (first["verified"], first["sha256"]) == (False, sha256(CONTENT))
    assert (folder / f"{NAME}.sha256").read_text() == f"{sha256(CONTENT)}  {NAME}\n"

    (folder / NAME).write_bytes(FLIPPED)  # a disk that forgets
    assert fetch(folder, server.url(NAME), sha256=None)["origin"] == server.url(NAME)

    (folder / NAME).unlink()
    server.files[NAME] = FLIPPED  # an author who changes the file
    with pytest.raises(DataError, match=r"instead of .* of the first copy \(.*\.sha256 keeps it"):
        fetch(folder, server.url(NAME), sha256=None)
    (folder / f"{NAME}.sha256").unlink()
    again = fetch(folder, server.url(NAME), content=FLIPPED, sha256=None)
    assert again["sha256"] == sha256(FLIPPED)


def test_without_a_checksum_a_copy_put_there_by_hand_sets_it(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(CONTENT)
    assert fetch(folder, sha256=None, size=None)["verified"] is False
    (folder / NAME).write_bytes(FLIPPED)
    with pytest.raises(DataError, match="of the first copy"):
        fetch(folder, sha256=None, size=None)


@pytest.mark.parametrize("etag", ['"v1"', ""])
def test_without_a_checksum_only_the_server_can_vouch_for_the_first_half(
    etag: str, server: FileServer, folder: Path
) -> None:
    server.cuts, server.etag = [HALF], etag
    fetch(folder, server.url(NAME), sha256=None)
    assert ranges(server) == [None, f"bytes={HALF}-" if etag else None]
