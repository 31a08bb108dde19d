"""`make prices` against a server on this machine: files that come whole, in pieces, broken off, changed, or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from preview.aws_prices import kept
from preview.aws_prices.__main__ import main
from preview.aws_prices.offers import OFFERS

EXTRACTS = Path(__file__).parent / "extracts"
REGION = "eu-central-1"


class Server(ThreadingHTTPServer):
    """Serves files from memory, with faults on order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.cut_after: dict[str, int] = {}
        """Bytes after which the connection of a path is closed, each time it is asked for."""
        self.failing: dict[str, int] = {}
        """How often a path answers with 503 first."""
        self.ranges = True
        self.asked: list[tuple[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def offer(self, code: str, content: str) -> None:
        path = f"/offers/v1.0/aws/{code}/20261125101500/{REGION}/index"
        index = {
            "formatVersion": "v1.0",
            "regions": {REGION: {"regionCode": REGION, "currentVersionUrl": f"{path}.json"}},
        }
        self.files[f"/offers/v1.0/aws/{code}/current/region_index.json"] = json.dumps(index).encode()
        self.files[f"{path}.csv"] = content.encode()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server, wanted = self.server, self.headers.get("Range", "")
        server.asked.append((self.path, wanted))
        if server.failing.get(self.path):
            server.failing[self.path] -= 1
            self.send_error(503)
            return
        content = server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        begin = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.ranges else 0
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(content) - begin))
        self.send_header("ETag", '"1"')
        self.end_headers()
        self.wfile.write(content[begin : begin + server.cut_after.get(self.path, len(content))])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("preview.aws_prices.download.time.sleep", lambda _: None)
    started = Server()
    for offer in OFFERS:
        file = EXTRACTS / f"{offer.code}.csv"
        if file.is_file():
            started.offer(offer.code, file.read_text(encoding="utf-8"))
    thread = threading.Thread(target=started.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield started
    started.shutdown()
    thread.join()
    started.server_close()


def csv_of(code: str) -> str:
    return f"/offers/v1.0/aws/{code}/20261125101500/{REGION}/index.csv"


def test_writes_a_dated_file_for_the_region(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([REGION], server.address) == 0
    result = kept.load(REGION)
    assert result
    assert result.prices["rds.postgres.db_t4g_medium.single_az.hour"][0] == Decimal("0.077")
    assert result.prices["nat_gateway.hour"] == (Decimal("0.052"), "USD per gateway-hour")
    assert result.published["AmazonRDS"] == "2026-11-25T10:15:00Z"
    assert len(result.read) == 10
    out = capsys.readouterr()
    assert f"{REGION}: {len(result.prices)} prices in " in out.out
    assert f"{REGION}: AWSLambda is not offered there" in out.err


def test_takes_up_what_broke_off(server: Server) -> None:
    server.cut_after[csv_of("AmazonRDS")] = 700
    assert main([REGION], server.address) == 0
    ranges = [asked for path, asked in server.asked if path == csv_of("AmazonRDS")]
    assert ranges[:3] == ["", "bytes=700-", "bytes=1400-"]
    result = kept.load(REGION)
    assert result
    assert len([key for key in result.prices if key.startswith("rds.")]) == 23


def test_a_server_that_is_busy_is_asked_again(server: Server) -> None:
    server.failing[csv_of("AWSELB")] = 3
    assert main([REGION], server.address) == 0


def test_what_never_comes_whole_changes_nothing(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([REGION], server.address) == 0
    before = (kept.folder() / f"{REGION}.json").read_text()
    server.failing[csv_of("AWSELB")] = 99
    assert main([REGION], server.address) == 1
    assert "Nothing was written, previews use the prices that they had" in capsys.readouterr().err
    assert (kept.folder() / f"{REGION}.json").read_text() == before
    assert [path.name for path in kept.folder().iterdir()] == [f"{REGION}.json"]


def test_a_file_that_changed_while_it_was_read_is_given_up(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.cut_after[csv_of("AmazonRDS")], server.ranges = 700, False
    assert main([REGION], server.address) == 1
    assert "broke off after 700 bytes, and has changed since" in capsys.readouterr().err
    assert kept.load(REGION) is None


def test_a_file_of_another_form_is_given_up(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.offer("AWSELB", (EXTRACTS / "AWSELB.csv").read_text().replace('"v1.0"', '"v2.0"'))
    assert main([REGION], server.address) == 1
    assert "AWSELB: the format is 'v2.0', not v1.0. Nothing was written" in capsys.readouterr().err


def test_a_list_of_regions_of_another_form_is_given_up(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.files["/offers/v1.0/aws/AmazonECS/current/region_index.json"] = b'{"regions": {"eu-central-1": {}}}'
    assert main([REGION], server.address) == 1
    assert "its list of regions is not of the documented form" in capsys.readouterr().err


def test_one_region_that_fails_leaves_the_others(server: Server) -> None:
    assert main([REGION, "eu-west-1"], server.address) == 1
    assert kept.load(REGION)


@pytest.mark.parametrize("region", ["us-east-9", "cn-north-1", "eusc-de-east-1", "../../etc"])
def test_regions_that_have_no_prices_are_refused_before_anything_is_asked(region: str, server: Server) -> None:
    assert main([region], server.address) == 2
    assert server.asked == []


def test_no_server_at_all(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([REGION], "http://127.0.0.1:9") == 1
    assert "5 attempts" in capsys.readouterr().err
    assert server.asked == []


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"form": 1}', '{"form": 2, "region": "eu-central-1", "read": "", "published": {}, "prices": {}}'],
)
def test_a_damaged_file_counts_as_none(content: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kept.folder().mkdir(parents=True)
    (kept.folder() / f"{REGION}.json").write_text(content)
    assert kept.load(REGION) is None
