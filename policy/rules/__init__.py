"""The rules: a module for each part, each rule with its control. Whatever module lies in this folder is found."""

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType
from typing import Final

from policy.control import Control
from policy.rule import ResourceRule, Rule, StackRule

MODULES: Final[tuple[ModuleType, ...]] = tuple(
    importlib.import_module(f"{__name__}.{found.name}")
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name)
)


def rules_of(module: ModuleType) -> tuple[Rule, ...]:
    """The rules that a module defines, in its order."""
    return tuple(
        item
        for item in vars(module).values()
        if isinstance(item, ResourceRule | StackRule) and item.evaluate.__module__ == module.__name__
    )


RULES: Final[tuple[Rule, ...]] = tuple(rule for module in MODULES for rule in rules_of(module))
CONTROLS: Final[tuple[Control, ...]] = tuple(rule.control for rule in RULES)
BY_NAME: Final[Mapping[str, Control]] = {control.name: control for control in CONTROLS}
ALIASES: Final[Mapping[str, str]] = {alias: control.name for control in CONTROLS for alias in control.aliases}
"""Each control's present name by its former ones."""
