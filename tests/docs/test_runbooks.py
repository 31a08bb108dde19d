"""Every command line of the runbooks is one that exists: read by the parsers and models of the tools themselves."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import botocore.session  # type: ignore[import-untyped] # has no types of its own
import pytest
from botocore import xform_name

from operations.__main__ import commands
from operations._command import parser

ROOT: Final = Path(__file__).parents[2]
RUNBOOKS: Final = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
MAKEFILE: Final = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS: Final = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
VARIABLES: Final = set(re.findall(r"\$\((?:if \$\()?([A-Z_]+)\)", MAKEFILE))
PULUMI: Final = {
    "login": set(),
    "stack init": {"--secrets-provider", "--stack"},
    "stack output": {"--stack"},
    "stack export": {"--stack", "--file"},
    "stack import": {"--stack", "--file"},
    "stack rename": {"--stack"},
    "stack rm": {"--preserve-config", "--stack"},
    "config set": {"--stack", "--path", "--type", "--secret", "--config-file"},
    "preview": {"--stack", "--policy-pack", "--diff"},
    "up": {"--stack", "--target", "--policy-pack", "--refresh"},
    "refresh": {"--stack", "--target"},
    "cancel": {"--stack"},
    "destroy": {"--stack"},
}
"""What the CLI 3.260 takes of what the runbooks use, by its own help."""


def lines() -> Iterator[tuple[str, str]]:
    """Yield the page and each command, those inside sentences and tables too."""
    for page in RUNBOOKS:
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            yield from ((page.name, line.strip()) for line in block.splitlines() if line.strip())
        plain = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        for command in re.findall(r"`((?:make|aws|pulumi) [^`]*)`", plain):
            yield page.name, command


COMMANDS: Final = sorted(set(lines()))


@cache
def models() -> Any:
    return botocore.session.Session()


def test_the_menu_leads_to_every_page() -> None:
    menu = (ROOT / "docs" / "runbooks" / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(([a-z-]+\.md)\)", menu)) == {page.name for page in RUNBOOKS} - {"README.md"}
    assert len(COMMANDS) > 60


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[f"{page}: {line[:60]}" for page, line in COMMANDS])
def test_command(page: str, line: str) -> None:
    del page
    words = shlex.split(line)
    check = {"make": make, "aws": aws, "pulumi": pulumi, ".venv/bin/python": module}[words[0]]
    check(words[1:])


def make(words: list[str]) -> None:
    if words == ["help"]:
        return
    targets = [word for word in words if "=" not in word]
    given = dict(word.split("=", 1) for word in words if "=" in word)
    assert set(targets) <= TARGETS, f"no such target: {targets}"
    assert given.keys() <= VARIABLES, f"no such variable: {given.keys() - VARIABLES}"
    names = {command.name for command in commands()}
    for target in targets:
        if target in names:
            operation(target, given)


def operation(target: str, given: dict[str, str]) -> None:
    options = {"SERVICE": "--service", "TAG": "--tag", "OUT": "--out"}
    words = [word for name, option in options.items() if name in given for word in (option, given[name])]
    stack = ["--file", given["FILE"]] if "FILE" in given else ["--stack", given.get("STACK", "prod")]
    required = {"run": ["--", "true"]} if "ARGS" not in given else {}
    parser(commands()).parse_args(
        [target, *stack, *words, *shlex.split(given.get("ARGS", "")), *required.get(target, [])]
    )


def aws(words: list[str]) -> None:
    service, call, *rest = words
    model = models().get_service_model({"s3api": "s3"}.get(service, service))
    waiter = call == "wait"
    if waiter:
        call, rest = rest[0], rest[1:]
        waits = models().get_waiter_model(service)
        config = waits.get_waiter({xform_name(name, "-"): name for name in waits.waiter_names}[call])
        operation_model = model.operation_model(config.operation)
    else:
        known = {xform_name(name, "-"): name for name in model.operation_names}
        assert call in known, f"aws {service} has no {call}"
        operation_model = model.operation_model(known[call])
    shape = operation_model.input_shape
    members = {xform_name(name, "-"): member for name, member in (shape.members if shape else {}).items()}
    options = {word.removeprefix("--") for word in rest if word.startswith("--")} - {"region", "profile", "output"}
    plain = {option.removeprefix("no-") for option in options}
    assert plain <= members.keys(), f"aws {service} {call} takes no {plain - members.keys()}"
    needed = {xform_name(name, "-") for name in (shape.required_members if shape else ())}
    assert waiter or needed <= plain, f"aws {service} {call} needs {needed - plain}"


def pulumi(words: list[str]) -> None:
    name = " ".join(words[:2]) if words[0] in {"stack", "config"} else words[0]
    assert name in PULUMI, f"not a command that these pages use: pulumi {name}"
    options = {word for word in words if word.startswith("--")}
    assert options <= PULUMI[name], f"pulumi {name}: {options - PULUMI[name]}"
    assert "--skip-preview" not in options


def module(words: list[str]) -> None:
    assert words[0] == "-m"
    assert (ROOT / Path(*words[1].split("."))).exists()
