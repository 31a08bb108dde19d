"""The rules, one module for each concern. `RULES` is the menu, in the order in which they are listed and run."""

from typing import Final

from policy.rule import ResourceRule, Rule, StackRule
from policy.rules import (
    bucket_access,
    cache,
    cdn,
    containers,
    database,
    dns,
    edge,
    identity,
    keys,
    network,
    services,
    storage,
    tags,
    web_acl,
)

MODULES: Final = (
    database,
    cache,
    storage,
    bucket_access,
    keys,
    network,
    services,
    containers,
    edge,
    cdn,
    web_acl,
    dns,
    identity,
    tags,
)

RULES: Final[tuple[Rule, ...]] = tuple(
    item for module in MODULES for item in vars(module).values() if isinstance(item, ResourceRule | StackRule)
)
