"""A preview for a program, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING

from preview import zone_loss
from preview.graph import UNKNOWN, Graph, Resource
from preview.render.lines import CENT, Preview, money

if TYPE_CHECKING:
    from preview.pricing import Line


def text(preview: Preview) -> str:
    """Return the whole of it."""
    graph, estimate, verdict = preview.graph, preview.estimate, preview.verdict
    document = {
        "version": 1,
        "project": graph.project,
        "stack": graph.stack,
        "source": preview.source,
        "resources": [_resource(graph, resource) for resource in graph.resources],
        "exports": _masked(graph.exports, graph.secret_exports),
        "messages": [asdict(message) for message in graph.messages],
        "policy": None
        if verdict is None
        else {
            "pack": verdict.pack,
            "policies": verdict.policies,
            "refused": verdict.refused,
            "findings": [asdict(finding) for finding in verdict.findings],
            "undecided": [asdict(finding) for finding in verdict.undecided],
            "defects": list(verdict.rule_errors),
        },
        "zoneLoss": [asdict(loss) for loss in zone_loss.losses(graph)],
        "estimate": {
            "currency": "USD",
            "asOf": estimate.as_of,
            "monthly": money(estimate.total).replace(",", ""),
            "awake": str(estimate.awake.quantize(CENT)),
            "asleep": str(estimate.asleep.quantize(CENT)),
            "budget": None if estimate.budget is None else str(estimate.budget.quantize(CENT)),
            "services": {name: str(sum_.quantize(CENT)) for name, sum_ in estimate.by_service().items()},
            "components": {name: str(sum_.quantize(CENT)) for name, sum_ in estimate.by_component().items()},
            "savings": [
                {**asdict(saving), "monthly": str(saving.monthly.quantize(CENT))} for saving in preview.savings
            ],
            "lines": [_line(line) for line in estimate.lines],
            "missing": [asdict(missing) for missing in estimate.missing],
            "usage": [asdict(usage) for usage in estimate.usage],
            "unpriced": list(estimate.unpriced),
            "assumptions": list(estimate.assumptions),
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _line(line: Line) -> dict[str, object]:
    amounts = {name: str(getattr(line, name).quantize(Decimal("0.0001"))) for name in ("monthly", "awake", "asleep")}
    return {**asdict(line), **amounts}


def _resource(graph: Graph, resource: Resource) -> dict[str, object]:
    component = graph.component(resource)
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "parent": resource.parent,
        "component": component.name if component else "",
        "custom": resource.custom,
        "protect": resource.protect,
        "provider": resource.provider,
        "inputs": _masked(resource.inputs, resource.secrets),
        "dependencies": list(resource.dependencies),
        "propertyDependencies": {key: list(urns) for key, urns in resource.property_dependencies.items()},
    }


def _masked(values: Mapping[str, object], secrets: frozenset[str]) -> dict[str, object]:
    return {key: "[secret]" if key in secrets else _jsonable(value) for key, value in values.items()}


def _jsonable(value: object) -> object:
    if value is UNKNOWN:
        return repr(UNKNOWN)
    if isinstance(value, Mapping):
        return {key: _jsonable(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_jsonable(part) for part in value]
    return value
