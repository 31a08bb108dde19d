"""A user's own module beside the program."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from components.extension import ExtensionArgs, Module
from components.service import Service
from settings import Settings
from wiring.context import Components, StackContext


def load(settings: Settings) -> Module | None:
    """Load the module that the stack file names, before anything is made that it may change; None where there is none."""
    if settings.extension is None:
        return None
    module = Module.load(Path(__file__).resolve().parent.parent, settings.extension.module)
    module.register()
    return module


def args(
    context: StackContext, module: Module | None, components: Components, services: Mapping[str, Service]
) -> ExtensionArgs | None:
    """Return what the module is given, or None where it adds nothing."""
    if module is None or module.add is None:
        return None
    return ExtensionArgs(
        module=module,
        given={
            "name_prefix": context.name_prefix,
            "region": context.region,
            "account_id": context.account_id,
            "boundary_arn": context.boundary_arn,
            "network": components.network,
            "cluster": components.cluster,
            "secrets": components.secrets,
            "database": components.database,
            "cache": components.cache,
            "media": components.media,
            "load_balancer": components.load_balancer,
            "internal_balancer": components.internal_balancer,
            "services": dict(services),
        },
    )
