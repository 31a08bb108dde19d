from typing import Any

import pulumi
import pytest

from components.cdn import Cdn, CdnArgs
from components.web_acl import WebAclArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

ACL = "aws:wafv2/webAcl:WebAcl"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
LOG_DESTINATION = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
LOG_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"


def args(**changes: Any) -> CdnArgs:
    given: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "hosts": ["shop.example.com", "www.example.com"],
        "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/cdn",
        "origin_host": "origin.shop.example.com",
        "header_name": "X-Origin-Verify",
        "header_value": "value-of-the-header",
    }
    return CdnArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: Cdn("cdn", args(**changes)))


def distribution(graph: Graph) -> dict[str, Any]:
    return dict(graph.one(DISTRIBUTION).inputs)


INSIDE: dict[str, Any] = {
    "header_name": "",
    "header_value": None,
    "internal_balancer_arn": f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/app/store/50dc6c495c0c9188",
}


@pytest.mark.parametrize("changes", [{}, {"waf": WebAclArgs(), "access_log_bucket": "requests"}, INSIDE])
def test_contract(changes: dict[str, Any]) -> None:
    check_contract(lambda: Cdn("cdn", args(**changes)))


def test_serves_its_hosts_over_tls_1_2() -> None:
    found = distribution(recorded())
    assert found["aliases"] == ["shop.example.com", "www.example.com"]
    assert found["viewerCertificate"] == {
        "acmCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/cdn",
        "minimumProtocolVersion": "TLSv1.2_2021",
        "sslSupportMethod": "sni-only",
    }
    assert found["enabled"] is True
    assert (found["httpVersion"], found["isIpv6Enabled"]) == ("http2and3", True)
    assert found["restrictions"] == {"geoRestriction": {"restrictionType": "none"}}


def test_asks_the_load_balancer_over_https_with_the_header() -> None:
    (origin,) = distribution(recorded())["origins"]
    assert origin["domainName"] == "origin.shop.example.com"
    assert origin["customHeaders"] == [{"name": "X-Origin-Verify", "value": "value-of-the-header"}]
    assert origin["customOriginConfig"]["originProtocolPolicy"] == "https-only"
    assert origin["customOriginConfig"]["originSslProtocols"] == ["TLSv1.2"]


def test_a_secret_header_stays_secret() -> None:
    graph = build(lambda: Cdn("cdn", args(header_value=pulumi.Output.secret("hidden"))))
    assert graph.one(DISTRIBUTION).secrets == {"origins"}


def test_passes_everything_on_and_caches_nothing() -> None:
    graph = recorded()
    behaviour = distribution(graph)["defaultCacheBehavior"]
    assert behaviour["targetOriginId"] == distribution(graph)["origins"][0]["originId"]
    assert behaviour["viewerProtocolPolicy"] == "redirect-to-https"
    assert behaviour["allowedMethods"] == ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    assert behaviour["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behaviour["originRequestPolicyId"] == "216adef6-5c7f-47e4-b989-5492eafa07d3"
    assert behaviour["responseHeadersPolicyId"] == graph.one(HEADERS).outputs["id"]


def test_browsers_stay_with_https() -> None:
    security: Any = recorded().one(HEADERS).inputs["securityHeadersConfig"]
    transport = security["strictTransportSecurity"]
    assert transport["accessControlMaxAgeSec"] == 31536000
    assert transport["override"] is True
    assert security["contentTypeOptions"] == {"override": True}


@pytest.mark.parametrize("price_class", ["PriceClass_100", "PriceClass_All"])
def test_price_class(price_class: str) -> None:
    assert distribution(recorded(price_class=price_class))["priceClass"] == price_class


def test_firewall() -> None:
    graph = recorded(waf=WebAclArgs(rate_limit=100))
    acl = graph.one(ACL, scope="CLOUDFRONT", region="us-east-1")
    assert distribution(graph)["webAclId"] == acl.outputs["arn"]
    assert graph.reaches(
        graph.one(DISTRIBUTION), graph.one("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
    )


def test_no_firewall() -> None:
    graph = recorded()
    assert not graph.of(ACL)
    assert "webAclId" not in distribution(graph)


@pytest.mark.parametrize("bucket", ["requests", None])
def test_access_log(bucket: str | None) -> None:
    graph = recorded(access_log_bucket=bucket)
    assert [source.inputs["resourceArn"] for source in graph.of(LOG_SOURCE)] == (
        [graph.one(DISTRIBUTION).outputs["arn"]] if bucket else []
    )
    assert [destination.inputs["deliveryDestinationConfiguration"] for destination in graph.of(LOG_DESTINATION)] == (
        [{"destinationResourceArn": f"arn:aws:s3:::{bucket}"}] if bucket else []
    )


def test_outputs() -> None:
    graph = recorded()
    made = graph.one(DISTRIBUTION).outputs
    assert graph.registered_outputs[graph.one("slipway:index:Cdn").urn] == {
        "domain_name": made["domainName"],
        "zone_id": made["hostedZoneId"],
        "arn": made["arn"],
        "distribution_id": made["id"],
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hosts": []}, "CdnArgs.hosts: none given; at least one is needed"),
        ({"hosts": ["shop"]}, "CdnArgs.hosts: 'shop' is not a host name"),
        ({"hosts": ["a.example.com", "a.example.com"]}, "CdnArgs.hosts: 'a.example.com' is given twice"),
        ({"origin_host": "origin"}, "CdnArgs.origin_host: 'origin' is not a host name"),
        ({"origin_host": "shop.example.com"}, "CdnArgs.origin_host: 'shop.example.com' is one of the hosts"),
    ],
)
def test_refuses(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"^CdnArgs\.") as refused:
        args(**changes)
    assert str(refused.value).startswith(message)


class TestInside:
    """The load balancer has private addresses, and CloudFront a way to it."""

    def test_it_asks_by_a_vpc_origin_over_https(self) -> None:
        graph = recorded(**INSIDE)
        way = graph.one("aws:cloudfront/vpcOrigin:VpcOrigin", "cdn-vpc-origin")
        assert way.inputs["vpcOriginEndpointConfig"] == {
            # Another balancer is another origin beside this one, as CloudFront changes none that is in use.
            "name": "storefront-production-50dc6c495c0c9188",
            "arn": INSIDE["internal_balancer_arn"],
            "httpPort": 80,
            "httpsPort": 443,
            "originProtocolPolicy": "https-only",
            "originSslProtocols": {"items": ["TLSv1.2"], "quantity": 1},
        }
        (origin,) = distribution(graph)["origins"]
        assert origin == {
            "originId": "load-balancer",
            "domainName": "origin.shop.example.com",
            "vpcOriginConfig": {"vpcOriginId": way.outputs["id"], "originReadTimeout": 60},
        }

    def test_its_name_fits(self) -> None:
        way = recorded(**INSIDE, name_prefix="a" * 49).one("aws:cloudfront/vpcOrigin:VpcOrigin")
        config: Any = way.inputs["vpcOriginEndpointConfig"]
        assert len(config["name"]) <= 64

    @pytest.mark.parametrize(
        "changes",
        [{"header_value": None}, {"header_name": ""}, {**INSIDE, "internal_balancer_arn": None}, {**INSIDE, "header_name": "X"}],
    )  # fmt: skip
    def test_a_distribution_has_one_way(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="header_value: goes with header_name, or neither is given but"):
            args(**changes)
