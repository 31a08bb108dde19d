"""A small project that is watched while tests save its files."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

REPOSITORY: Final = Path(__file__).parents[3]
SECONDS: Final = 120.0
"""How long an answer may take on the busiest of machines."""
PROGRAM: Final = """
import time
from pathlib import Path

import pulumi
import pulumi_aws as aws

import naming

config = pulumi.Config()
days = config.require_int("days")
if days > 99:
    raise pulumi.RunError(f"toy:days: {days} is outside 1..99")
if days == 77:
    time.sleep(3600)
words = Path(config.require("words")).read_text().strip()
aws.cloudwatch.LogGroup("log", name=naming.name(words), retention_in_days=days)
"""
NAMING: Final = 'def name(words: str) -> str:\n    return f"/toy/{words}"\n'
PACK: Final = """
import rule
from pulumi_policy import PolicyPack

PolicyPack("toy", [rule.KEPT])
"""
RULE: Final = """
from pulumi_policy import EnforcementLevel, ResourceValidationPolicy

LEAST = 1


def validate(args, report_violation):
    if args.resource_type == "aws:cloudwatch/logGroup:LogGroup" and args.props["retentionInDays"] < LEAST:
        report_violation(f"kept {args.props['retentionInDays']:g} days")


KEPT = ResourceValidationPolicy("kept", "Logs are kept.", validate, EnforcementLevel.ADVISORY)
"""


class Watched:
    """A running `make watch`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        command = [sys.executable, "-u", "-m", "preview.watch", "--root", str(root), "--format", "plain"]
        # Tests that run in the background have SIGINT ignored, which what they start would take over.
        ours = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self.process = subprocess.Popen(
                command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
        finally:
            signal.signal(signal.SIGINT, ours)
        self._lines: list[str] = []
        self._taken = 0
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()
        self.first = self.answer()
        """What was said first."""

    def _collect(self) -> None:
        assert self.process.stdout
        with self.process.stdout as printed:
            for line in printed:
                with self._news:
                    self._lines.append(line)
                    self._news.notify_all()

    def answer(self, what: str = "Answered in") -> str:
        """Wait for a line that has these words, and return what was said since the last one."""

        def said() -> int:
            return next((n for n in range(self._taken, len(self._lines)) if what in self._lines[n]), -1)

        with self._news:
            found = self._news.wait_for(lambda: said() >= 0, SECONDS)
            text = "".join(self._lines[self._taken : said() + 1 if found else None])
            assert found, f"nothing with {what!r} in:\n{text}"
            self._taken = said() + 1
        return text

    def silent(self, seconds: float) -> bool:
        """Tell whether nothing more is said for a while."""
        time.sleep(seconds)
        with self._news:
            return len(self._lines) == self._taken

    @property
    def said(self) -> str:
        """All that was said so far."""
        with self._news:
            return "".join(self._lines)

    @property
    def stack(self) -> Path:
        """The stack file."""
        return self.root / "Pulumi.prod.yaml"

    def write(self, days: int, words: str = "words.txt") -> None:
        """Write the stack file."""
        self.stack.write_text(stack_file(self.root, days, words))

    def save(self, days: int) -> str:
        """Write the stack file and return the answer."""
        self.write(days)
        return self.answer()

    @property
    def port(self) -> int:
        """Where the page is."""
        match = re.search(r"http://127\.0\.0\.1:(\d+)/", self.said)
        assert match
        return int(match[1])

    @contextlib.contextmanager
    def asked(self, path: str, host: str = "") -> Iterator[http.client.HTTPResponse]:
        """Ask the server."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{self.port}"})
            with connection.getresponse() as response:
                yield response

    def get(self, path: str = "/", host: str = "") -> tuple[int, str]:
        """Return the status and the text of what is served."""
        with self.asked(path, host) as response:
            return response.status, response.read().decode()

    def state(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Listen as a page does, until it is told this."""
        with self.asked("/events") as events:
            for line in events:
                if line.startswith(b"data: "):
                    state: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
                    if wanted(state):
                        return state
        raise AssertionError("the server hung up")

    def processes(self) -> set[int]:
        """Return the processes that it has started, and those that these have."""
        found, last = {self.process.pid}, 0
        while len(found) > last:
            last = len(found)
            for folder in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[1]) in found and fields[0] != "Z":
                        found.add(int(folder.name))
        return found - {self.process.pid}

    def end(self, number: int = signal.SIGINT) -> int:
        """End it with a signal and return its exit code."""
        self.process.send_signal(number)
        code = self.process.wait(SECONDS)
        self._reader.join(SECONDS)
        return code


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def stack_file(root: Path, days: int, words: str = "words.txt") -> str:
    return f"config:\n  toy:days: {days}\n  toy:words: {root / words}\n"


def project(root: Path) -> Path:
    (root / "policy").mkdir()
    for name, text in (
        ("Pulumi.yaml", "name: toy\nruntime: python\nconfig:\n  aws:region: {value: us-east-1}\n"),
        ("__main__.py", PROGRAM),
        ("naming.py", NAMING),
        ("words.txt", "first"),
        ("Pulumi.prod.yaml", stack_file(root, 60)),
        ("policy/PulumiPolicy.yaml", "runtime: python\n"),
        ("policy/__main__.py", PACK),
        ("policy/rule.py", RULE),
    ):
        (root / name).write_text(text)
    return root


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Watch a project; each test leaves it previewed."""
    made = Watched(project(tmp_path_factory.mktemp("toy")))
    yield made
    if made.process.poll() is None:
        made.end()
