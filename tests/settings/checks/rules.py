"""How a rule between settings is tried, and what its cases are written with."""

from __future__ import annotations

from typing import Any

from tests.settings.files import changed, mistakes

Case = tuple[dict[str, Any], str, dict[str, Any]]
"""What breaks a rule, the exact message, and a twin that keeps it."""

A, W, F = "slipway:services.api", "slipway:services.worker", "slipway:services.frontend"
SECRET = "slipway:secrets|storefront/session-key"
SIDECAR = {"image": {"uri": "public.ecr.aws/x/agent:1.2"}}
B = "slipway:loadBalancer"
CDN: dict[str, Any] = {"slipway:cdn": {}, B: {}}
ALONE: dict[str, Any] = {
    "slipway:domain": {"enabled": False},
    "slipway:uptimeCheck": {"enabled": False},
    "slipway:media.cdn": {},
}
NO_NAT: dict[str, Any] = {
    "slipway:network.nat": "none",
    "slipway:network.endpoints": ["ecr", "ecs", "logs", "secretsmanager"],
}
UNRELATED: dict[str, Any] = {
    "slipway:logs": {"customerKey": 5},
    "slipway:services.zz": {"image": 5, "prot": 1},
    "slipway:secrets.unrelated": {"rotateDays": "soon"},
    "slipway:protection.protect": "yes",
    "slipway:cache.snapshotDays": 99,
    "slipway:database.backupDays": 99,
    "slipway:services.api.stopSeconds": 1,
    "slipway:services.worker.stopSeconds": 1,
    "slipway:services.frontend.stopSeconds": 1,
}


def evaluate(case: Case) -> None:
    """Try a rule: broken, it is told alone; kept, nothing is."""
    breaking, message, twin = case
    assert mistakes(changed(breaking)) == [message]
    assert mistakes(changed(twin)) == []


def evaluate_among_others(case: Case) -> None:
    """Try that it is told together with mistakes that have nothing to do with it."""
    found = mistakes(changed({**UNRELATED, **case[0]}))
    assert case[1] in found
    assert len(found) >= len(UNRELATED)
