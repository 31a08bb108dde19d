"""Run the project's policy pack on a recorded graph, as the engine does.

The pack is its own process and speaks the engine's analyzer protocol. It is started before the program is recorded, so
that both run side by side.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal, Self, TypeAlias

from preview import yaml

if TYPE_CHECKING:
    from types import TracebackType

    from preview import analyzer
    from preview.graph import Graph, Resource

Level = Literal["mandatory", "advisory"]
Config: TypeAlias = Mapping[str, Mapping[str, object]]
"""Levels and parameters by policy: `enforcementLevel` and the parameters' names; `all` stands for every policy."""

_LEVELS: Final = ("disabled", "advisory", "mandatory", "remediate")
_LARGEST_SETTING: Final = 4096
_START_SECONDS: Final = 30.0
_ANSWER_SECONDS: Final = 60.0


class PackError(Exception):
    """The policy pack does not start or does not answer; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One statement of a policy."""

    policy: str
    level: Level
    severity: str
    """low, medium, high, critical, or empty where the policy gives none."""
    urn: str
    """The resource it is about; empty when it is about the stack."""
    message: str
    description: str
    """What the policy demands in general."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a pack says about one of its policies, whichever pack it is."""

    name: str
    title: str
    """What must hold, in a few words; the name where the pack gives none."""
    description: str
    level: Literal["mandatory", "advisory", "disabled"]
    severity: str = ""
    """low, medium, high, critical, or empty where the pack gives none."""
    mend: str = ""
    """What to do about a violation."""
    url: str = ""
    framework: str = ""
    """The framework it serves, with the numbers there."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a policy pack says about a graph."""

    pack: str
    policies: int
    """How many policies were run."""
    findings: tuple[Finding, ...] = ()
    """Mandatory ones first, then by severity."""
    undecided: tuple[Finding, ...] = ()
    """Policies that cannot tell before the update."""
    defects: tuple[str, ...] = ()
    """Policies that failed to run, which stops the engine. Each is one line."""
    name: str = ""
    """The pack's name; `pack` is what people call it."""
    version: str = ""
    """The pack's version, from its `PulumiPolicy.yaml`."""
    catalogue: tuple[Policy, ...] = ()
    """All policies of the pack, those that are disabled as well."""

    @property
    def refused(self) -> bool:
        """Whether the engine would refuse the update."""
        return bool(self.defects) or any(finding.level == "mandatory" for finding in self.findings)


