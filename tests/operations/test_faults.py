"""Every command where AWS cannot be asked: told in words, with the next step, by its exit code, and without a trace."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from botocore import exceptions as errors  # type: ignore[import-untyped] # has no types of its own

from components._aws_session import AwsAccess
from operations import _pulumi as pulumi
from operations import _stack as stacks
from operations.__main__ import commands
from operations._command import OK, UNREACHABLE, WRONG, Context, guarded, parser

ROOT: Final = Path(__file__).parents[2]
STATE: Final = {
    "deployment": {
        "resources": [{"urn": "urn:x::database-instance", "type": "aws:rds/instance:Instance", "id": "db-1"}]
    }
}
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "logs": ("--service", "api"),
    "exec": ("--service", "api"),
    "tunnel": ("--service", "api"),
    "run": ("--service", "api", "--", "true"),
    "migrate": ("--service", "api"),
    "restart": ("--service", "api"),
    "approve": ("--service", "api"),
    "rollback": ("--service", "api"),
    "restore": ("--to", "latest", "--yes"),
    "sleep": ("--yes",),
    "record": ("--commit", "1", "--result", "succeeded", "--bucket", "state"),
    "push": ("--tag", "1"),
    "announce": ("--outcome", "success", "--commit", "1", "--topic", "arn:aws:sns:us-east-1:123456789012:team"),
    "environment": ("--number", "7"),
}
LOCAL: Final[Mapping[str, tuple[str, ...]]] = {
    "state": (),
    "guard": (),
    "images": ("--tag", "1"),
    "set-images": ("--tag", "1"),
    "up": (),
    "drift": (),
}
"""Commands that ask only programs of this machine."""
NAMES: Final = [command.name for command in commands() if command.name not in {*LOCAL, "smoke"}]


def refused(code: str) -> errors.ClientError:
    return errors.ClientError({"Error": {"Code": code, "Message": "said AWS"}}, "DescribeThings")


FAULTS: Final[Mapping[str, tuple[Exception, str]]] = {
    "no credentials": (errors.NoCredentialsError(), "Log in (aws sso login), or name a profile with --profile"),
    "expired": (refused("ExpiredToken"), "Log in again: aws sso login"),
    "login over": (errors.SSOTokenLoadError(error_msg="expired"), "Log in again: aws sso login"),
    "throttled": (refused("ThrottlingException"), "AWS asks to slow down"),
    "denied": (refused("AccessDenied"), "AWS does not allow DescribeThings to these credentials"),
    "no network": (errors.EndpointConnectionError(endpoint_url="https://x"), "AWS cannot be reached from here"),
    "no answer": (errors.ReadTimeoutError(endpoint_url="https://x"), "AWS cannot be reached from here"),
}


class Failing:
    """A client whose every call fails."""

    class Known:
        def __getattr__(self, name: str) -> type[Exception]:
            return type(name, (Exception,), {})

    exceptions = Known()

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def call(*_: object, **__: object) -> Any:
            raise self._error

        class Pages:
            def paginate(self, **_: object) -> Any:
                call()

        return (lambda _: Pages()) if name == "get_paginator" else call


class FailingAccess(AwsAccess):
    """Access to an AWS that answers nothing."""

    def clients(self, *services: str) -> dict[str, Any]:
        return dict.fromkeys(services, Failing(FAULTS[self.session_name][0]))


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The programs that commands start, each of which does nothing well."""
    (tmp_path / "state.json").write_text(json.dumps(STATE))
    for name in ("pulumi", "docker", "session-manager-plugin"):
        tool = tmp_path / name
        tool.write_text(
            "#!/bin/sh\n"
            f'[ "$1 $2" = "stack export" ] && cat {tmp_path}/state.json\n'
            '[ "$1 $2" = "stack ls" ] && echo "[]"\n'
            'case "$*" in *--json*) echo "{\\"steps\\": []}";; esac\n'
            "exit 0\n"
        )
        tool.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(pulumi, "ROOT", tmp_path)
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.delenv("SLACK_WEBHOOK", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(fault: str, *words: str) -> tuple[int, str, str]:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    known = commands()
    options = parser(known).parse_args(words)
    context = Context(
        stack=stacks.read(ROOT, "prod", None),
        access=FailingAccess(region="us-east-1", session_name=fault),
        as_json=options.json,
        timeout_seconds=options.timeout_minutes * 60,
        dry_run=getattr(options, "dry_run", False),
        out=io.StringIO(),
        err=io.StringIO(),
        sleep=sleep,
        clock=lambda: now[0],
    )
    command = next(command for command in known if command.name == options.command)
    code = guarded(lambda: command.run(context, options), f"python -m operations {' '.join(words)}", context.err)
    return code, context.out.getvalue(), context.err.getvalue()  # type: ignore[attr-defined] # both are StringIO


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_command_that_cannot_ask_aws(name: str, fault: str) -> None:
    code, out, err = run(fault, name, *WORDS.get(name, ()))
    assert (code, out) == (UNREACHABLE, "")
    assert FAULTS[fault][1] in err
    assert f"Again: python -m operations {name}" in err


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("name", LOCAL)
def test_a_command_that_asks_no_aws_needs_none(name: str) -> None:
    code, _, err = run("no credentials", name, *LOCAL[name])
    assert code == (WRONG if name == "state" else OK), err


@pytest.mark.parametrize("name", [command.name for command in commands()])
def test_help_names_every_option(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parser(commands()).parse_args([name, "--help"])
    assert end.value.code == OK
    shown = capsys.readouterr().out
    assert "--json" in shown
    command = next(command for command in commands() if command.name == name)
    assert ("--dry-run" in shown) is command.changes
