from typing import Any

from tests.policy.harness import UNKNOWN, Case, Sample, res

DISTRIBUTION = "cloudfront/distribution:Distribution"

MULTITENANT = "cloudfront/multitenantDistribution:MultitenantDistribution"

HEADERS = "cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"

BUCKET_HOST = "shop-media.s3.eu-north-1.amazonaws.com"


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


CASES: list[Case] = [
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
        "viewerProtocolPolicy is allow-all, wanted redirect-to-https or https-only",
    ),
    Case(
        "cdn-viewers-on-https",
        "fail",
        [res(MULTITENANT, "tenants", cacheBehaviors=[{"viewerProtocolPolicy": "allow-all"}])],
        "viewerProtocolPolicy is allow-all, wanted redirect-to-https or https-only",
    ),
    Case("cdn-viewers-on-https", "unknown", [cdn(defaultCacheBehavior={"viewerProtocolPolicy": UNKNOWN})]),
    Case("cdn-tls-policy", "pass", [certified(minimumProtocolVersion="TLSv1.2_2021")]),
    Case("cdn-tls-policy", "pass", [cdn(viewerCertificate={"cloudfrontDefaultCertificate": True})]),
    Case("cdn-tls-policy", "fail", [certified(minimumProtocolVersion="TLSv1.1_2016")], "is TLSv1.1_2016"),
    Case("cdn-tls-policy", "fail", [certified()], "is TLSv1, wanted"),
    Case("cdn-tls-policy", "unknown", [certified(minimumProtocolVersion=UNKNOWN)]),
    Case("cdn-own-certificate", "pass", [certified()]),
    Case("cdn-own-certificate", "fail", [cdn(viewerCertificate={"cloudfrontDefaultCertificate": True})], "TLS 1.0"),
    Case("cdn-own-certificate", "unknown", [cdn(viewerCertificate=UNKNOWN)]),
    Case("cdn-serves-by-name", "pass", [certified(sslSupportMethod="sni-only")]),
    Case("cdn-serves-by-name", "pass", [cdn(viewerCertificate={"cloudfrontDefaultCertificate": True})]),
    Case("cdn-serves-by-name", "fail", [certified(sslSupportMethod="vip")], "sslSupportMethod is vip, wanted sni-only"),
    Case("cdn-serves-by-name", "unknown", [certified(sslSupportMethod=UNKNOWN)]),
    Case("cdn-signers-are-key-groups", "pass", [cdn(defaultCacheBehavior={"trustedKeyGroups": [UNKNOWN]})]),
    Case(
        "cdn-signers-are-key-groups",
        "fail",
        [cdn(orderedCacheBehaviors=[{"trustedSigners": ["self"]}])],
        "trustedSigners names accounts",
    ),
    Case("cdn-signers-are-key-groups", "unknown", [cdn(defaultCacheBehavior={"trustedSigners": UNKNOWN})]),
    Case("cdn-default-root-object", "pass", [rooted(files(), defaultRootObject="index.html")]),
    Case("cdn-default-root-object", "pass", [rooted(files(), custom(), target="app")]),
    Case("cdn-default-root-object", "pass", [rooted(custom(), target="app")]),
    Case(
        "cdn-default-root-object",
        "pass",
        [rooted(files(), default={"functionAssociations": [{"eventType": "viewer-request"}]})],
    ),
    Case("cdn-default-root-object", "fail", [rooted(files())], "defaultRootObject is not set"),
    Case(
        "cdn-default-root-object",
        "fail",
        [rooted(files(), custom())],
        "defaultRootObject is not set, so / asks the bucket for the list of what it holds",
    ),
    Case(
        "cdn-default-root-object",
        "fail",
        [rooted(files(), custom(), target="both", originGroups=group("files", "app"))],
        "defaultRootObject is not set, so / asks the bucket for the list of what it holds",
    ),
    Case("cdn-default-root-object", "unknown", [rooted(files(), custom(), target=UNKNOWN)]),
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
        "a cache behaviour has no responseHeadersPolicyId, so nothing sets Strict-Transport-Security",
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
    Case("cdn-hsts", "unknown", [res(HEADERS, "headers", securityHeadersConfig=UNKNOWN)]),
]
