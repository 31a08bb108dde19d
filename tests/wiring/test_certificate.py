from collections.abc import Mapping

import wiring
from tests.settings.files import GONE
from tests.wiring.given import IN_FRONT, context


def hosts(changes: Mapping[str, object]) -> dict[str, tuple[str, str | None]]:
    certificates = wiring.certificate.args(context(changes))
    return {name: (args.domain, args.region) for name, args in certificates.items()}


def test_the_load_balancer_is_known_by_the_public_host() -> None:
    assert hosts({}) == {
        "certificate": ("shop.example.com", None),
        "media-certificate": ("media.shop.example.com", "us-east-1"),
    }


def test_behind_cloudfront_it_is_known_by_the_origin_and_cloudfront_by_the_public_host() -> None:
    assert hosts({**IN_FRONT, "slipway:media.cdn.host": GONE}) == {
        "certificate": ("origin.shop.example.com", None),
        "cdn-certificate": ("shop.example.com", "us-east-1"),
    }
