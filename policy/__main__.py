"""Start the pack.

The folder may bear any name when it is published, so it introduces itself as the package ``policy`` before its own
modules are imported.
"""

import importlib
import importlib.util
import sys
from pathlib import Path

from pulumi_policy import PolicyPack

_here = Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location("policy", _here / "__init__.py", submodule_search_locations=[str(_here)])
if _spec is None:
    raise ImportError(f"{_here} is not a policy pack")
sys.modules["policy"] = importlib.util.module_from_spec(_spec)
pack = importlib.import_module("policy.pack")
setup = pack.setup()
importlib.import_module("policy.server").install(setup.refusal)

PolicyPack(
    name=pack.NAME,
    policies=setup.policies,
    display_name=pack.DISPLAY_NAME,
    description=pack.DESCRIPTION,
    tags=["aws", "ecs", "python"],
)
