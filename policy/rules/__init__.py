"""The rules, one module for each concern. `RULES` is the menu, in the order in which they are listed and run."""

from typing import Final

from policy.rule import ResourceRule, Rule, StackRule
from policy.rules import (
    backup,
    bucket_access,
    cache,
    cdn,
    containers,
    database,
    database_operations,
    dns,
    functions,
    identity,
    instances,
    keys,
    kms,
    load_balancing,
    network,
    network_acls,
    observability,
    program,
    registry,
    secrets,
    security_groups,
    services,
    storage,
    tags,
    task_roles,
    vpcs,
    web_acl,
)

MODULES: Final = (
    database,
    database_operations,
    cache,
    storage,
    bucket_access,
    secrets,
    kms,
    keys,
    network,
    security_groups,
    network_acls,
    vpcs,
    instances,
    services,
    containers,
    registry,
    functions,
    task_roles,
    load_balancing,
    cdn,
    web_acl,
    dns,
    identity,
    tags,
    observability,
    backup,
    program,
)

RULES: Final[tuple[Rule, ...]] = tuple(
    item for module in MODULES for item in vars(module).values() if isinstance(item, ResourceRule | StackRule)
)
