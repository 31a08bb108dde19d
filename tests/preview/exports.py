"""Exported stacks for tests, as the engine writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from preview import serialization
from preview.graph import Graph

SEALED = {serialization.SIGNATURE: serialization.SECRET, "ciphertext": "djE6c2VhbGVk"}


def sealed(values: Mapping[str, object], secrets: frozenset[str], *, show: bool) -> dict[str, object]:
    """Properties as an export holds them: secrets encrypted, or in the open as `--show-secrets` leaves them."""
    return {
        key: (
            ({serialization.SIGNATURE: serialization.SECRET, "plaintext": json.dumps(value)} if show else SEALED)
            if key in secrets
            else value
        )
        for key, value in values.items()
    }


def export_of(graph: Graph, *, version: int = 3, show_secrets: bool = False) -> dict[str, Any]:
    """What `pulumi stack export` writes of a stack that was made from this graph."""
    root = f"urn:pulumi:{graph.stack}::{graph.project}::pulumi:pulumi:Stack::{graph.project}-{graph.stack}"
    exports = sealed(graph.exports, graph.secret_exports, show=show_secrets)
    resources: list[dict[str, Any]] = [
        {"urn": root, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": exports}
    ]
    for item in graph.resources:
        outputs = item.outputs if item.custom else graph.registered_outputs.get(item.urn, item.outputs)
        hidden = item.secrets | set(item.additional_secret_outputs)
        defaults: dict[str, object] = {"__defaults": []} if item.custom else {}
        resources.append(
            {
                "urn": item.urn,
                "custom": item.custom,
                **({"id": str(outputs.get("id", "1"))} if item.custom else {}),
                "type": item.type,
                "inputs": sealed(item.inputs, hidden, show=show_secrets) | defaults,
                "outputs": sealed(outputs, hidden, show=show_secrets),
                "parent": item.parent or root,
                **({"protect": True} if item.protect else {}),
                "dependencies": list(item.dependencies),
                "provider": item.provider,
                "propertyDependencies": {key: list(urns) or None for key, urns in item.property_dependencies.items()},
                "ignoreChanges": list(item.ignore_changes),
                "additionalSecretOutputs": list(item.additional_secret_outputs),
            }
        )
    manifest = {"time": "2026-11-01T10:00:00Z", "magic": "x", "version": "v3.272.0"}
    deployment = {"manifest": manifest, "secrets_providers": {"type": "passphrase"}, "resources": resources}
    return {"version": version, "deployment": deployment, **({"features": ["views"]} if version == 4 else {})}
