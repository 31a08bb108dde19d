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
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self

from preview import pack_config, yaml
from preview.pack_config import PackConfig
from preview.pack_process import Conversation, Process

if TYPE_CHECKING:
    from types import TracebackType

    from preview import analyzer
    from preview.graph import Graph, Resource
    from preview.verdict import Config, Verdict

_LARGEST_SETTING: Final = 4096
_START_SECONDS: Final = 30.0
_ANSWER_SECONDS: Final = 60.0


class PackError(Exception):
    """The policy pack does not start or does not answer; the text says why."""


def read_config(path: Path) -> PackConfig:
    """Read a policy configuration, as `--policy-pack-config` of Pulumi's CLI takes it, in version 1 or 2.

    Raises:
        PackError: it is not such a file.
    """
    try:
        return pack_config.read(path)
    except pack_config.InvalidConfig as error:
        raise PackError(str(error)) from None


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
        self._config = config or {}
        self._has_started = False
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
        self._process = Process(folder, environment, self._errors)
        from preview import analyzer  # noqa: PLC0415 - slow to import, and the process must start before

        conversation = Conversation(self._process.socket)
        self._session = analyzer.Session(conversation, project=project, stack=stack, dry_run=dry_run, config=config)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._errors.close()

    def observe(self, resource: Resource) -> None:
        """Ask about a resource of the graph that `evaluate` will be given, as soon as the pack has started.

        This is what `record` calls while the program runs, so that the pack works meanwhile.
        """
        self._observed.append(resource)
        if self._has_started or self._listens():
            with contextlib.suppress(PackError):  # `evaluate` meets the same problem and says so
                session = self._started(_START_SECONDS, _ANSWER_SECONDS)
                while self._observed:
                    session.ask(self._observed.pop(0))

    def evaluate(
        self,
        graph: Graph,
        *,
        start_seconds: float = _START_SECONDS,
        answer_seconds: float = _ANSWER_SECONDS,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Verdict:
        """Judge every resource by its inputs, then the stack by its outputs.

        Args:
            graph: what the program registered.
            start_seconds: how long the pack may take to start.
            answer_seconds: how long each answer may take.
            meanwhile: is called once, while the pack judges.

        Raises:
            PackError: the pack ended, or exceeded a time limit.
        """
        from preview import analyzer  # noqa: PLC0415 - slow to import, and the process must start before

        session = self._started(start_seconds, answer_seconds)
        self._observed.clear()
        try:
            verdict = session.verdict(graph, answer_seconds, meanwhile)
        except analyzer.NoAnswerError as error:
            raise PackError(f"{self._folder}: the policy pack {error}{self._said()}") from None
        findings = verdict.findings
        if isinstance(self._config, PackConfig):
            findings = tuple(map(self._config.marked, findings))
        return dataclasses.replace(verdict, version=self._version(), findings=findings)

    def _started(self, start_seconds: float, answer_seconds: float) -> analyzer.Session:
        """Wait until the pack has started and said what it is; return the conversation with it."""
        from preview import analyzer  # noqa: PLC0415 - as above

        if self._refused:
            raise self._refused
        if not self._has_started:
            try:
                self._wait_for_port(start_seconds)
                self._session.configure(answer_seconds)
            except analyzer.NoAnswerError as error:
                self._refused = PackError(f"{self._folder}: the policy pack {error}{self._said()}")
                raise self._refused from None
            except PackError as error:
                self._refused = error
                raise
            self._has_started = True
        return self._session

    def _version(self) -> str:
        described = yaml.loaded((self._folder / "PulumiPolicy.yaml").read_text(encoding="utf-8"))
        version = described.get("version") if isinstance(described, dict) else None
        return "" if version is None else str(version)

    def _listens(self) -> bool:
        """Tell whether the pack has printed its port, or has ended."""
        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def _wait_for_port(self, seconds: float) -> None:
        stdout = self._process.stdout
        line, end = b"", time.monotonic() + seconds
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([stdout], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise PackError(
                    f"{self._folder}: the policy pack has not started after {seconds:g} seconds{self._said()}"
                )
            character = os.read(stdout, 1)
            if not character:
                raise PackError(f"{self._folder}: the policy pack ended while it loaded{self._said()}")
            line += character
        text = line.decode(errors="replace").strip()
        if not text.isdigit():
            raise PackError(f"{self._folder}: the policy pack printed {text!r} where its port is expected")

    def _said(self) -> str:
        """Return the last lines the process wrote to stderr, ready to be appended to a message."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return "".join(f"\n  {line}" for line in lines[-15:])
