import importlib
import inspect
from typing import Any

import pytest

from preview.graph import Graph, Resource
from tests.stacks import ROOT, recorded

HANDLERS = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("functions/*/handler.py"))


STACKS = ("Pulumi.prod.yaml", "examples/jobs/Pulumi.prod.yaml")
"""The stacks that have all of them together."""


def deployed(path: str) -> tuple[Graph, Resource]:
    """A function that a file is the code of, and its stack."""

    def file(function: Resource) -> str:
        code: Any = function.inputs["code"]
        return str(code["assets"]["handler.py"]["path"])

    return next(
        (graph, item)
        for graph in map(recorded, STACKS)
        for item in graph.of("aws:lambda/function:Function")
        if file(item) == path
    )


@pytest.mark.parametrize("path", HANDLERS)
def test_the_file_has_the_entry_that_lambda_calls(path: str) -> None:
    file, _, entry = str(deployed(path)[1].inputs["handler"]).partition(".")
    assert path.endswith(f"/{file}.py")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    event_and_context = 2
    assert len(inspect.signature(getattr(module, entry)).parameters) == event_and_context


@pytest.mark.parametrize("path", HANDLERS)
def test_its_role_and_log_come_before_it(path: str) -> None:
    graph, function = deployed(path)
    before = {resource.type for resource in graph.direct(function)}
    assert {"aws:cloudwatch/logGroup:LogGroup", "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"} <= before
