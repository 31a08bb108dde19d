"""Where services are reached, as the preview shows it."""

import pytest

from preview.services import services
from tests.stacks import recorded


@pytest.mark.parametrize(
    ("name", "service", "expected"),
    [
        # The rule of a blue/green deployment is about every path: the same address as the listener's own.
        ("examples/intranet/Pulumi.prod.yaml", "web", "https://ledger.example.org"),
        ("examples/jobs/Pulumi.prod.yaml", "invoices", "https://invoices.inside.desk.example"),
        ("examples/jobs/Pulumi.prod.yaml", "mailer", ""),
        (
            "examples/platform/Pulumi.shop.yaml",
            "shop-production-api",
            "https://shop.acme.example, https://shop.acme.example/admin/*",
        ),
    ],
)
def test_each_address_stands_once(name: str, service: str, expected: str) -> None:
    assert [line.address for line in services(recorded(name), {}) if line.name == service] == [expected]
