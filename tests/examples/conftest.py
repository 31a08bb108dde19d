"""Real servers for the sample application: PostgreSQL, and Redis or Valkey, on this machine and for this run alone."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

BACKEND = Path(__file__).parent.parent.parent / "examples" / "app" / "backend"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(ready: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait until something is so, and return whether it is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(0.05)
    return False


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _postgres(program: str) -> str:
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not on this machine: Debian's package postgresql brings it")
    return found


def _somebody() -> str | None:
    """PostgreSQL refuses to run as root; its own user is there wherever its package is."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an empty database."""
    initdb, server, user, port = _postgres("initdb"), _postgres("postgres"), _somebody(), free_port()
    # A socket's path is short, and pytest's folders are private to who runs it.
    folder = Path(
        subprocess.run(["mktemp", "-d", "/tmp/pg.XXXXXX"], check=True, capture_output=True, text=True).stdout.strip()
    )
    if user:
        shutil.chown(folder, user)
    try:
        words = [initdb, "-D", str(folder / "data"), "-U", "shop", "--auth=trust", "--no-sync", "-E", "UTF8"]
        subprocess.run(words, check=True, capture_output=True, user=user, cwd="/")
        options = ["-k", str(folder), "-h", "127.0.0.1", "-p", str(port), "-F"]
        with (tmp_path_factory.mktemp("postgres") / "log").open("w") as log:
            running = subprocess.Popen(
                [server, "-D", str(folder / "data"), *options], user=user, cwd="/", stdout=log, stderr=log
            )
        try:
            assert until(lambda: listens(port)), "PostgreSQL does not answer"
            yield f"postgresql://shop:shop@127.0.0.1:{port}/postgres"
        finally:
            running.terminate()
            running.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cache_url() -> Iterator[str]:
    """The URL of an empty cache."""
    server = shutil.which("valkey-server") or shutil.which("redis-server")
    if server is None:
        pytest.skip(
            "neither valkey-server nor redis-server is on this machine: Debian's package redis-server brings one"
        )
    port = free_port()
    words = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/tmp"]
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: listens(port)), "the cache does not answer"
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        running.terminate()
        running.wait(20)


@pytest.fixture(scope="session")
def environ(database_url: str, cache_url: str) -> dict[str, str]:
    """What a task definition gives the application, whose tables are made."""
    given = {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "DATABASE_URL": database_url,
        "REDIS_URL": cache_url,
        "SESSION_KEY": "a key of the tests, with more than 32 bytes",
        "APP_VERSION": "9f2c1ab",
    }
    done = alembic(given, "upgrade", "head")
    assert done.returncode == 0, done.stderr
    return given


def alembic(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alembic", *words], cwd=BACKEND, env=environ, capture_output=True, text=True, check=False
    )


@pytest.fixture
def emptied(environ: dict[str, str]) -> dict[str, str]:
    """The same, with neither rows nor cached values."""
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        connection.execute("truncate items, orders restart identity")
    redis.Redis.from_url(environ["REDIS_URL"]).flushall()
    return environ
