"""What each component is given: from the settings, and from the components before it.

`__main__` says which parts there are and in which order; the modules here, one a part and named as its component's, say what they are
made of: `args(context, ...)` returns a component's arguments, or None where the stack file leaves the part out. Nothing here creates a
resource.
"""

from wiring import (
    backup,
    boundary,
    budget,
    cache,
    cdn,
    certificate,
    cluster,
    connection_string_secrets,
    context,
    database,
    delivery,
    dns_alias,
    encryption_key,
    extension,
    hibernation,
    jobs,
    load_balancer,
    media_bucket,
    network,
    observability,
    outputs,
    provider,
    refusals,
    registry,
    rollout,
    secrets,
    service,
)
from wiring.context import Components, StackContext

__all__ = [
    "Components",
    "StackContext",
    "backup",
    "boundary",
    "budget",
    "cache",
    "cdn",
    "certificate",
    "cluster",
    "connection_string_secrets",
    "context",
    "database",
    "delivery",
    "dns_alias",
    "encryption_key",
    "extension",
    "hibernation",
    "jobs",
    "load_balancer",
    "media_bucket",
    "network",
    "observability",
    "outputs",
    "provider",
    "refusals",
    "registry",
    "rollout",
    "secrets",
    "service",
]
