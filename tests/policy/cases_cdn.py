from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

DISTRIBUTION = "cloudfront/distribution:Distribution"
MULTITENANT = "cloudfront/multitenantDistribution:MultitenantDistribution"
CERTIFICATE = "acm/certificate:Certificate"
HEADERS = "cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
LOG_SOURCE = "cloudwatch/logDeliverySource:LogDeliverySource"
LOG_DELIVERY = "cloudwatch/logDelivery:LogDelivery"
WEB_ACL = "wafv2/webAcl:WebAcl"
BUCKET_HOST = "shop-media.s3.eu-north-1.amazonaws.com"
FUNCTION_HOST = "abcdefgh.lambda-url.eu-north-1.on.aws"


def cdn(**props: Any) -> Sample:
    return res(DISTRIBUTION, "cdn", **props)


def certified(**props: Any) -> Sample:
    return cdn(viewerCertificate={"acmCertificateArn": UNKNOWN, **props})


def custom(**config: Any) -> dict[str, Any]:
    """An origin that is no bucket."""
    usual = {"originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]}
    return {"originId": "app", "domainName": "app.example.com", "customOriginConfig": {**usual, **config}}


def files(**options: Any) -> dict[str, Any]:
    """An origin that is a bucket."""
    return {"originId": "files", "domainName": BUCKET_HOST, **options}


def rooted(*origins: Any, target: Any = "files", **props: Any) -> Sample:
    return cdn(
        origins=list(origins), defaultCacheBehavior={"targetOriginId": target, **props.pop("default", {})}, **props
    )


def group(*members: Any) -> list[dict[str, Any]]:
    return [{"originId": "both", "members": [{"originId": member} for member in members]}]


def by_certificate(**props: Any) -> list[Sample]:
    made = res(CERTIFICATE, "certificate", domainName="shop.example.com", **props)
    return [made, cdn(viewerCertificate={"acmCertificateArn": Ref("certificate", "arn")})]


def behind(scope: str, **props: Any) -> list[Sample]:
    return [res(WEB_ACL, "acl", scope=scope, **props), cdn(webAclId=Ref("acl", "arn"))]


def function_url(**origin: Any) -> list[Sample]:
    made = {**custom(), "domainName": Ref("url", "functionUrl"), **origin}
    return [res("lambda/functionUrl:FunctionUrl", "url", functionName="resize"), cdn(origins=[made])]


def logged(*deliveries: Sample, kind: str = "ACCESS_LOGS") -> list[Sample]:
    return [cdn(), res(LOG_SOURCE, "log", logType=kind, resourceArn=Ref("cdn", "arn")), *deliveries]


CASES = [
    Case("cdn-viewers-on-https", "pass", [cdn(defaultCacheBehavior={"viewerProtocolPolicy": "redirect-to-https"})]),
    Case(
        "cdn-viewers-on-https",
        "fail",
        [cdn(defaultCacheBehavior={"viewerProtocolPolicy": "allow-all"})],
        "is allow-all",
    ),
    Case(
        "cdn-viewers-on-https",
        "fail",
        [
            cdn(
                defaultCacheBehavior={"viewerProtocolPolicy": "https-only"},
                orderedCacheBehaviors=[{"viewerProtocolPolicy": "allow-all"}],
            )
        ],
    ),
    Case(
        "cdn-viewers-on-https",
        "fail",
        [res(MULTITENANT, "tenants", cacheBehaviors=[{"viewerProtocolPolicy": "allow-all"}])],
    ),
    Case("cdn-viewers-on-https", "undecided", [cdn(defaultCacheBehavior={"viewerProtocolPolicy": UNKNOWN})]),
    Case("cdn-tls-policy", "pass", [certified(minimumProtocolVersion="TLSv1.2_2021")]),
    Case("cdn-tls-policy", "pass", [cdn(viewerCertificate={"cloudfrontDefaultCertificate": True})]),
    Case("cdn-tls-policy", "fail", [certified(minimumProtocolVersion="TLSv1.1_2016")], "is TLSv1.1_2016"),
    Case("cdn-tls-policy", "fail", [certified()], "is TLSv1, wanted"),
    Case("cdn-tls-policy", "undecided", [certified(minimumProtocolVersion=UNKNOWN)]),
    Case("cdn-own-certificate", "pass", [certified()]),
    Case("cdn-own-certificate", "fail", [cdn(viewerCertificate={"cloudfrontDefaultCertificate": True})], "TLS 1.0"),
    Case("cdn-own-certificate", "undecided", [cdn(viewerCertificate=UNKNOWN)]),
    Case("cdn-serves-by-name", "pass", [certified(sslSupportMethod="sni-only")]),
    Case("cdn-serves-by-name", "pass", [cdn(viewerCertificate={"cloudfrontDefaultCertificate": True})]),
    Case("cdn-serves-by-name", "fail", [certified(sslSupportMethod="vip")], "sslSupportMethod is vip, wanted sni-only"),
    Case("cdn-serves-by-name", "undecided", [certified(sslSupportMethod=UNKNOWN)]),
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
    ),
    Case(
        "cdn-origins-on-https",
        "fail",
        [res(MULTITENANT, "tenants", origins=[{"customOriginConfigs": [{"originProtocolPolicy": "http-only"}]}])],
    ),
    Case("cdn-origins-on-https", "undecided", [cdn(origins=[custom(originProtocolPolicy=UNKNOWN)])]),
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
    ),
    Case("cdn-origin-tls-versions", "undecided", [cdn(origins=[custom(originSslProtocols=UNKNOWN)])]),
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
    Case("cdn-bucket-origins-signed", "undecided", [cdn(origins=UNKNOWN)]),
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
    Case("cdn-function-origins-signed", "undecided", [cdn(origins=[{**custom(), "domainName": UNKNOWN}])]),
    Case("cdn-signers-are-key-groups", "pass", [cdn(defaultCacheBehavior={"trustedKeyGroups": [UNKNOWN]})]),
    Case(
        "cdn-signers-are-key-groups",
        "fail",
        [cdn(orderedCacheBehaviors=[{"trustedSigners": ["self"]}])],
        "trustedSigners names accounts",
    ),
    Case("cdn-signers-are-key-groups", "undecided", [cdn(defaultCacheBehavior={"trustedSigners": UNKNOWN})]),
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
    Case("cdn-parts-in-us-east-1", "fail", by_certificate(region="eu-west-1"), provider={"region": "us-east-1"}),
    Case(
        "cdn-parts-in-us-east-1",
        "fail",
        [cdn(viewerCertificate={"acmCertificateArn": "arn:aws:acm:eu-west-1:111122223333:certificate/1"})],
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
    ),
    Case("cdn-parts-in-us-east-1", "fail", behind("REGIONAL"), "webAclId names a web ACL of scope REGIONAL"),
    Case(
        "cdn-parts-in-us-east-1",
        "fail",
        [cdn(webAclId="arn:aws:wafv2:us-east-1:111122223333:regional/webacl/shop/1")],
    ),
    Case("cdn-parts-in-us-east-1", "fail", [res(WEB_ACL, "acl", scope="CLOUDFRONT", region="eu-west-1")]),
    Case("cdn-parts-in-us-east-1", "undecided", [cdn(viewerCertificate={"acmCertificateArn": UNKNOWN})]),
    Case("cdn-parts-in-us-east-1", "undecided", behind("CLOUDFRONT")),
    Case("cdn-parts-in-us-east-1", "undecided", [cdn(webAclId=UNKNOWN)]),
    Case("cdn-parts-in-us-east-1", "pass", [cdn(webAclId="473e64fd-f30b-4765-81a0-62ad96dd167a")]),
    Case("cdn-default-root-object", "pass", [rooted(files(), defaultRootObject="index.html")]),
    Case("cdn-default-root-object", "pass", [rooted(files(), custom(), target="app")]),
    Case("cdn-default-root-object", "pass", [rooted(custom(), target="app")]),
    Case(
        "cdn-default-root-object",
        "pass",
        [rooted(files(), default={"functionAssociations": [{"eventType": "viewer-request"}]})],
    ),
    Case("cdn-default-root-object", "fail", [rooted(files())], "defaultRootObject is not set"),
    Case("cdn-default-root-object", "fail", [rooted(files(), custom())]),
    Case(
        "cdn-default-root-object",
        "fail",
        [rooted(files(), custom(), target="both", originGroups=group("files", "app"))],
    ),
    Case("cdn-default-root-object", "undecided", [rooted(files(), custom(), target=UNKNOWN)]),
    Case("cdn-behind-firewall", "pass", [cdn(origins=[custom()], webAclId=UNKNOWN)]),
    Case("cdn-behind-firewall", "pass", [cdn(origins=[files()])]),
    Case("cdn-behind-firewall", "fail", [cdn(origins=[files(), custom()])], "webAclId is not set"),
    Case("cdn-behind-firewall", "undecided", [cdn(origins=[files(), UNKNOWN])]),
    Case("cdn-access-logged", "undecided", [cdn(), res(LOG_SOURCE, "log", logType="ACCESS_LOGS", resourceArn=UNKNOWN)]),
    Case("cdn-access-logged", "fail", logged(), "its requests are not logged"),
    Case(
        "cdn-access-logged",
        "fail",
        logged(res(LOG_DELIVERY, "way", deliverySourceName=Ref("log", "name")), kind="CONNECTION_LOGS"),
    ),
    Case("cdn-access-logged", "undecided", logged(res(LOG_DELIVERY, "way", deliverySourceName=UNKNOWN))),
    Case("cdn-access-logged", "pass", [cdn(loggingConfig={"bucket": UNKNOWN})]),
    Case(
        "cdn-access-logged",
        "pass",
        logged(res(LOG_DELIVERY, "way", deliverySourceName=Ref("log", "name"))),
    ),
    Case("cdn-access-logged", "pass", [cdn(defaultCacheBehavior={"realtimeLogConfigArn": UNKNOWN})]),
    Case("cdn-access-logged", "fail", [cdn(defaultCacheBehavior={"compress": True})], "its requests are not logged"),
    Case("cdn-hsts", "pass", [cdn(defaultCacheBehavior={"responseHeadersPolicyId": UNKNOWN})]),
    Case("cdn-hsts", "pass", [cdn(defaultCacheBehavior={"functionAssociations": [{"eventType": "viewer-response"}]})]),
    Case(
        "cdn-hsts",
        "pass",
        [
            res(
                HEADERS,
                "headers",
                securityHeadersConfig={
                    "strictTransportSecurity": {"accessControlMaxAgeSec": 63072000, "override": True}
                },
            )
        ],
    ),
    Case("cdn-hsts", "fail", [cdn(defaultCacheBehavior={"compress": True})], "has no responseHeadersPolicyId"),
    *(
        Case("cdn-hsts", "fail", [cdn(defaultCacheBehavior={"responseHeadersPolicyId": managed})], "for CORS alone")
        for managed in ("60669652-455b-4ae9-85a4-c4c02393f86c", "5cc3b908-e619-4b99-88e5-2cf7f45965bd")
    ),
    *(
        Case("cdn-hsts", "pass", [cdn(defaultCacheBehavior={"responseHeadersPolicyId": managed})])
        for managed in (
            "67f7725c-6f97-4210-82d7-5512b31e9d03",
            "e61eb60c-9c35-4d20-a928-2b84e02af89c",
            "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
        )
    ),
    Case(
        "cdn-hsts",
        "fail",
        [
            cdn(
                defaultCacheBehavior={"responseHeadersPolicyId": "67f7725c-6f97-4210-82d7-5512b31e9d03"},
                orderedCacheBehaviors=[{"compress": True}],
            )
        ],
    ),
    Case(
        "cdn-hsts",
        "fail",
        [res(HEADERS, "headers", corsConfig={"originOverride": True})],
        "accessControlMaxAgeSec is 0 (the default), wanted at least 31536000 seconds",
    ),
    Case(
        "cdn-hsts",
        "pass",
        [res(HEADERS, "headers", securityHeadersConfig={"strictTransportSecurity": {"accessControlMaxAgeSec": 300}})],
        config={"minSeconds": 300},
    ),
    Case("cdn-hsts", "undecided", [res(HEADERS, "headers", securityHeadersConfig=UNKNOWN)]),
    Case("cdn-origin-failover", "pass", [cdn(originGroups=UNKNOWN)]),
    Case("cdn-origin-failover", "pass", [cdn(originGroups=group("files", "app"))]),
    Case("cdn-origin-failover", "fail", [cdn(origins=[files()])], "originGroups is not set"),
    Case("cdn-geo-restricted", "pass", [cdn(restrictions={"geoRestriction": {"restrictionType": "whitelist"}})]),
    Case(
        "cdn-geo-restricted",
        "fail",
        [cdn(restrictions={"geoRestriction": {"restrictionType": "none"}})],
        "restrictionType is none",
    ),
    Case("cdn-geo-restricted", "undecided", [cdn(restrictions=UNKNOWN)]),
]
