"""Write the workflows of an application: `make pipelines APP=examples/rupaya`.

From the folder's stack files come names, regions, environments and what is public; from its pipelines.yaml branches, builds and tests.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jinja2
import yaml  # type: ignore[import-untyped] # has no stubs among our dependencies
from pydantic import ValidationError

from operations import _stack as stacks
from operations.pipelines.model import ImageBuild, Pipelines, Stage

ROOT: Final = Path(__file__).resolve().parents[2]
_YAML_1_1: Final = frozenset({"y", "Y", "n", "N"})
"""What some readers take for true or false."""
WORKFLOWS: Final = ("deploy", "preview", "migrations", "drift", "security", "environment")
"""The workflows, by file; migrations only where pipelines.yaml has them."""


class InvalidPipelinesError(Exception):
    """pipelines.yaml cannot be used; the text has a line for each mistake."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Deployed:
    """A stage with what its stack file says."""

    stack: str
    file: str
    region: str
    branches: Sequence[str]
    environment: str
    role_variable: str
    public: bool
    backup_first: bool
    session_hours: int
    preview_role_variable: str
    asks_engine: bool
    """Whether pull requests may ask the engine: there is a role that reads the state."""


def read(folder: Path) -> Pipelines:
    """Read pipelines.yaml.

    Raises:
        InvalidPipelinesError: it is missing, no YAML, or has mistakes, all of which are told.
    """
    path = folder / "pipelines.yaml"
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise InvalidPipelinesError(f"{path}: no such file; docs/pipelines.md shows one to begin with") from None
    except yaml.YAMLError as error:
        raise InvalidPipelinesError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    try:
        return Pipelines.model_validate(data)
    except ValidationError as error:
        lines = [f"{path}: {'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors()]
        raise InvalidPipelinesError("\n".join(lines)) from None


def builds(pipelines: Pipelines, services: Sequence[str]) -> Mapping[str, ImageBuild]:
    """Return how each service's image is built."""
    return {name: pipelines.builds.get(name, ImageBuild(context=f"./{name}")) for name in services}


def workflows(folder: Path) -> Mapping[str, str]:
    """Return the files to write, by their path in the repository.

    Raises:
        InvalidPipelinesError: pipelines.yaml or a stack file has mistakes, all of which are told.
    """
    pipelines = read(folder)
    found = _stages(folder, pipelines)
    environment = _environment()
    several = len({branch for stage in found for branch in stage.branches}) > 1
    known = {
        "p": pipelines,
        "make": "make" if pipelines.slipway == "." else f"make -C {pipelines.slipway}",
        "stages": found,
        "branches": [branch for stage in found for branch in stage.branches],
        "docker": sorted(
            {
                build.context.removeprefix("./").removeprefix(".")
                for build in builds(pipelines, _services(folder, pipelines)).values()
            }
        ),
        "on": lambda stage: _on(stage) if several else "github.event_name == 'push'",
    }
    written = [name for name in WORKFLOWS if name != "migrations" or pipelines.migrations]
    files = {f".github/workflows/{name}.yml": environment.get_template(f"{name}.yml").render(known) for name in written}
    return {**files, ".github/dependabot.yml": environment.get_template("dependabot.yml").render(known)}


def _stages(folder: Path, pipelines: Pipelines) -> Sequence[_Deployed]:
    """Read the stack file of each stage.

    Raises:
        InvalidPipelinesError: with a line for each mistake.
    """
    found, problems = [], []
    for stage in pipelines.stages:
        try:
            found.append(_stage(folder, stage))
        except stacks.UnreadableStackError as error:
            problems.append(str(error))
    problems += _unknown(folder, pipelines) if not problems else ()
    if problems:
        raise InvalidPipelinesError("\n".join(problems))
    return found


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - YAML: `scalar` quotes what people wrote
    )
    environment.filters["scalar"] = scalar
    return environment


def scalar(text: str) -> str:
    """Write a text as YAML, in quotes where it would be read as something else."""
    try:
        plain = yaml.safe_load(f"[{text}]") == [text] and yaml.safe_load(f"a: {text}") == {"a": text}
    except yaml.YAMLError:
        plain = False
    return text if plain and text not in _YAML_1_1 else json.dumps(text, ensure_ascii=False)


def _on(stage: _Deployed) -> str:
    return " || ".join(f"github.ref_name == '{branch}'" for branch in stage.branches)


def _stage(folder: Path, stage: Stage) -> _Deployed:
    path = folder / f"Pulumi.{stage.stack}.yaml"
    stack = stacks.read(ROOT, stage.stack, path)
    delivery = stack.settings.delivery
    return _Deployed(
        stack=stage.stack,
        file=path.name,
        region=stack.region,
        branches=stage.branches,
        environment=stage.environment or (delivery.github.environment or "" if delivery else ""),
        role_variable=stage.role_variable,
        public=stack.settings.domain is not None,
        backup_first=stage.backup_first and stack.database is not None,
        session_hours=delivery.session_hours if delivery else 1,
        preview_role_variable=stage.preview_role_variable,
        asks_engine=bool(
            delivery and delivery.preview_role_name and delivery.preview_reads_state and delivery.state_bucket
        ),
    )


def _services(folder: Path, pipelines: Pipelines) -> Sequence[str]:
    """Return the services whose images come from the stack's own repositories."""
    return [
        key
        for stage in pipelines.stages
        for key, service in stacks.read(
            ROOT, stage.stack, folder / f"Pulumi.{stage.stack}.yaml"
        ).settings.services.items()
        if service.image.repository
    ]


def _unknown(folder: Path, pipelines: Pipelines) -> Iterator[str]:
    """Yield services that pipelines.yaml names and no stack file has."""
    known = {
        key
        for stage in pipelines.stages
        for key in stacks.read(ROOT, stage.stack, folder / f"Pulumi.{stage.stack}.yaml").settings.services
    }
    path = folder / "pipelines.yaml"
    for name in pipelines.builds:
        if name not in known:
            yield f"{path}: builds.{name}: no such service; there are: {', '.join(sorted(known))}"
    if pipelines.migrations and pipelines.migrations.service not in known:
        yield f"{path}: migrations.service: {pipelines.migrations.service!r} is no service; there are: {', '.join(sorted(known))}"


def main(words: Sequence[str] | None = None) -> int:
    """Write the workflows, or with --check say which are stale.

    Returns:
        0, 1 where --check finds stale ones, 2 where a file has mistakes.
    """
    parser = argparse.ArgumentParser(prog="python -m operations.pipelines.write", description=main.__doc__)
    parser.add_argument("--app", type=Path, default=ROOT, help="the folder with pipelines.yaml and the stack files")
    parser.add_argument("--out", type=Path, help="the repository they are for; default: the same folder")
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where a file is stale")
    options = parser.parse_args(words)
    out: Path = options.out or options.app
    try:
        files = workflows(options.app.resolve())
    except InvalidPipelinesError as error:
        print(error, file=sys.stderr)
        return 2
    stale = [
        name
        for name, text in files.items()
        if not (out / name).is_file() or (out / name).read_text(encoding="utf-8") != text
    ]
    if options.check:
        print(
            "\n".join(f"{out / name} is stale: make pipelines writes it" for name in stale),
            file=sys.stderr,
            end="\n" * bool(stale),
        )
        return 1 if stale else 0
    for name in stale:
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name], encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
