"""Downloading a file over HTTP: asked again while a server is busy, resumed where it broke off.

Range requests and their validators: RFC 9110, sections 13.1.5 (If-Range) and 14.2. Proxies are the
environment's (HTTP_PROXY, HTTPS_PROXY, NO_PROXY).
"""

import re
import time
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3
from requests.adapters import HTTPAdapter

from densevsconv.store.progress import Progress, say, shown_size

CHUNK = 1 << 16
"""Bytes written at a time: what a killed process can lose."""


class PlaceError(Exception):
    """A place did not give the right file; the message says why. Another place may."""


class _BreakError(Exception):
    """The connection ended early, or cannot go on with what has arrived."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, and how often to ask again."""

    wait: float = 30.0
    """Seconds for a connection, and for more bytes."""
    tries: int = 4
    """Attempts that bring the file no further, before another place is tried."""
    backoff: float = 0.5
    """Seconds before the second of them; doubled each time."""


PATIENCE = Patience()


def size_of(path: Path) -> int:
    """Return the bytes of a file; 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def download(
    url: str, part: Path, label: str, size: int | None, checkable: bool, patience: Patience
) -> None:
    """Bring a file to its full length; what has arrived stays, unless it is known to be wrong.

    Bytes that are there already are kept if the result is ``checkable`` (its sha256 is known) or
    the server says that they are of the same version (If-Range). Breaks count only as long as they
    bring the file no further: a long download may break off any number of times. A
    :class:`PlaceError` where the address does not give a file of ``size`` bytes (None: as many as
    the server says).
    """
    furthest, tries, tag = size_of(part), 0, ""
    session = _session(patience)
    while True:
        offset = size_of(part) if checkable or tag else 0
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        if offset and tag:
            headers["If-Range"] = tag
        try:
            with session.get(url, headers=headers, stream=True, timeout=patience.wait) as response:
                tag = response.headers.get("ETag", "")
                tag = tag if tag.startswith('"') else ""  # a weak one names no exact version
                return _append(response, part, label, size, checkable)
        except _BreakError as broken:
            reached = size_of(part)
            tries = 1 if reached > furthest else tries + 1
            furthest = max(furthest, reached)
            text = f"broke off after {shown_size(reached)} ({broken})"
            if tries >= patience.tries:
                raise PlaceError(text) from None
            pause = patience.backoff * 2 ** (tries - 1)
            say(label, f"{text}; again in {pause:g} s")
            time.sleep(pause)
        except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
            raise PlaceError(_reason(error)) from None


def _session(patience: Patience) -> requests.Session:
    retry = urllib3.Retry(
        total=patience.tries - 1,
        backoff_factor=patience.backoff,
        status_forcelist=(408, 429, 500, 502, 503, 504),  # may be gone a moment later
        raise_on_status=False,
        respect_retry_after_header=False,  # a server may ask for hours; the next place is tried
    )
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    # a file that is itself compressed must arrive as it is
    session.headers.update({"Accept-Encoding": "identity", "User-Agent": "densevsconv"})
    return session


def _append(
    response: requests.Response, part: Path, label: str, size: int | None, checkable: bool
) -> None:
    """Write what a server sends to the end of a part, or anew where it sends the whole."""
    status = response.status_code
    if status not in (200, 206, 416):
        raise PlaceError(f"HTTP {status} {response.reason or ''}".rstrip())
    start = size_of(part) if status == 206 else 0
    continued = response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
    if status == 416 or (status == 206 and not continued):
        part.unlink(missing_ok=True)
        raise _BreakError("cannot go on from there")
    length = response.headers.get("Content-Length", "")
    total = start + int(length) if length.isdecimal() else size
    if total is None and not checkable:
        raise PlaceError("does not say how long the file is; the catalogue must state its size")
    if size is not None and total != size:
        raise PlaceError(f"has a file of {total:,} bytes instead of {size:,}")
    with (
        Progress(label, total, start, of_bytes=True) as progress,
        part.open("ab" if start else "wb") as stream,
    ):
        try:
            for chunk in response.raw.stream(CHUNK, decode_content=False):
                if total is not None and progress.done + len(chunk) > total:
                    part.unlink()
                    raise PlaceError(f"sends more than {total:,} bytes")
                stream.write(chunk)
                stream.flush()
                progress.advance(count=len(chunk))
        except urllib3.exceptions.HTTPError as error:
            raise _BreakError(_reason(error)) from None
    if total is not None and progress.done < total:
        raise _BreakError("the connection was closed")
    progress.finish()


def _reason(error: BaseException) -> str:
    for value in (getattr(error, "reason", None), *error.args):
        if isinstance(value, BaseException):
            return _reason(value)
    # "HTTPConnection(host='example.org', port=80): Read timed out." says the address once more
    return re.sub(r"^\w+\(host=.*?\): ", "", str(error)) or type(error).__name__
