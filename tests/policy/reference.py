"""The reference production stack, with one deliberate mistake at a time, before the pack."""

import copy
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from pulumi.runtime.proto import analyzer_pb2

from policy import pack
from policy.control import Environment, Level
from policy.rules import CONTROLS
from preview import analyzer
from preview.graph import Graph, Resource
from preview.run_memory import RunMemory
from tests.policy.harness import Diagnostic, made_of
from tests.stacks import recorded

STACK = "Pulumi.prod.yaml"

Edit: TypeAlias = Mapping[str, Any] | Callable[[dict[str, Any]], object]
"""Properties to set, by dotted path (None removes one); or what edits them."""


@dataclass(frozen=True)
class Mistake:
    """One change of one resource."""

    control: str
    """The control that must catch it."""
    token: str
    """The type of the changed resource, without ``aws:``."""
    edit: Edit | None
    """None takes the resource away."""
    name: str
    """The changed resource's name, or a pattern for several; empty for the first of its type."""
    others: frozenset[str]
    """Which other controls say something, too."""
    options: Mapping[str, Any]
    """Resource options to set."""


def mistake(
    control: str,
    token: str,
    edit: Edit | None = None,
    *,
    name: str = "",
    others: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
) -> Mistake:
    """Describe a change."""
    return Mistake(control, token, edit, name, frozenset(others), options or {})


def in_json(prop: str, edit: Callable[[Any], object]) -> Edit:
    """Return an edit of what a property holds as JSON text."""

    def apply(props: dict[str, Any]) -> None:
        document = json.loads(props[prop])
        edit(document)
        props[prop] = json.dumps(document)

    return apply


def identity(token: str, name: str, key: str = "id") -> str:
    """Return the id, or another output, that a resource has in the reference stack."""
    found = (item for item in recorded(STACK).resources if (item.type, item.name) == (f"aws:{token}", name))
    return str(next(found).outputs[key])


class Reference:
    """The pack, and what it says about the unchanged stack. Every control is on, the opt-in ones too."""

    def __init__(self) -> None:
        self._requests = analyzer.Requests(project="slipway", stack="prod")
        self._memory = RunMemory()  # what is unchanged is written once
        self._server = made_of(pack.policies(Environment.PRODUCTION))
        settings = analyzer.configuration(self._server.GetAnalyzerInfo(None, None), {})
        for control in CONTROLS:
            if control.levels[Environment.PRODUCTION] is Level.DISABLED:
                settings.policyConfig[control.name].enforcementLevel = analyzer_pb2.ADVISORY
        self._server.Configure(settings, None)
        self.graph = recorded(STACK)
        self.before = {item for resource in self.graph.resources for item in self._each(resource)}
        self.before |= self._whole(self.graph)

    def catches(self, what: Mistake) -> set[str]:
        """Return the controls that say something about the changed stack which they do not say about the unchanged one."""
        changed = {item.urn: _changed(item, what) for item in self._chosen(what)}
        resources = [changed.get(item.urn, item) for item in self.graph.resources]
        graph = dataclasses.replace(self.graph, resources=tuple(item for item in resources if item))
        # As the engine does, about resources first: the pack remembers their inputs until it is asked about the stack.
        after = {said for item in changed.values() if item for said in self._each(item)}
        after |= self._whole(graph)
        return {item.policy for item in after - self.before if item.policy not in pack.OWN}

    def _chosen(self, what: Mistake) -> list[Resource]:
        fitting = [
            item
            for item in self.graph.resources
            if item.type == f"aws:{what.token}" and fnmatchcase(item.name, what.name or "*")
        ]
        if not fitting:
            raise LookupError(f"{what.control}: the reference stack has no {what.token} {what.name}")
        return fitting if what.name else fitting[:1]

    def _each(self, resource: Resource) -> set[Diagnostic]:
        if not resource.custom and not resource.type.startswith("pulumi:providers:"):
            return set()
        return _said(self._server.Analyze(self._requests.resource(resource), None), resource.urn)

    def _whole(self, graph: Graph) -> set[Diagnostic]:
        RunMemory.kept = self._memory
        try:
            written = self._requests.listed(graph)
        finally:
            RunMemory.kept = None
        request = analyzer_pb2.AnalyzeStackRequest.FromString(written)
        return _said(self._server.AnalyzeStack(request, None), "")


def _said(reply: analyzer_pb2.AnalyzeResponse, urn: str) -> set[Diagnostic]:
    return {
        Diagnostic(item.policyName, item.urn or urn, item.message.partition("\n")[2], item.enforcementLevel)
        for item in reply.diagnostics
    }


def _changed(resource: Resource, what: Mistake) -> Resource | None:
    if what.edit is None:
        return None
    edit = what.edit
    inputs, outputs = copy.deepcopy(dict(resource.inputs)), copy.deepcopy(dict(resource.outputs))
    before = copy.deepcopy(inputs)
    if callable(edit):
        edit(inputs)
        outputs |= {key: value for key, value in inputs.items() if before.get(key) != value}
    else:
        for path, value in edit.items():
            for props in (inputs, outputs):
                _set(props, path.split("."), value)
    if inputs == before and not what.options:
        raise ValueError(f"the edit changes nothing about {resource.name}")
    gone = before.keys() - inputs.keys()
    linked = resource.property_dependencies
    kept = {key: linked.get(key, ()) if value == before.get(key) else () for key, value in inputs.items()}
    return dataclasses.replace(
        resource,
        inputs=inputs,
        outputs={key: value for key, value in outputs.items() if key not in gone},
        property_dependencies=kept,
        **what.options,
    )


def _set(props: Any, path: Sequence[str], value: Any) -> None:
    step: Any = int(path[0]) if path[0].isdigit() else path[0]
    if path[1:]:
        if isinstance(props, dict) and step not in props:
            props[step] = {}
        _set(props[step], path[1:], value)
    elif value is None:
        del props[step]
    else:
        props[step] = value
