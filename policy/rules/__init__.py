"""The rules, one module for each concern. `RULES` is the menu, in the order in which they are listed and run."""

from typing import Final

from policy.rule import ResourceRule, Rule, StackRule
from policy.rules import (
    cache,
    containers,
    database,
    edge,
    identity,
    keys,
    network,
    services,
    storage,
    tags,
)

MODULES: Final = (database, cache, storage, keys, network, services, containers, edge, identity, tags)

RULES: Final[tuple[Rule, ...]] = tuple(
    item for module in MODULES for item in vars(module).values() if isinstance(item, ResourceRule | StackRule)
)
