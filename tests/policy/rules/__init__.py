"""The samples of every control, a file for each part, as the rules have them."""

import importlib
import pkgutil

from tests.policy.harness import Case

CASES: list[Case] = [
    case
    for found in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name)
    if found.name.startswith("cases_")
    for case in importlib.import_module(f"{__name__}.{found.name}").CASES
]
