"""Small graphs, written by hand, and what an edit from one to another means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from preview import provider_fakes
from preview.compare.change import Change, Comparison
from preview.compare.difference import compare
from preview.compare.meaning.statement import Situation, Statement
from preview.graph import Graph, Resource

BUCKET = "aws:s3/bucket:Bucket"
DATABASE = "aws:rds/instance:Instance"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
REPOSITORY = "aws:ecr/repository:Repository"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
RULE = "aws:lb/listenerRule:ListenerRule"
SERVICE = "aws:ecs/service:Service"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
COMPONENT = "slipway:index:Service"


def urn(type_: str, name: str, stack: str = "prod", parent: str = "") -> str:
    types = f"{parent.split('::')[2]}${type_}" if parent else type_
    return f"urn:pulumi:{stack}::shop::{types}::{name}"


def resource(type_: str, name: str, inputs: Mapping[str, object] | None = None, **more: Any) -> Resource:
    """A resource as it is recorded. `refs` names, by input, the resources its value comes from."""
    given = dict(inputs or {})
    refs: Mapping[str, Resource] = more.pop("refs", {})
    stack, parent = more.pop("stack", "prod"), more.get("parent", "")
    own = urn(type_, name, stack, parent)
    custom = more.pop("custom", not type_.startswith("slipway:"))
    answer = provider_fakes.answer(own, type_, name, given, "eu-west-1")
    outputs = {
        **given,
        **{key: value for key, value in {"id": answer.id, **answer.outputs}.items() if key not in given},
    }
    return Resource(
        urn=own,
        type=type_,
        name=name,
        inputs=given,
        outputs=outputs if custom else {},
        custom=custom,
        property_dependencies={key: (found.urn,) for key, found in refs.items()},
        dependencies=tuple(sorted(found.urn for found in refs.values())),
        **more,
    )


def graph(*resources: Resource, stack: str = "prod") -> Graph:
    return Graph(project="shop", stack=stack, resources=resources, exports={})


def edit(before: list[Resource], after: list[Resource]) -> Comparison:
    return compare(graph(*before), graph(*after))


def said(
    concern: Callable[[Situation], Iterator[Statement]], before: list[Resource], after: list[Resource]
) -> list[tuple[str, str]]:
    """Level and text of all that a concern says of an edit."""
    return [(item.level, item.text) for item in concern(Situation(comparison=edit(before, after)))]


def one(comparison: Comparison, name: str) -> Change:
    return next(change for change in comparison.changes if change.resource.name == name)
