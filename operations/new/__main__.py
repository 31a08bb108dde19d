"""Command line: `make new STACK=prod FROM=../shop APP=shop REGION=eu-central-1 HOST=shop.example.com ZONE_ID=Z...`.

Writes `Pulumi.<stack>.yaml` by flags and, on a terminal, by questions for what no flag gives. From a compose file or a Dockerfile it takes
ports, commands, variables, health checks, sizes and images, and says what it could not take over. Nothing is asked of AWS.

Exit codes: 0 written; 2 nothing written, with a line for each mistake; 130 stopped by a person.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from operations.new import compose, dockerfile, stack_file
from operations.new._draft import FIRST_TAG, Draft, UnreadableError
from operations.new.stack_file import Answers
from preview import project
from preview.words import count
from settings import InvalidSettings, parse

_QUESTIONS: Final[Mapping[str, str]] = {
    "app": "The application's name, such as shop",
    "region": "The AWS region, such as eu-central-1",
    "host": "The host name, such as shop.example.com",
    "zone_id": "The Route 53 hosted zone of that name, such as Z0123456789ABCDEFGHIJ",
    "email": "Who is told of alarms, an e-mail address (nothing: nobody)",
    "github": "The GitHub repository that deploys it, OWNER/NAME (nothing: none)",
}
_NEEDED: Final = ("app", "region", "host", "zone_id")
_ENVIRONMENTS: Final = {"prod": "production", "production": "production", "staging": "staging", "stage": "staging"}


def main(words: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m operations.new", description=__doc__)
    parser.add_argument("--stack", default="prod", help="the stack's name (default: prod)")
    parser.add_argument("--from", dest="source", type=Path, help="a compose file, a Dockerfile, or a folder with one")
    parser.add_argument(
        "--environment", choices=("production", "staging", "development"), help="default: by the stack's name"
    )
    for name, question in _QUESTIONS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", help=question)
    parser.add_argument("--owner", help="the team it belongs to, as a tag (default: the application's name)")
    parser.add_argument("--root", type=Path, default=Path(), help="the project's folder (default: this one)")
    parser.add_argument("--force", action="store_true", help="write over a stack file that is there")
    options = parser.parse_args(words)
    try:
        return _write(options)
    except (UnreadableError, InvalidSettings) as error:
        print(str(error).strip(), file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):
        print("\nnothing was written", file=sys.stderr)
        return 130


def _write(options: argparse.Namespace) -> int:
    target: Path = options.root / f"Pulumi.{options.stack}.yaml"
    if target.exists() and not options.force:
        raise UnreadableError(f"{target} is there already; FORCE=1 writes over it, STACK=... makes another")
    given = {name: getattr(options, name) or "" for name in _QUESTIONS}
    given["app"] = given["app"] or _ask("app")
    found = _found(options.source, given["app"] or "app")
    answers = _answers(options, given, routed=any("route" in service for service in found.services.values()))
    schema = os.path.relpath(Path(__file__).resolve().parents[2] / "slipway.schema.json", target.parent)
    text = stack_file.text(found, answers, Path(schema).as_posix())
    values = project.read(options.root).values(stack_file.config(found, answers))
    parse(values, options.stack)
    target.write_text(text, encoding="utf-8")
    _say(target, found, options.stack)
    return 0


def _answers(options: argparse.Namespace, given: Mapping[str, str], *, routed: bool) -> Answers:
    needed = [name for name in _NEEDED if routed or name not in {"host", "zone_id"}]
    told = {
        name: value or (_ask(name) if name in needed or name in {"email", "github"} else "")
        for name, value in given.items()
    }
    missing = [f"{name.upper()}: {_QUESTIONS[name]}" for name in needed if not told[name]]
    if missing:
        raise UnreadableError("\n".join(["not given, and there is no terminal to ask on:", *missing]))
    environment = options.environment or _ENVIRONMENTS.get(options.stack, "development")
    return Answers(environment=environment, owner=options.owner or "", **told)


def _ask(name: str) -> str:
    """Ask a person; where there is none, the answer is nothing."""
    if not sys.stdin.isatty():
        return ""
    print(f"{_QUESTIONS[name]}: ", end="", file=sys.stderr, flush=True)
    return input().strip()


def _found(source: Path | None, app: str) -> Draft:
    if source is None:
        return _single({}, app, ())
    if source.is_dir():
        inside = compose.find(source) or (source / "Dockerfile")
        if not inside.is_file():
            raise UnreadableError(f"{source}: neither {', '.join(compose.NAMES)} nor a Dockerfile is there")
        source = inside
    if "dockerfile" in source.name.lower():
        taken, left = dockerfile.as_found(dockerfile.read(source), source.name)
        return replace(_single(taken, app, left), builds={"web": {"context": str(source.parent)}})
    found = compose.read(source, app)
    if not found.services:
        raise UnreadableError(f"{source}: none of its services is the application's own; name a Dockerfile instead")
    return found


def _single(taken: Mapping[str, object], app: str, left: Sequence[str]) -> Draft:
    """Return one service that is reached from outside."""
    service = {"image": {"repository": f"{app}/web", "tag": FIRST_TAG}, "port": 8000, "route": {"default": True}}
    return Draft(services={"web": {**service, **taken}}, left=left)


def _say(target: Path, found: Draft, stack: str) -> None:
    print(f"{target}: {count(len(found.services), 'service')}: {', '.join(found.services)}")
    for sentence in found.left:
        print(f"  not taken over, or to be looked at: {sentence}")
    for name, build in found.builds.items():
        print(
            f"  {name} is built from {build['context']}: say so in pipelines.yaml, `builds`, for `make images` and `make pipelines`"
        )
    print(f"Next: make preview STACK={stack}")


if __name__ == "__main__":
    sys.exit(main())
