"""The page's server: on the loopback interface only, at a port that is free, until it is closed."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final, NoReturn, Self

_LOOPBACK: Final = "127.0.0.1"
_BEAT_SECONDS: Final = 15.0
"""How often a page that has nothing to hear is written to, so that one that was closed is noticed."""
_WAITING: Final = Path(__file__).with_name("waiting.html").read_text(encoding="utf-8")


class PageServer:
    """Serves the newest page, and tells open ones what is new. Use it as a context manager: leaving it ends all connections."""

    def __init__(self) -> None:
        """Take a free port."""
        self._changed = threading.Condition()
        self._html = _WAITING
        self._state: dict[str, object] = {"page": 0, "text": "", "wrong": False, "ready": False}
        self._number = 0
        self._closed = False
        self._http = _HttpServer(self)
        self.port: int = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{_LOOPBACK}:{self.port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._http.shutdown()
        self._http.server_close()

    def show(self, page: int, html: str) -> None:
        """Serve another page from now on.

        Args:
            page: its number, which is in it.
            html: the page.
        """
        with self._changed:
            self._html = html
        self._publish(page=page)

    def say(self, text: str, *, wrong: bool) -> None:
        """Show a text above the page: what is being done, or what is wrong; nothing if it is empty."""
        self._publish(text=text, wrong=wrong)

    def ready(self, *, is_ready: bool) -> None:
        """Tell whether the next save would find a process that waits for it."""
        self._publish(ready=is_ready)

    def _publish(self, **news: object) -> None:
        with self._changed:
            self._state = {**self._state, **news}
            self._number += 1
            self._changed.notify_all()

    def page(self) -> str:
        """Return the newest page."""
        with self._changed:
            return self._html

    def news(self, sent: int, seconds: float) -> tuple[int, Mapping[str, object] | None]:
        """Wait until there is something else than what was sent.

        Args:
            sent: the number of what was sent.
            seconds: how long to wait.

        Returns:
            The number of the newest, and the newest, or None when there is nothing new.

        Raises:
            ConnectionAbortedError: this is the end.
        """
        with self._changed:
            new = self._changed.wait_for(lambda: self._closed or self._number != sent, seconds)
            if self._closed:
                raise ConnectionAbortedError
            return self._number, dict(self._state) if new else None


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, watch: PageServer) -> None:
        super().__init__((_LOOPBACK, 0), _PageHandler)
        self.watch = watch


class _PageHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _HttpServer

    def do_GET(self) -> None:
        port = self.server.watch.port
        # A page of somebody else whose name was made to lead here sends that name.
        if self.headers.get("Host") not in {f"{_LOOPBACK}:{port}", f"localhost:{port}"}:
            self.send_error(HTTPStatus.FORBIDDEN)
        elif self.path == "/":
            body = self.server.watch.page().encode()
            self._begin("text/html; charset=utf-8", ("Content-Length", str(len(body))))
            self.wfile.write(body)
        elif self.path == "/events":
            self._begin("text/event-stream", ("Connection", "close"))
            self.close_connection = True
            with contextlib.suppress(ConnectionError):  # one of us has hung up
                self._events()
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _begin(self, type_: str, *headers: tuple[str, str]) -> None:
        self.send_response(HTTPStatus.OK)
        for name, value in (("Content-Type", type_), ("Cache-Control", "no-store"), *headers):
            self.send_header(name, value)
        self.end_headers()

    def _events(self) -> NoReturn:
        sent = -1
        while True:
            sent, state = self.server.watch.news(sent, _BEAT_SECONDS)
            self.wfile.write(f"data: {json.dumps(state)}\n\n".encode() if state else b": still here\n\n")
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: the terminal is for previews."""
