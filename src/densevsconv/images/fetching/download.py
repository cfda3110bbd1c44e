"""Downloading a file over HTTP: retried with back-off, and resumed where it broke off.

Range requests and their validators: RFC 9110, sections 13.1.5 (If-Range), 14.2 and 14.4.
Proxies are the environment's (HTTP_PROXY, HTTPS_PROXY, NO_PROXY).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import requests
import urllib3
from requests.adapters import HTTPAdapter

from densevsconv import __version__
from densevsconv.images.fetching.messages import Meter, say, shown_size
from densevsconv.images.fetching.wanted import PlaceError, WantedFile, size_of

CHUNK = 1 << 16
"""Bytes written at a time: what a killed process can lose."""

_PASSING = (408, 429, 500, 502, 503, 504)
"""HTTP status codes that may be gone a moment later."""

_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, in seconds, and how often to ask again.

    Attributes
    ----------
    connect, read
        For a connection, and for more bytes.
    tries
        Attempts that bring the file no further, before another place is tried.
    backoff
        Pause before the second of them; doubled each time.
    """

    connect: float = 10.0
    read: float = 30.0
    tries: int = 4
    backoff: float = 0.5


class _BreakError(Exception):
    """The connection ended early; what has arrived is kept."""


class _RangeError(Exception):
    """What has arrived cannot be continued here."""


def open_session(patience: Patience) -> requests.Session:
    """Return a session that asks again while a server cannot be reached or is busy."""
    retry = urllib3.Retry(
        total=patience.tries - 1,
        backoff_factor=patience.backoff,
        status_forcelist=_PASSING,
        raise_on_status=False,
        # a server may ask for hours; the next place is tried instead
        respect_retry_after_header=False,
    )
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    # not to be unpacked on the way: the bytes of a .gz file are what the checksum is of
    session.headers.update(
        {"User-Agent": f"densevsconv/{__version__}", "Accept-Encoding": "identity"}
    )
    return session


def download(session: requests.Session, url: str, wanted: WantedFile, patience: Patience) -> None:
    """Bring ``wanted.part`` to its full length from ``url``.

    Raises
    ------
    PlaceError
        When the address does not give the file. What has arrived stays, unless it is known to
        be wrong.

    Notes
    -----
    Bytes that are there already are kept if the result can be checked (its sha256 is known), or if
    the server says that they are of the same version (If-Range). Breaks count only as long as they
    bring the file no further: a long download may break off any number of times.
    """
    transfer = _Transfer(session, url, wanted, patience)
    furthest, tries = size_of(wanted.part), 0
    while True:
        try:
            return transfer.run()
        except _RangeError:
            wanted.part.unlink(missing_ok=True)
        except _BreakError as broken:
            reached = size_of(wanted.part)
            tries = 1 if reached > furthest else tries + 1
            furthest = max(furthest, reached)
            if tries >= patience.tries:
                raise PlaceError(f"broke off after {shown_size(reached)} ({broken})") from None
            pause = patience.backoff * 2 ** (tries - 1)
            say(
                wanted.label,
                f"broke off after {shown_size(reached)} ({broken}); again in {pause:g} s",
            )
            time.sleep(pause)


class _Transfer:
    """The attempts to get one file from one address."""

    def __init__(
        self, session: requests.Session, url: str, wanted: WantedFile, patience: Patience
    ) -> None:
        self._session = session
        self._url = url
        self._wanted = wanted
        self._timeout = (patience.connect, patience.read)
        self._checkable = wanted.expected_sha256() is not None
        self._validator: str | None = None

    def run(self) -> None:
        """Ask for what is missing and append it."""
        part = self._wanted.part
        offset = size_of(part) if self._checkable or self._validator else 0
        with self._ask(offset) as response:
            start, total = self._extent(response, offset)
            self._validator = _validator(response)
            meter = Meter(self._wanted.label, total, start)
            with part.open("ab" if start else "wb") as stream:
                for chunk in _chunks(response):
                    if total is not None and meter.done + len(chunk) > total:
                        part.unlink()
                        raise PlaceError(f"sends more than {total:,} bytes")
                    stream.write(chunk)
                    stream.flush()
                    meter.advance(len(chunk))
        if total is not None and meter.done < total:
            raise _BreakError("the connection was closed")
        meter.finish()

    def _ask(self, offset: int) -> requests.Response:
        headers = {}
        if offset:
            headers["Range"] = f"bytes={offset}-"
            if self._validator:
                headers["If-Range"] = self._validator
        try:
            return self._session.get(self._url, headers=headers, stream=True, timeout=self._timeout)
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            raise PlaceError(_reason(error)) from None

    def _extent(self, response: requests.Response, offset: int) -> tuple[int, int | None]:
        """Return where the answer's bytes belong, and the bytes of the whole file if known."""
        start, total = 0, None
        match response.status_code:
            case 200:  # all of it, whether or not a part was asked for
                length = response.headers.get("Content-Length", "")
                total = int(length) if length.isdecimal() else None
            case 206:
                extent = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
                if extent is None or int(extent[1]) != offset:
                    if not offset:
                        raise PlaceError("answered with a part of the file that was not asked for")
                    raise _RangeError
                start = offset
                total = int(extent[2]) if extent[2] != "*" else None
            case 416 if offset:
                raise _RangeError
            case status:
                raise PlaceError(f"HTTP {status} {response.reason or ''}".rstrip())
        size = self._wanted.size
        if total is None and size is None and not self._checkable:
            raise PlaceError("does not say how long the file is; the catalogue must state its size")
        if None not in (size, total) and size != total:
            raise PlaceError(f"has a file of {total:,} bytes instead of {size:,}")
        return start, size if total is None else total


def _validator(response: requests.Response) -> str | None:
    """Return what names this version of the file exactly, if the server says (RFC 9110, 8.8)."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else None


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """Yield the bytes as they were sent; a break of the connection is :class:`_BreakError`."""
    chunks = response.raw.stream(CHUNK, decode_content=False)
    while True:
        try:
            chunk = next(chunks, b"")
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _BreakError(_reason(error)) from None
        if not chunk:
            return
        yield chunk


def _reason(error: BaseException) -> str:
    """Return the innermost reason of a network error, in a few words."""
    while True:
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((value for value in error.args if isinstance(value, BaseException)), None)
        if inner is None:
            break
        error = inner
    # "HTTPConnection(host='example.org', port=80): Read timed out." says the address once more
    return re.sub(r"^\w+\(host=.*?\): ", "", str(error)) or type(error).__name__