def read_config(path: Path) -> Config:
    """Read a policy configuration, as `--policy-pack-config` of Pulumi's CLI takes it.

    Raises:
        PackError: it is not such a file.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else f"is not JSON: {error}"
        raise PackError(f"{path}: {why}") from None
    if not isinstance(document, dict):
        raise PackError(f"{path}: expected an object with policies' names as keys")
    settings = {
        name: {"enforcementLevel": value} if isinstance(value, str) else value for name, value in document.items()
    }
    levels = ", ".join(_LEVELS)
    for name, value in settings.items():
        if not isinstance(value, dict):
            raise PackError(
                f"{path}: {name}: expected a level ({levels}) or an object with enforcementLevel and parameters"
            )
        if "enforcementLevel" in value and value["enforcementLevel"] not in _LEVELS:
            raise PackError(f"{path}: {name}: {value['enforcementLevel']!r} is not a level; allowed: {levels}")
        if name == "all" and value.keys() - {"enforcementLevel"}:
            raise PackError(f"{path}: all: takes an enforcementLevel only")
    return settings


class Pack:
    """A running policy pack. Use it as a context manager: leaving it ends the process."""

    def __init__(
        self,
        folder: Path,
        *,
        project: str,
        stack: str,
        values: Mapping[str, str],
        dry_run: bool,
        config: Config | None = None,
    ) -> None:
        """Start the process and return at once.

        Args:
            folder: the pack, with `PulumiPolicy.yaml` and `__main__.py`.
            project: the project's name.
            stack: the stack's name.
            values: the stack's configuration as the CLI hands it out, see `project.Project.values`.
            dry_run: what `pulumi.runtime.is_dry_run()` says in the pack.
            config: levels and parameters by policy, as `read_config` returns them.
        """
        self._folder = folder
        self._project = project
        self._stack = stack
        self._dry_run = dry_run
        self._config = config or {}
        self._session: analyzer.Session | None = None
        self._refused: PackError | None = None
        self._observed: list[Resource] = []
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        # The environment is a pack's only source of configuration. Linux refuses a variable over 128 KB, and the SDK
        # parses it anew for every resource, so large sections stay out.
        small = {key: value for key, value in values.items() if len(value) <= _LARGEST_SETTING}
        environment = {
            **os.environ,
            "PULUMI_PROJECT": project,
            "PULUMI_STACK": stack,
            "PULUMI_ORGANIZATION": "organization",
            "PULUMI_DRY_RUN": "true" if dry_run else "false",
            "PULUMI_CONFIG": json.dumps(small),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:0", "."],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._session:
            self._session.close()
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._errors.close()

    def observe(self, resource: Resource) -> None:
        """Ask about a resource of the graph that `judge` will be given, as soon as the pack has started.

        This is what `record` calls while the program runs, so that the pack works meanwhile.
        """
        self._observed.append(resource)
        if self._session or self._listens():
            with contextlib.suppress(PackError):  # `judge` meets the same problem and says so
                session = self._open(_START_SECONDS, _ANSWER_SECONDS)
                while self._observed:
                    session.ask(self._observed.pop(0))

    def judge(
        self, graph: Graph, *, start_seconds: float = _START_SECONDS, answer_seconds: float = _ANSWER_SECONDS
    ) -> Verdict:
        """Judge every resource by its inputs, then the stack by its outputs.

        Args:
            graph: what the program registered.
            start_seconds: how long the pack may take to start.
            answer_seconds: how long each answer may take.

        Raises:
            PackError: the pack ended, or exceeded a time limit.
        """
        from preview import analyzer  # noqa: PLC0415 - slow to import, and the process must start before

        session = self._open(start_seconds, answer_seconds)
        self._observed.clear()
        try:
            return dataclasses.replace(session.verdict(graph), version=self._version())
        except analyzer.NoAnswerError as error:
            raise PackError(f"{self._folder}: the policy pack {error}{self._said()}") from None

    def _open(self, start_seconds: float, answer_seconds: float) -> analyzer.Session:
        from preview import analyzer  # noqa: PLC0415 - slow to import, and the process must start before

        if self._refused:
            raise self._refused
        if self._session is None:
            try:
                port = self._read_port(start_seconds)
                self._session = analyzer.Session(
                    port,
                    project=self._project,
                    stack=self._stack,
                    dry_run=self._dry_run,
                    seconds=answer_seconds,
                    config=self._config,
                )
            except analyzer.NoAnswerError as error:
                self._refused = PackError(f"{self._folder}: the policy pack {error}{self._said()}")
                raise self._refused from None
            except PackError as error:
                self._refused = error
                raise
        return self._session

    def _version(self) -> str:
        described = yaml.load((self._folder / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
        version = described.get("version") if isinstance(described, dict) else None
        return "" if version is None else str(version)

    def _listens(self) -> bool:
        """Tell whether the pack has printed its port, or has ended."""
        return bool(self._process.stdout and select.select([self._process.stdout], [], [], 0)[0])

    def _read_port(self, seconds: float) -> int:
        stdout = self._process.stdout
        if stdout is None:  # pragma: no cover - it is always a pipe
            raise PackError(f"{self._folder}: no output from the policy pack")
        line, end = b"", time.monotonic() + seconds
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([stdout], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise PackError(
                    f"{self._folder}: the policy pack has not started after {seconds:g} seconds{self._said()}"
                )
            character = os.read(stdout.fileno(), 1)
            if not character:
                raise PackError(f"{self._folder}: the policy pack ended while it loaded{self._said()}")
            line += character
        text = line.decode(errors="replace").strip()
        if not text.isdigit():
            raise PackError(f"{self._folder}: the policy pack printed {text!r} where its port is expected")
        return int(text)

    def _said(self) -> str:
        """Return the last lines the process wrote to stderr, ready to be appended to a message."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return "".join(f"\n  {line}" for line in lines[-15:])
