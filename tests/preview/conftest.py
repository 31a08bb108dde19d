"""Small Pulumi projects for the tests of the preview."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from preview.graph import Graph
from preview.record import Mode, record

Toy = Callable[..., Path]
Recorded = Callable[..., Graph]

PROJECT = """
name: toy
runtime: python
config:
  aws:region: {value: eu-west-1}
"""

PREAMBLE = """
import pulumi
import pulumi_aws as aws
from pulumi import ResourceOptions


class Box(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("toy:index:Box", name, None, opts)


"""


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """Make a project with this program; returns its folder."""

    def make(program: str, *, project: str = PROJECT, stack_files: Mapping[str, str] | None = None) -> Path:
        (tmp_path / "Pulumi.yaml").write_text(project)
        (tmp_path / "__main__.py").write_text(PREAMBLE + textwrap.dedent(program))
        for stack, text in (stack_files or {}).items():
            (tmp_path / f"Pulumi.{stack}.yaml").write_text(text)
        return tmp_path

    return make


@pytest.fixture
def recorded(toy: Toy) -> Recorded:
    """Record a program."""

    def run(
        program: str, *, config: Mapping[str, object] | None = None, mode: Mode = "update", project: str = PROJECT
    ) -> Graph:
        return record(toy(program, project=project), "prod", config or {}, mode=mode)

    return run
