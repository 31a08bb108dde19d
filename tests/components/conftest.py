"""Record one component by itself: `from tests.components.conftest import build`."""

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from preview.graph import Graph
from preview.record import Mode, record

ACCOUNT = "123456789012"
"""The account to give components; the recorder's own."""

_MODULE = "component_under_test"


def build(program: Callable[[], object], *, mode: Mode = "update") -> Graph:
    """Run a function that makes resources as a program of its own, and return what it registered."""
    module = ModuleType(_MODULE)
    module.__dict__["run"] = program
    sys.modules[_MODULE] = module
    try:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "Pulumi.yaml").write_text("name: slipway\nruntime: python\n", encoding="utf-8")
            Path(folder, "__main__.py").write_text(f"import {_MODULE}\n{_MODULE}.run()\n", encoding="utf-8")
            return record(Path(folder), "test", {"aws:region": "us-east-1"}, mode=mode)
    finally:
        del sys.modules[_MODULE]


def check_contract(program: Callable[[], object]) -> None:
    """Assert what every component promises: the same resources in preview and update, under one parent, named after it."""
    update, preview = build(program), build(program, mode="preview")
    assert sorted((r.type, r.name, r.parent) for r in update.resources) == sorted(
        (r.type, r.name, r.parent) for r in preview.resources
    )
    loose = [r for r in update.children(None) if r.custom]
    assert not loose, "only components stand at the top"
    for resource in update.resources:
        assert re.fullmatch(r"[a-z0-9-]+", resource.name), resource
        if resource.parent:
            assert resource.name.startswith(f"{update.urn(resource.parent).name}-"), resource
        if not resource.custom and not resource.remote:
            assert update.registered_outputs.get(resource.urn), f"{resource} registers no outputs"
