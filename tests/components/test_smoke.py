import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from components import _smoke as smoke
from components._smoke import SmokeAnswer, SmokeCheck, SmokeError


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response({"/old": 301, "/gone": 404, "/gone/short": 503}.get(self.path, 200))
        self.send_header("Strict-Transport-Security", "max-age=63072000")
        for name in ("a", "b"):
            self.send_header("Set-Cookie", f"{name}=1; Secure")
        if self.path == "/gone/short":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"ff\r\nno more")
            return
        if self.path == "/old":
            self.send_header("Location", "/new")
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def fails(*checks: SmokeCheck, asked: smoke.Ask | None = None, seconds: float = 0) -> str:
    clock = Clock()
    with pytest.raises(SmokeError) as error:
        smoke.run(checks, timeout_seconds=seconds, asked=asked, sleep=clock.sleep, clock=clock)
    return str(error.value)


def test_everything_is_right(site: str) -> None:
    smoke.run(
        [
            SmokeCheck(url=f"{site}/health", contains='"ok"', headers={"strict-transport-security": "max-age"}),
            SmokeCheck(url=f"{site}/old", status=301, redirect="/new"),
            SmokeCheck(url=f"{site}/gone", status=404),
        ],
        timeout_seconds=0,
    )


def test_every_wrong_answer_is_told(site: str) -> None:
    message = fails(
        SmokeCheck(
            url=f"{site}/a",
            status=204,
            contains="ready",
            headers={"x-version": "", "strict-transport-security": "preload"},
        ),
        SmokeCheck(url=f"{site}/health"),
        SmokeCheck(url=f"{site}/old", status=301, redirect=f"{site}/newer"),
    )
    assert message.splitlines() == [
        "2 of 3 smoke checks fail:",
        (
            f"  {site}/a: status 200 instead of 204; the body has no 'ready'; there is no header x-version; "
            "the header strict-transport-security is 'max-age=63072000', without 'preload'"
        ),
        f"  {site}/old: it leads to /new instead of {site}/newer",
    ]


def test_no_answer() -> None:
    port = HTTPServer(("127.0.0.1", 0), Site)
    port.server_close()
    message = fails(SmokeCheck(url=f"http://127.0.0.1:{port.server_port}/"))
    assert "no answer: [Errno" in message


def test_an_error_page_that_breaks_off_is_no_answer(site: str) -> None:
    assert "/gone/short: no answer: no HTTP answer: IncompleteRead" in fails(SmokeCheck(url=f"{site}/gone/short"))


def test_a_header_that_comes_twice_has_both_values(site: str) -> None:
    checks = [SmokeCheck(url=f"{site}/", headers={"Set-Cookie": f"{name}=1"}) for name in ("a", "b")]
    smoke.run(checks, timeout_seconds=0)


def test_two_questions_to_one_address(site: str) -> None:
    assert "1 of 2" in fails(SmokeCheck(url=f"{site}/"), SmokeCheck(url=f"{site}/", contains="never"))


def test_asks_again_only_what_was_wrong() -> None:
    asked: list[str] = []

    def answers(url: str) -> SmokeAnswer:
        asked.append(url)
        late = url == "https://late" and len(asked) < 4
        return SmokeAnswer(status=503 if late else 200, headers={}, body="")

    clock = Clock()
    smoke.run(
        [SmokeCheck(url="https://good"), SmokeCheck(url="https://late")],
        timeout_seconds=60,
        asked=answers,
        sleep=clock.sleep,
        clock=clock,
    )
    assert asked == ["https://good", "https://late", "https://late", "https://late"]
    assert clock.now == 2 * smoke.RETRY_SECONDS


def test_gives_up_in_time() -> None:
    tries: list[str] = []

    def answers(url: str) -> SmokeAnswer:
        tries.append(url)
        raise OSError("no such host")

    assert "no such host" in fails(SmokeCheck(url="https://x"), asked=answers, seconds=20)
    assert len(tries) == 5
