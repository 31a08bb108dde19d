from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.rules.cases_cdn import cdn, custom, files

CERTIFICATE = "acm/certificate:Certificate"

LOG_SOURCE = "cloudwatch/logDeliverySource:LogDeliverySource"

LOG_DELIVERY = "cloudwatch/logDelivery:LogDelivery"

WEB_ACL = "wafv2/webAcl:WebAcl"


def by_certificate(**props: Any) -> list[Sample]:
    made = res(CERTIFICATE, "certificate", domainName="shop.example.com", **props)
    return [made, cdn(viewerCertificate={"acmCertificateArn": Ref("certificate", "arn")})]


def behind(scope: str, **props: Any) -> list[Sample]:
    return [res(WEB_ACL, "acl", scope=scope, **props), cdn(webAclId=Ref("acl", "arn"))]


def logged(*deliveries: Sample, kind: str = "ACCESS_LOGS") -> list[Sample]:
    return [cdn(), res(LOG_SOURCE, "log", logType=kind, resourceArn=Ref("cdn", "arn")), *deliveries]


CASES: list[Case] = [
    Case("cdn-parts-in-us-east-1", "pass", by_certificate(region="us-east-1")),
    Case("cdn-parts-in-us-east-1", "pass", by_certificate(), provider={"region": "us-east-1"}),
    Case("cdn-parts-in-us-east-1", "pass", behind("CLOUDFRONT", region="us-east-1")),
    Case("cdn-parts-in-us-east-1", "pass", [res(WEB_ACL, "acl", scope="REGIONAL"), cdn()]),
    Case(
        "cdn-parts-in-us-east-1",
        "fail",
        by_certificate(),
        "its certificate is in eu-north-1, wanted us-east-1",
        provider={"region": "eu-north-1"},
    ),
    Case(
        "cdn-parts-in-us-east-1",
        "fail",
        by_certificate(region="eu-west-1"),
        "its certificate is in eu-west-1, wanted us-east-1",
        provider={"region": "us-east-1"},
    ),
    Case(
        "cdn-parts-in-us-east-1",
        "fail",
        [cdn(viewerCertificate={"acmCertificateArn": "arn:aws:acm:eu-west-1:111122223333:certificate/1"})],
        "its certificate is in eu-west-1, wanted us-east-1",
    ),
    Case(
        "cdn-parts-in-us-east-1",
        "fail",
        [
            res(CERTIFICATE, "certificate", domainName="shop.example.com", region="eu-west-1"),
            res(
                "acm/certificateValidation:CertificateValidation",
                "validated",
                certificateArn=Ref("certificate", "arn"),
                region="eu-west-1",
            ),
            cdn(viewerCertificate={"acmCertificateArn": Ref("validated", "arn")}),
        ],
        "its certificate is in eu-west-1, wanted us-east-1",
    ),
    Case("cdn-parts-in-us-east-1", "fail", behind("REGIONAL"), "webAclId names a web ACL of scope REGIONAL"),
    Case(
        "cdn-parts-in-us-east-1",
        "fail",
        [cdn(webAclId="arn:aws:wafv2:us-east-1:111122223333:regional/webacl/shop/1")],
        "webAclId names a web ACL of scope REGIONAL, wanted CLOUDFRONT",
    ),
    Case(
        "cdn-parts-in-us-east-1",
        "fail",
        [res(WEB_ACL, "acl", scope="CLOUDFRONT", region="eu-west-1")],
        "a web ACL of scope CLOUDFRONT is in eu-west-1, wanted us-east-1",
    ),
    Case("cdn-parts-in-us-east-1", "unknown", [cdn(viewerCertificate={"acmCertificateArn": UNKNOWN})]),
    Case("cdn-parts-in-us-east-1", "unknown", behind("CLOUDFRONT")),
    Case("cdn-parts-in-us-east-1", "unknown", [cdn(webAclId=UNKNOWN)]),
    Case("cdn-parts-in-us-east-1", "pass", [cdn(webAclId="473e64fd-f30b-4765-81a0-62ad96dd167a")]),
    Case("cdn-behind-firewall", "pass", [cdn(origins=[custom()], webAclId=UNKNOWN)]),
    Case("cdn-behind-firewall", "pass", [cdn(origins=[files()])]),
    Case("cdn-behind-firewall", "fail", [cdn(origins=[files(), custom()])], "webAclId is not set"),
    Case("cdn-behind-firewall", "unknown", [cdn(origins=[files(), UNKNOWN])]),
    Case("cdn-access-logged", "unknown", [cdn(), res(LOG_SOURCE, "log", logType="ACCESS_LOGS", resourceArn=UNKNOWN)]),
    Case("cdn-access-logged", "fail", logged(), "its requests are not logged"),
    Case(
        "cdn-access-logged",
        "fail",
        logged(res(LOG_DELIVERY, "way", deliverySourceName=Ref("log", "name")), kind="CONNECTION_LOGS"),
        "its requests are not logged",
    ),
    Case("cdn-access-logged", "unknown", logged(res(LOG_DELIVERY, "way", deliverySourceName=UNKNOWN))),
    Case("cdn-access-logged", "pass", [cdn(loggingConfig={"bucket": UNKNOWN})]),
    Case(
        "cdn-access-logged",
        "pass",
        logged(res(LOG_DELIVERY, "way", deliverySourceName=Ref("log", "name"))),
    ),
    Case("cdn-access-logged", "pass", [cdn(defaultCacheBehavior={"realtimeLogConfigArn": UNKNOWN})]),
    Case("cdn-access-logged", "fail", [cdn(defaultCacheBehavior={"compress": True})], "its requests are not logged"),
    Case("cdn-geo-restricted", "pass", [cdn(restrictions={"geoRestriction": {"restrictionType": "whitelist"}})]),
    Case(
        "cdn-geo-restricted",
        "fail",
        [cdn(restrictions={"geoRestriction": {"restrictionType": "none"}})],
        "restrictionType is none",
    ),
    Case("cdn-geo-restricted", "unknown", [cdn(restrictions=UNKNOWN)]),
]
