"""The sample application keeps its half of the contract: run as its images run it, beside real servers."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import redis

from tests.examples.conftest import BACKEND, alembic, free_port, listens, until

FIELDS = {"timestamp", "level", "service", "request_id", "company_id", "user_id", "message", "duration_ms"}


class Process:
    """A running part of the application."""

    def __init__(self, words: list[str], environ: Mapping[str, str], port: int = 0) -> None:
        self.port = port
        self._running = subprocess.Popen(
            [sys.executable, *words],
            cwd=BACKEND,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []

    def ask(self, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def stop(self) -> int:
        """End it as ECS does, and return its exit code (uvicorn ends by the signal itself, after all is closed)."""
        self._running.send_signal(signal.SIGTERM)
        out, _ = self._running.communicate(timeout=20)
        self.lines = out.splitlines()
        return self._running.returncode

    def kill(self) -> None:
        if self._running.poll() is None:
            self._running.kill()
            self._running.communicate()

    @property
    def logged(self) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.lines) if "_aws" not in line]

    @property
    def measured(self) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.lines) if "_aws" in line]


@contextmanager
def served(environ: Mapping[str, str]) -> Iterator[Process]:
    port = free_port()
    words = ["-m", "uvicorn", "app.main:app", "--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    api = Process(words, environ, port)
    try:
        assert until(lambda: listens(port)), "the api does not answer"
        yield api
    finally:
        api.kill()


@contextmanager
def working(environ: Mapping[str, str]) -> Iterator[Process]:
    worker = Process(["-m", "app.worker"], environ)
    try:
        yield worker
    finally:
        worker.kill()


@pytest.fixture(scope="module")
def running(environ: dict[str, str]) -> Iterator[Process]:
    with served(environ) as api:
        yield api


@pytest.fixture
def api(running: Process, emptied: dict[str, str]) -> Process:
    """The api, which every test finds without data, and none ends."""
    assert emptied
    return running


def signed_in(api: Process) -> str:
    return str(api.ask("/api/session", {"user": "ada"})[1]["token"])


def ordered(api: Process) -> int:
    token = signed_in(api)
    item = api.ask("/api/items", {"name": "lamp", "cents": 1999}, token)[1]["id"]
    status, placed = api.ask("/api/orders", {"item_id": item}, token)
    assert status == 202
    return int(placed["id"])


@pytest.mark.parametrize("path", ["/health", "/api/health"])
def test_healthy_with_its_database(api: Process, path: str) -> None:
    assert api.ask(path) == (200, {"status": "ok", "version": "9f2c1ab"})


def test_ill_without_its_database(environ: dict[str, str]) -> None:
    nowhere = {**environ, "DATABASE_URL": f"postgresql://shop:shop@127.0.0.1:{free_port()}/postgres"}
    with served(nowhere) as api:
        assert api.ask("/health") == (503, {"detail": "the database does not answer"})
        api.stop()
    assert {line["level"] for line in api.logged if "database" in line["message"]} == {"WARNING"}


def test_a_shop(api: Process) -> None:
    assert api.ask("/api/items", {"name": "lamp", "cents": 1}) == (401, {"detail": "no bearer token"})
    ordered(api)
    assert [item["name"] for item in api.ask("/api/items")[1]] == ["lamp"]
    assert api.ask("/api/items", {"name": "lamp", "cents": 5}, signed_in(api))[0] == 409
    assert api.ask("/api/orders", {"item_id": 4096}, signed_in(api))[0] == 404
    assert api.ask("/api/popular") == (200, {"name": "lamp"})


def test_it_works_without_a_cache_that_only_makes_it_faster(emptied: dict[str, str]) -> None:
    with served({**emptied, "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}) as api:
        assert api.ask("/api/popular") == (200, {"name": ""})


def test_tokens_of_the_key_before_still_hold(environ: dict[str, str]) -> None:
    with served(environ) as before:
        old = signed_in(before)
    newer = {**environ, "SESSION_KEY": "another key, again with more than 32 bytes"}
    with served({**newer, "SESSION_KEY_PREVIOUS": environ["SESSION_KEY"]}) as between:
        assert between.ask("/api/me", token=old) == (200, {"user": "ada"})
        new = signed_in(between)
    with served(newer) as after:
        assert after.ask("/api/me", token=new) == (200, {"user": "ada"})
        assert after.ask("/api/me", token=old) == (401, {"detail": "signed by neither key"})


def test_ends_at_sigterm_and_logs_json_alone(emptied: dict[str, str]) -> None:
    with served(emptied) as api:
        api.ask("/api/me", token=signed_in(api))
        api.ask("/health")
        api.stop()
    assert all(set(line) == FIELDS for line in api.logged)
    requests = [line for line in api.logged if line["message"].startswith("GET")]
    assert [line["message"] for line in requests] == ["GET /api/me 200"]
    assert requests[0]["duration_ms"] > 0
    assert requests[0]["request_id"]
    assert "stopped" in [line["message"] for line in api.logged]


def test_the_worker_ships_and_counts_and_ends_at_sigterm(api: Process, environ: dict[str, str]) -> None:
    order = ordered(api)
    with working({**environ, "SERVICE": "worker"}) as worker:
        assert until(lambda: shipped(environ, order))
        assert worker.stop() == 0
    assert [line["message"] for line in worker.logged][-2:] == [f"order {order} is shipped", "stopped"]
    assert {line["service"] for line in worker.logged} == {"worker"}
    failed = worker.measured[0]
    assert failed["OrdersFailed"] == 0
    assert failed["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Storefront"


def test_an_order_that_a_worker_died_with_is_done_by_the_next(api: Process, environ: dict[str, str]) -> None:
    order = ordered(api)
    redis.Redis.from_url(environ["REDIS_URL"]).lmove("orders", "orders:taken")
    with working(environ) as worker:
        assert until(lambda: shipped(environ, order))
        assert worker.stop() == 0


def shipped(environ: dict[str, str], order: int) -> bool:
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        found = connection.execute("select shipped_at from orders where id = %s", [order]).fetchone()
    return found is not None and found[0] is not None


def test_every_missing_variable_is_named_at_once(environ: dict[str, str]) -> None:
    empty = {"PATH": environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-m", "app.worker"], cwd=BACKEND, env=empty, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "not set: DATABASE_URL, REDIS_URL, SESSION_KEY" in done.stderr


def test_a_migration_can_be_repeated_and_undone(environ: dict[str, str]) -> None:
    assert alembic(environ, "upgrade", "head").returncode == 0
    assert alembic(environ, "check").returncode == 0, "models and migrations differ"
    assert alembic(environ, "downgrade", "base").returncode == 0
    assert alembic(environ, "upgrade", "head").returncode == 0


class TestDockerfiles:
    """What an image's maker promises; no engine is needed to read it."""

    BACKEND_FILE = (BACKEND / "Dockerfile").read_text(encoding="utf-8")
    FRONTEND_FILE = (BACKEND.parent / "frontend" / "Dockerfile").read_text(encoding="utf-8")

    def test_stages_of_a_pinned_slim_image_and_an_unprivileged_user(self) -> None:
        assert re.findall(r"^FROM (\S+)", self.BACKEND_FILE, re.MULTILINE) == ["python:3.11.7-slim"] * 2
        assert "useradd --create-home --uid 1000 appuser" in self.BACKEND_FILE
        assert self.BACKEND_FILE.index("USER appuser") > self.BACKEND_FILE.rindex("COPY")
        assert re.search(r"^USER 101\s+EXPOSE", self.FRONTEND_FILE, re.MULTILINE)
        assert not re.search(r":latest|FROM [^:@\n]+$", self.BACKEND_FILE + self.FRONTEND_FILE, re.MULTILINE)

    def test_packages_lie_where_every_user_can_read_them(self) -> None:
        assert "COPY --from=builder /install /usr/local" in self.BACKEND_FILE
        assert "/root" not in re.sub(r"^#.*$", "", self.BACKEND_FILE, flags=re.MULTILINE)

    def test_the_health_check_is_the_documents(self) -> None:
        assert "HEALTHCHECK --interval=30s --timeout=3s --start-period=5s --retries=3" in self.BACKEND_FILE
        assert "http://localhost:8000/health" in self.BACKEND_FILE

    def test_only_what_is_needed_goes_into_the_images(self) -> None:
        for part in ("backend", "frontend"):
            lines = (BACKEND.parent / part / ".dockerignore").read_text(encoding="utf-8").splitlines()
            assert lines[0] == "*"

    def test_the_lock_has_hashes_for_everything(self) -> None:
        lock = (BACKEND / "requirements.txt").read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9_.\[\]-]+==", lock, re.MULTILINE)
        assert len(pins) > 10
        assert lock.count("--hash=sha256:") >= len(pins)

    def test_the_frontend_learns_where_the_api_is_when_it_is_built(self) -> None:
        assert 'ARG VITE_API_BASE_URL=""' in self.FRONTEND_FILE
