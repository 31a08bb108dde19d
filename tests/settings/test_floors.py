"""What the settings rest on: nothing above them."""

import subprocess
import sys

import pytest

from tests.settings.files import ROOT

_LOADED = "import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"


def loaded(module: str) -> set[str]:
    """Return the top-level packages that an import brings along."""
    code = _LOADED.format(module=module)
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(found.stdout.split())


@pytest.mark.parametrize("module", ["settings", "settings.reference", "settings.schema"])
def test_settings_import_neither_components_nor_the_aws_sdk(module: str) -> None:
    found = loaded(module)
    assert {"settings", "limits"} <= found
    assert not found & {"components", "arguments", "wiring", "pulumi_aws", "pulumi_awsx"}


def test_limits_import_nothing_of_the_program() -> None:
    found = loaded("limits, limits.capacity, limits.network_acls, limits.subnets")
    assert "limits" in found
    assert not found & {"settings", "components", "pulumi", "pydantic"}
