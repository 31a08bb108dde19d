from collections.abc import Mapping

import pytest

import wiring
from components.delivery import DeliveryArgs
from tests.settings.files import GONE
from tests.wiring.given import IN_FRONT, context


def delivery(changes: Mapping[str, object] | None = None) -> DeliveryArgs:
    args = wiring.delivery.args(context(changes), "vpc-1")
    assert args is not None
    return args


def test_without_pipelines_there_are_no_roles() -> None:
    assert wiring.delivery.args(context({"slipway:delivery": GONE}), "vpc-1") is None


def test_every_host_with_a_record_or_a_certificate_is_named_once() -> None:
    assert delivery().hosts == ["shop.example.com", "media.shop.example.com"]
    assert delivery(IN_FRONT).hosts == [
        "shop.example.com",
        "origin.shop.example.com",
        "media.shop.example.com",
    ]


@pytest.mark.parametrize(
    ("changes", "regions"),
    [
        ({}, ["us-east-1", "us-west-2", "us-east-2"]),
        ({"slipway:backup": GONE, "slipway:media.replicate": GONE}, ["us-east-1", "us-east-2"]),
        ({"slipway:backup.copyRegion": "eu-west-1"}, ["us-east-1", "us-west-2", "eu-west-1", "us-east-2"]),
        ({"slipway:notify.chatbotRegion": "us-west-2"}, ["us-east-1", "us-west-2"]),
    ],
    ids=["as shipped", "nothing copied", "backups copied", "slack elsewhere"],
)
def test_every_region_with_a_part_of_the_stack_is_reached(changes: Mapping[str, object], regions: list[str]) -> None:
    assert delivery(changes).regions == regions


def test_names_that_the_stack_file_gives_are_granted_by_name() -> None:
    names = delivery({"slipway:media.bucket": "shop-uploads", "slipway:services.api.logGroup": "/shop/api"}).names
    assert names["bucket"] == ["shop-uploads"]
    assert "/shop/api" in names["log-group"]
    assert "storefront-production-api-migrate" in names["family"]
    assert {"storefront/cache-url", "storefront/database-url", "storefront/session-key"} <= set(names["secret"])
