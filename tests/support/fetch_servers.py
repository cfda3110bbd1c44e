"""Real servers on this machine that misbehave as asked, and what fetching from them needs."""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from densevsconv.images.download import Patience

QUICK = Patience(wait=5, tries=3, backoff=0.01)
PIECE = 1 << 14


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def entry(content: bytes, *urls: str, **changes: Any) -> dict[str, Any]:
    """Return the catalogue's entry of a file."""
    return {"size": len(content), "sha256": sha256(content), "urls": list(urls)} | changes


class FileServer:
    """A server of files."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = dict(files)  # by path
        self.seen: list[tuple[str, dict[str, str]]] = []  # path and headers of every request
        self.sent = 0  # bytes of files
        # for the next requests: codes instead of answers, and after how many bytes an answer ends
        # with its connection, or stalls
        self.statuses: list[int] = []
        self.cuts: list[int | None] = []
        self.stalls: list[int | None] = []
        self.after_cut: Callable[[], None] = lambda: None
        self.ranges = True  # whether Range is honoured
        self.shift = 0  # by how much its answers are said to begin late
        self.etag = ""
        self.chunked = False  # answers of unsaid length
        self.headers: dict[str, str] = {}
        self.pace = 0.0  # seconds between two pieces
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, name: str = "") -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/{name}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving(files: dict[str, bytes] | None = None) -> Iterator[FileServer]:
    server = FileServer(files or {})
    try:
        yield server
    finally:
        server.close()


def _next(values: list[Any]) -> Any:
    return values.pop(0) if values else None


def _handler(server: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            # a proxy is asked for whole addresses
            path = urlsplit(self.path).path
            with server.lock:
                server.seen.append((self.path, dict(self.headers)))
                status = _next(server.statuses)
                cut, stall = _next(server.cuts), _next(server.stalls)
            content = server.files.get(path.lstrip("/"))
            if status or content is None:
                self.send_response(status or 404)
                self.send_header("Content-Length", "0")
                self.send_more()
                return
            body, start = self.wanted(content)
            self.send_response(206 if start else 200)
            if start:
                first, last = start + server.shift, len(content) - 1
                self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            if server.etag:
                self.send_header("ETag", server.etag)
            if server.chunked:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(len(body)))
            self.send_more()
            self.send_body(body[: next((n for n in (cut, stall) if n is not None), None)])
            if stall is not None:
                time.sleep(5)
            if cut is not None:
                server.after_cut()
            self.close_connection |= cut is not None or stall is not None

        def send_more(self) -> None:
            for name, value in server.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def wanted(self, content: bytes) -> tuple[bytes, int]:
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            changed = self.headers.get("If-Range", server.etag) != server.etag
            start = int(asked[1]) if asked and server.ranges and not changed else 0
            return content[start:], start

        def send_body(self, body: bytes) -> None:
            for begin in range(0, len(body), PIECE):
                piece = body[begin : begin + PIECE]
                framed = b"%x\r\n%b\r\n" % (len(piece), piece) if server.chunked else piece
                try:
                    self.wfile.write(framed)
                except OSError:  # the other side has seen enough
                    self.close_connection = True
                    return
                with server.lock:
                    server.sent += len(piece)
                time.sleep(server.pace)
            if server.chunked:
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
