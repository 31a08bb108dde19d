"""Origins of CloudFront: how it reaches what stands behind it."""

import re
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, OPT_IN, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.bucket import DISTRIBUTION
from policy.rules.cdn import MULTITENANT, behaviours_of, custom_origin, is_bucket_origin, origins_of
from policy.values import UNKNOWN, Answer

FUNCTION_URL: Final = "aws:lambda/functionUrl:FunctionUrl"


VPC_ORIGIN: Final = "aws:cloudfront/vpcOrigin:VpcOrigin"


_WEAK_PROTOCOLS: Final = ("SSLv3", "TLSv1", "TLSv1.1")


_FUNCTION_HOST: Final = re.compile(r"\.lambda-url\.[a-z0-9-]+\.on\.aws$")


@resource_rule(
    Control(
        name="cdn-origin-failover",
        title="CloudFront has a second origin to turn to",
        category="Multi-AZ",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="For content that lies in two places; behind a load balancer over two zones it adds little.",
        remediation="aws.cloudfront.Distribution(..., origin_groups=[...])",
        url=HUB + "cloudfront-controls.html#cloudfront-4",
        fsbp=("CloudFront.4",),
        nist=("CP-10", "SC-36"),
        checkov=("CKV_AWS_310",),
        prowler=("cloudfront_distributions_multiple_origin_failover_configured",),
    ),
    DISTRIBUTION,
)
def origin_failover(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """An origin group with a second origin that answers when the first does not."""
    yield from distribution.must_be_set("originGroups", fix="origin_groups=[...] with two members")


@resource_rule(
    Control(
        name="cdn-origins-on-https",
        title="CloudFront speaks HTTPS to its origins",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="The visitor sees a lock, and the request goes on in clear. Website hosts of buckets speak HTTP only.",
        remediation='"custom_origin_config": {..., "origin_protocol_policy": "https-only"}',
        url=HUB + "cloudfront-controls.html#cloudfront-9",
        fsbp=("CloudFront.9",),
        nist=("SC-8",),
        checkov=("CKV2_AWS_72",),
        prowler=("cloudfront_distributions_origin_traffic_encrypted",),
        cdk_nag=("CFR5", "CloudFrontDistributionNoOutdatedSSL"),
    ),
    DISTRIBUTION,
    MULTITENANT,
    VPC_ORIGIN,
)
def origins_on_https(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """As the viewer came (match-viewer) is enough where no viewer may come over HTTP."""
    if distribution.type == VPC_ORIGIN:
        yield from _inside_on_https(distribution)
        return
    viewers = [values.text(values.at(item, "viewerProtocolPolicy")) for item in behaviours_of(distribution)]
    for name, origin in origins_of(distribution):
        if not custom_origin(origin):
            continue
        policy = values.text(values.at(custom_origin(origin), "originProtocolPolicy"))
        secure: Answer = policy if policy is UNKNOWN else policy == "https-only"
        if policy == "match-viewer":
            secure = UNKNOWN if UNKNOWN in viewers and "allow-all" not in viewers else "allow-all" not in viewers
        seen = values.show(policy, "http-only|match-viewer")
        yield from distribution.must_hold(
            secure,
            f"originProtocolPolicy of {name} is {seen}, wanted https-only",
            about=f"originProtocolPolicy of {name}",
            fix='origin_protocol_policy="https-only"; for a website bucket its regional host with an origin access control',
        )


def _inside_on_https(origin: Resource) -> Iterator[Finding]:
    """Whose viewers come over HTTPS is told by the distributions that use it."""
    policy = values.text(values.at(origin.get("vpcOriginEndpointConfig"), "originProtocolPolicy"))
    secure: Answer = UNKNOWN if policy in (UNKNOWN, "match-viewer") else policy == "https-only"
    yield from origin.must_hold(
        secure,
        f"originProtocolPolicy is {values.show(policy, 'http-only')}, wanted https-only",
        about="originProtocolPolicy",
        fix='origin_protocol_policy="https-only"',
    )


@resource_rule(
    Control(
        name="cdn-origin-tls-versions",
        title="CloudFront speaks no outdated TLS to its origins",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Whoever is on the path can have the oldest version chosen that both ends accept.",
        remediation='"custom_origin_config": {..., "origin_ssl_protocols": ["TLSv1.2"]}',
        url=HUB + "cloudfront-controls.html#cloudfront-10",
        fsbp=("CloudFront.10",),
        nist=("SC-8", "SC-13"),
        checkov=("CKV2_AWS_54",),
        prowler=("cloudfront_distributions_using_deprecated_ssl_protocols",),
        cdk_nag=("CFR5", "CloudFrontDistributionNoOutdatedSSL"),
    ),
    DISTRIBUTION,
    MULTITENANT,
    VPC_ORIGIN,
)
def origin_tls_versions(resource: Resource, _config: Config) -> Iterator[Finding]:
    """What is not used does not matter: an origin on plain HTTP has cdn-origins-on-https against it."""
    if resource.type == VPC_ORIGIN:
        config = resource.get("vpcOriginEndpointConfig")
        ends = [("vpcOriginEndpointConfig", config, values.at(config, "originSslProtocols.items"))]
    else:
        ends = [
            (name, custom_origin(origin), values.at(custom_origin(origin), "originSslProtocols"))
            for name, origin in origins_of(resource)
        ]
    for name, config, protocols in ends:
        if values.at(config, "originProtocolPolicy") == "http-only":
            continue
        weak = sorted({item for item in values.strings(protocols) if item in _WEAK_PROTOCOLS})
        if weak or UNKNOWN in values.items(protocols):
            yield from resource.must_hold(
                False if weak else UNKNOWN,
                f"originSslProtocols of {name} names {', '.join(weak)}, wanted TLSv1.2 alone",
                about=f"originSslProtocols of {name}",
                fix='origin_ssl_protocols=["TLSv1.2"]',
            )


@resource_rule(
    Control(
        name="cdn-bucket-origins-signed",
        title="CloudFront signs what it asks of buckets (origin access control)",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A bucket that does not know who asks must let everybody in. Origin access identities know no KMS.",
        remediation='origins=[{..., "origin_access_control_id": control.id}] of an aws.cloudfront.OriginAccessControl',
        url=HUB + "cloudfront-controls.html#cloudfront-13",
        fsbp=("CloudFront.13",),
        nist=("AC-3", "SC-7"),
        checkov=("CKV2_AWS_46",),
        prowler=("cloudfront_distributions_s3_origin_access_control",),
        cdk_nag=("CFR7", "CloudFrontDistributionS3OriginAccessControl"),
    ),
    DISTRIBUTION,
    MULTITENANT,
)
def bucket_origins_signed(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """A bucket that does not know who asks must let everybody in."""
    for name, origin in origins_of(distribution):
        kind = is_bucket_origin(origin)
        legacy = values.at(origin, "s3OriginConfig.originAccessIdentity")
        what = "has an origin access identity, which knows no KMS" if legacy else "has no originAccessControlId"
        yield from distribution.must_hold(
            UNKNOWN if kind is UNKNOWN else not kind or bool(values.at(origin, "originAccessControlId")),
            f"the bucket of {name} {what}",
            about=name,
            fix="origin_access_control_id=control.id of an aws.cloudfront.OriginAccessControl",
        )


@stack_rule(
    Control(
        name="cdn-function-origins-signed",
        title="CloudFront signs what it asks of function URLs (origin access control)",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="The function's own address otherwise answers everybody, past the distribution and its firewall.",
        remediation='an aws.cloudfront.OriginAccessControl of type lambda, and authorization_type="AWS_IAM" on the function URL',
        url=HUB + "cloudfront-controls.html#cloudfront-16",
        fsbp=("CloudFront.16",),
        nist=("AC-3", "SC-7"),
    ),
    DISTRIBUTION,
)
def function_origins_signed(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Without it the function's own address answers everybody, past the distribution and its firewall."""
    for distribution in graph.of(DISTRIBUTION):
        maybe = (
            not distribution.dependencies.get("origins") or graph.refers(distribution, "origins", FUNCTION_URL).found
        )
        for name, origin in origins_of(distribution):
            if origin is not UNKNOWN and values.at(origin, "originAccessControlId"):
                continue
            host = values.text(values.at(origin, "domainName"))
            if (host is UNKNOWN and maybe) or (host is not UNKNOWN and _FUNCTION_HOST.search(host)):
                yield from distribution.must_hold(
                    UNKNOWN if host is UNKNOWN else False,
                    f"the function of {name} has no originAccessControlId",
                    about=f"whether {name} is a function",
                    fix="origin_access_control_id=control.id, and authorization_type=AWS_IAM on the function's URL",
                )
