from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.rules.cases_cdn import MULTITENANT, cdn, custom, files, group

FUNCTION_HOST = "abcdefgh.lambda-url.eu-north-1.on.aws"


def function_url(**origin: Any) -> list[Sample]:
    made = {**custom(), "domainName": Ref("url", "functionUrl"), **origin}
    return [res("lambda/functionUrl:FunctionUrl", "url", functionName="resize"), cdn(origins=[made])]


def inside(policy: Any) -> Sample:
    return res("cloudfront/vpcOrigin:VpcOrigin", "inside", vpcOriginEndpointConfig={"originProtocolPolicy": policy})


CASES: list[Case] = [
    Case("cdn-origins-on-https", "pass", [cdn(origins=[custom(), files()])]),
    Case(
        "cdn-origins-on-https",
        "pass",
        [
            cdn(
                origins=[custom(originProtocolPolicy="match-viewer")],
                defaultCacheBehavior={"viewerProtocolPolicy": "https-only"},
            )
        ],
    ),
    Case(
        "cdn-origins-on-https",
        "fail",
        [cdn(origins=[files(), custom(originProtocolPolicy="http-only")])],
        "originProtocolPolicy of origins[1] is http-only, wanted https-only",
    ),
    Case(
        "cdn-origins-on-https",
        "fail",
        [
            cdn(
                origins=[custom(originProtocolPolicy="match-viewer")],
                defaultCacheBehavior={"viewerProtocolPolicy": "https-only"},
                orderedCacheBehaviors=[{"viewerProtocolPolicy": "allow-all"}],
            )
        ],
        "originProtocolPolicy of origins[0] is match-viewer, wanted https-only",
    ),
    Case(
        "cdn-origins-on-https",
        "fail",
        [res(MULTITENANT, "tenants", origins=[{"customOriginConfigs": [{"originProtocolPolicy": "http-only"}]}])],
        "originProtocolPolicy of origins[0] is http-only, wanted https-only",
    ),
    Case("cdn-origins-on-https", "unknown", [cdn(origins=[custom(originProtocolPolicy=UNKNOWN)])]),
    Case("cdn-origins-on-https", "pass", [inside("https-only")]),
    Case("cdn-origins-on-https", "fail", [inside("http-only")], "originProtocolPolicy is http-only, wanted https-only"),
    Case("cdn-origins-on-https", "unknown", [inside("match-viewer")]),
    Case("cdn-origins-on-https", "unknown", [inside(UNKNOWN)]),
    Case("cdn-origin-tls-versions", "pass", [cdn(origins=[custom(), files()])]),
    Case(
        "cdn-origin-tls-versions",
        "pass",
        [cdn(origins=[custom(originProtocolPolicy="http-only", originSslProtocols=["SSLv3"])])],
    ),
    Case(
        "cdn-origin-tls-versions",
        "fail",
        [cdn(origins=[custom(originSslProtocols=["TLSv1.2", "TLSv1"])])],
        "originSslProtocols of origins[0] names TLSv1, wanted TLSv1.2 alone",
    ),
    Case(
        "cdn-origin-tls-versions",
        "fail",
        [
            res(
                "cloudfront/vpcOrigin:VpcOrigin",
                "inner",
                vpcOriginEndpointConfig={"originSslProtocols": {"items": ["TLSv1.1"], "quantity": 1}},
            )
        ],
        "originSslProtocols of vpcOriginEndpointConfig names TLSv1.1, wanted TLSv1.2 alone",
    ),
    Case("cdn-origin-tls-versions", "unknown", [cdn(origins=[custom(originSslProtocols=UNKNOWN)])]),
    Case("cdn-bucket-origins-signed", "pass", [cdn(origins=[files(originAccessControlId=UNKNOWN), custom()])]),
    Case(
        "cdn-bucket-origins-signed",
        "pass",
        [cdn(origins=[{"domainName": UNKNOWN, "vpcOriginConfig": {"vpcOriginId": "v"}}])],
    ),
    Case(
        "cdn-bucket-origins-signed",
        "pass",
        [cdn(origins=[{**custom(), "domainName": "shop.s3-website-eu-west-1.amazonaws.com"}])],
    ),
    Case(
        "cdn-bucket-origins-signed",
        "fail",
        [cdn(origins=[files()])],
        "the bucket of origins[0] has no originAccessControlId",
    ),
    Case(
        "cdn-bucket-origins-signed",
        "fail",
        [cdn(origins=[files(s3OriginConfig={"originAccessIdentity": "origin-access-identity/cloudfront/E1"})])],
        "has an origin access identity",
    ),
    Case("cdn-bucket-origins-signed", "unknown", [cdn(origins=UNKNOWN)]),
    Case("cdn-function-origins-signed", "pass", function_url(originAccessControlId=UNKNOWN)),
    Case("cdn-function-origins-signed", "pass", [cdn(origins=[custom(), files()])]),
    Case(
        "cdn-function-origins-signed",
        "pass",
        [res("lb/loadBalancer:LoadBalancer", "alb"), cdn(origins=[{**custom(), "domainName": Ref("alb", "dnsName")}])],
    ),
    Case(
        "cdn-function-origins-signed",
        "fail",
        [cdn(origins=[{**custom(), "domainName": FUNCTION_HOST}])],
        "the function of origins[0] has no originAccessControlId",
    ),
    Case("cdn-function-origins-signed", "unknown", [cdn(origins=[{**custom(), "domainName": UNKNOWN}])]),
    Case("cdn-origin-failover", "pass", [cdn(originGroups=UNKNOWN)]),
    Case("cdn-origin-failover", "pass", [cdn(originGroups=group("files", "app"))]),
    Case("cdn-origin-failover", "fail", [cdn(origins=[files()])], "originGroups is not set"),
]
