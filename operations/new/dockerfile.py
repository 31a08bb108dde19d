"""What a Dockerfile says about the container: its port, its user, how it is asked whether it is well, what it writes to."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped] # ships no types

from operations.new._draft import UnreadableError, read_text

_HERE_DOCUMENT: Final = re.compile(
    r"""^(\s*(?:RUN|COPY|ADD)\b[^\n]*<<-?(["']?)(\w+)\2[^\n]*)\n.*?^\s*\3\s*$""",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_ROOT: Final = frozenset({"root", "0", "root:root", "0:0"})


@dataclass(frozen=True, kw_only=True)
class Dockerfile:
    """What a Dockerfile says.

    Args:
        ports: TCP ports that it exposes, in their order.
        user: the user it ends with; none: root.
        health: the command of its health check; none without one.
        volumes: folders that it declares as volumes.
    """

    ports: Sequence[int] = ()
    user: str | None = None
    health: str | None = None
    volumes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class _Stage:
    """One FROM and what follows it, as instruction and value."""

    name: str
    base: str
    lines: Sequence[tuple[str, str]]


def read(path: Path, target: str | None = None) -> Dockerfile:
    """Read a Dockerfile.

    Args:
        path: the file.
        target: the stage that the image ends with; default the last.

    Raises:
        UnreadableError: it cannot be read, or has no such stage.
    """
    stages = _stages(read_text(path))
    if not stages:
        raise UnreadableError(f"{path}: no FROM; this is no Dockerfile")
    lines = list(_lines(_chosen(stages, path, target), stages))
    variables = dict(pair for instruction, value in lines if instruction in {"ARG", "ENV"} for pair in _pairs(value))
    said: dict[str, list[str]] = {}
    for instruction, value in lines:
        said.setdefault(instruction, []).append(Template(value).safe_substitute(variables))
    user, check = (said.get(instruction, [None])[-1] for instruction in ("USER", "HEALTHCHECK"))
    return Dockerfile(
        ports=[port for value in said.get("EXPOSE", ()) for port in _ports(value)],
        user=None if user in _ROOT else user,
        health=_check(check) if check is not None else None,
        volumes=[volume for value in said.get("VOLUME", ()) for volume in _words(value)],
    )


def _stages(text: str) -> Sequence[_Stage]:
    # Without a file of its own the parser would write one beside it; it takes the lines of a here-document for instructions.
    structure = DockerfileParser(fileobj=io.BytesIO(_HERE_DOCUMENT.sub(r"\1\n", text).encode())).structure
    said = [(line["instruction"], line["value"]) for line in structure if line["instruction"] != "COMMENT"]
    starts = [index for index, (instruction, _) in enumerate(said) if instruction == "FROM"]
    made = []
    for start, end in itertools.pairwise([*starts, len(said)]):
        words = [word for word in said[start][1].split() if not word.startswith("--")]
        named = words[2] if len(words) > 2 and words[1].lower() == "as" else ""  # noqa: PLR2004 - FROM image AS name
        made.append(_Stage(name=named, base=words[0] if words else "", lines=said[start + 1 : end]))
    return made


def _chosen(stages: Sequence[_Stage], path: Path, target: str | None) -> _Stage:
    if not target:
        return stages[-1]
    for index, stage in enumerate(stages):
        if target in {stage.name, str(index)}:
            return stage
    raise UnreadableError(
        f"{path}: no stage {target}; there are {', '.join(s.name for s in stages if s.name) or 'none'}"
    )


def _lines(stage: _Stage, stages: Sequence[_Stage]) -> Iterator[tuple[str, str]]:
    """Yield a stage's lines after those of the stages that it begins with."""
    before = stages[: stages.index(stage)]
    for other in before:
        if other.name and other.name == stage.base:
            yield from _lines(other, stages)
    yield from stage.lines


def _pairs(value: str) -> Iterator[tuple[str, str]]:
    found = re.findall(r"""([A-Za-z_]\w*)=("[^"]*"|'[^']*'|\S*)""", value)
    yield from ((name, text.strip("\"'")) for name, text in found)
    if not found and len(words := value.split(None, 1)) == 2:  # noqa: PLR2004 - ENV name value
        yield words[0], words[1]


def _ports(value: str) -> Iterator[int]:
    for word in value.split():
        number, _, protocol = word.partition("/")
        if number.isdigit() and protocol.lower() in {"", "tcp"} and 0 < int(number) <= 65535:  # noqa: PLR2004 - ports
            yield int(number)


def _check(value: str) -> str | None:
    _, found, command = f" {value}".partition(" CMD ")
    return " ".join(_words(command)) if found else None


def _words(value: str) -> Sequence[str]:
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', value) if value.strip().startswith("[") else []
    return quoted or value.split()


def as_found(container: Dockerfile, place: str) -> tuple[Mapping[str, object], Sequence[str]]:
    """Return what a service gets from its Dockerfile, and a sentence for each thing that it does not."""
    left = []
    if container.user is None:
        left.append(f"{place}: it ends as root; the container runs as user 1000, unless `user` says otherwise")
    left += [
        f"{place}: {volume} is a volume; the filesystem is read-only but for /tmp, and gone with the task: keep files in `media`"
        for volume in container.volumes
    ]
    if len(container.ports) > 1:
        left.append(
            f"{place}: of the ports {', '.join(map(str, container.ports))} the first is taken; a service has one"
        )
    made: dict[str, object] = {}
    if container.user and re.fullmatch(r"[a-z0-9_-]+(?::[a-z0-9_-]+)?", container.user):
        made["user"] = container.user
    if container.ports:
        made["port"] = container.ports[0]
    return made, left
