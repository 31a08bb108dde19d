"""The image repositories."""

from __future__ import annotations

from components.registry import RegistryArgs, SharedRegistry
from settings import derived
from wiring.context import StackContext


def shared(context: StackContext) -> SharedRegistry | None:
    """Return the repositories of another stack that this one uses; None where it uses none."""
    given = context.offer.registry if context.offer else None
    if given is None or not derived.shares(context.settings, "registry"):
        return None
    return SharedRegistry({name: given.urls[name] for name in context.settings.repositories}, context.region)


def args(context: StackContext) -> RegistryArgs | None:
    """Return the registry's arguments, or None where the stack has none."""
    settings, registry = context.settings, context.settings.registry
    if registry is None or derived.shares(settings, "registry"):
        return None
    return RegistryArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        region=context.region,
        repositories=settings.repositories,
        keep_images=registry.keep_images,
        untagged_days=registry.untagged_days,
        scan=registry.scan_on_push,
        immutable=registry.immutable_tags,
        empty_on_destroy=settings.protection.empty_on_destroy,
        protect=settings.protection.protect,
        key_deletion_days=settings.protection.key_deletion_days,
        data_key_arn=context.data_key_arn("registry"),
    )
