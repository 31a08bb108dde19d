import importlib
import inspect
from typing import Any

import pytest

from preview.graph import Resource
from tests.stacks import ROOT, recorded

HANDLERS = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("functions/*/handler.py"))


def deployed(path: str) -> Resource:
    """The reference stack's function that a file is the code of."""

    def file(function: Resource) -> str:
        code: Any = function.inputs["code"]
        return str(code["assets"]["handler.py"]["path"])

    (found,) = (item for item in recorded("Pulumi.prod.yaml").of("aws:lambda/function:Function") if file(item) == path)
    return found


@pytest.mark.parametrize("path", HANDLERS)
def test_the_file_has_the_entry_that_lambda_calls(path: str) -> None:
    file, _, entry = str(deployed(path).inputs["handler"]).partition(".")
    assert path.endswith(f"/{file}.py")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    event_and_context = 2
    assert len(inspect.signature(getattr(module, entry)).parameters) == event_and_context


@pytest.mark.parametrize("path", HANDLERS)
def test_its_role_and_log_come_before_it(path: str) -> None:
    graph, function = recorded("Pulumi.prod.yaml"), deployed(path)
    before = {resource.type for resource in graph.direct(function)}
    assert {"aws:cloudwatch/logGroup:LogGroup", "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"} <= before
