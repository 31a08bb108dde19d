"""Delivery by CloudFront: its log, its firewall, its countries and its region."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, NOWHERE, OPT_IN, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.bucket import DISTRIBUTION
from policy.rules.cdn import behaviours_of, is_bucket_origin, origins_of
from policy.values import UNKNOWN, Answer, Value

CERTIFICATE: Final = "aws:acm/certificate:Certificate"


CERTIFICATE_VALIDATION: Final = "aws:acm/certificateValidation:CertificateValidation"


LOG_DELIVERY: Final = "aws:cloudwatch/logDelivery:LogDelivery"


LOG_SOURCE: Final = "aws:cloudwatch/logDeliverySource:LogDeliverySource"


WEB_ACL: Final = "aws:wafv2/webAcl:WebAcl"


HOME: Final = "us-east-1"
"""The region that CloudFront takes certificates and web ACLs from."""


@stack_rule(
    Control(
        name="cdn-access-logged",
        title="CloudFront's requests are logged",
        category="Logging",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="After an incident nothing else tells who asked for what.",
        remediation='aws.cloudwatch.LogDeliverySource(log_type="ACCESS_LOGS", resource_arn=distribution.arn) with a delivery',
        url=HUB + "cloudfront-controls.html#cloudfront-5",
        fsbp=("CloudFront.5",),
        nist=("AU-2", "AU-12"),
        checkov=("CKV_AWS_86",),
        prowler=("cloudfront_distributions_logging_enabled",),
        cdk_nag=("CFR3", "CloudFrontDistributionAccessLogging"),
    ),
    DISTRIBUTION,
)
def access_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """By the distribution's own setting, by a delivery of CloudWatch Logs, or in real time."""
    for distribution in graph.of(DISTRIBUTION):
        sources, vague = graph.companions(distribution, "resourceArn", LOG_SOURCE)
        delivered = [_delivers_requests(graph, source) for source in sources]
        in_real_time: list[Answer] = [
            UNKNOWN if behaviour is UNKNOWN else bool(values.at(behaviour, "realtimeLogConfigArn"))
            for behaviour in behaviours_of(distribution)
        ]
        yield from distribution.must_hold(
            values.some([distribution.has("loggingConfig.bucket"), *delivered, *in_real_time, *[UNKNOWN] * vague]),
            "its requests are not logged",
            about="where its requests are logged",
            fix='an aws.cloudwatch.LogDeliverySource(log_type="ACCESS_LOGS", resource_arn=distribution.arn) with a delivery',
        )


def _delivers_requests(graph: Graph, source: Resource) -> Answer:
    """Whether a source of logs is about requests, and they go anywhere."""
    deliveries, vague = graph.companions(source, "deliverySourceName", LOG_DELIVERY)
    kind = source.text("logType")
    about: Answer = UNKNOWN if kind is UNKNOWN else kind == "ACCESS_LOGS"
    return values.every([about, values.some([bool(deliveries), *[UNKNOWN] * vague])])


@resource_rule(
    Control(
        name="cdn-behind-firewall",
        title="CloudFront stands behind a web ACL",
        category="Firewall",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Known attacks and floods of requests reach the application. Distributions of nothing but files are exempt.",
        remediation="aws.cloudfront.Distribution(..., web_acl_id=acl.arn)",
        url=HUB + "cloudfront-controls.html#cloudfront-6",
        fsbp=("CloudFront.6",),
        nist=("SC-5", "SC-7"),
        checkov=("CKV_AWS_68",),
        prowler=("cloudfront_distributions_using_waf",),
        cdk_nag=("CFR2", "CloudFrontDistributionWAFIntegration"),
    ),
    DISTRIBUTION,
)
def behind_firewall(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """Files in buckets have nothing that a firewall could protect: where all origins are such, none is asked for."""
    kinds = [is_bucket_origin(origin) for _, origin in origins_of(distribution)]
    if not distribution.has("webAclId") and not (kinds and all(kind is True for kind in kinds)):
        yield from distribution.must_hold(
            UNKNOWN if UNKNOWN in kinds and False not in kinds else False,
            "webAclId is not set",
            about="what its origins are",
            fix="web_acl_id=acl.arn of an aws.wafv2.WebAcl of scope CLOUDFRONT",
        )


@resource_rule(
    Control(
        name="cdn-geo-restricted",
        title="CloudFront serves some countries only",
        category="Operations",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="For what may be offered in some countries only. Addresses tell countries roughly, and anybody can rent one.",
        remediation='restrictions={"geo_restriction": {"restriction_type": "whitelist", "locations": [...]}}',
        url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/georestrictions.html",
        nist=("AC-4",),
        checkov=("CKV_AWS_374",),
        prowler=("cloudfront_distributions_geo_restrictions_enabled",),
        cdk_nag=("CFR1", "CloudFrontDistributionGeoRestrictions"),
    ),
    DISTRIBUTION,
)
def geo_restricted(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """For services that may be offered in some countries only."""
    kind = distribution.text("restrictions.geoRestriction.restrictionType", default="none")
    yield from distribution.must_hold(
        kind if kind is UNKNOWN else kind in ("whitelist", "blacklist"),
        "restrictionType is none, wanted whitelist or blacklist",
        about="restrictionType",
        fix='"geo_restriction": {"restriction_type": "whitelist", "locations": [...]}',
    )


@stack_rule(
    Control(
        name="cdn-parts-in-us-east-1",
        title="What CloudFront uses is in us-east-1 and of scope CLOUDFRONT",
        category="Operations",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="AWS refuses certificates and web ACLs of other regions, in the middle of the update.",
        remediation='aws.acm.Certificate(..., region="us-east-1"); aws.wafv2.WebAcl(..., scope="CLOUDFRONT", region="us-east-1")',
        url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html",
    ),
    DISTRIBUTION,
    WEB_ACL,
)
def parts_in_us_east_1(graph: Graph, _config: Config) -> Iterator[Finding]:
    """An update gets as far as the distribution before AWS refuses it."""
    path = "viewerCertificate.acmCertificateArn"
    for distribution in graph.of(DISTRIBUTION):
        if distribution.has(path):
            regions = _regions(graph, distribution, path, CERTIFICATE, CERTIFICATE_VALIDATION)
            yield from _at_home(distribution, regions, "its certificate", 'region="us-east-1" on the certificate')
        if distribution.has("webAclId"):
            yield from _of_scope(graph, distribution)
    for acl in graph.of(WEB_ACL):
        scope = acl.text("scope")
        if scope in ("CLOUDFRONT", UNKNOWN):
            region = UNKNOWN if scope is UNKNOWN else _region(acl)
            yield from _at_home(acl, [region], "a web ACL of scope CLOUDFRONT", 'region="us-east-1"')


def _at_home(resource: Resource, regions: Sequence[Value], what: str, fix: str) -> Iterator[Finding]:
    known = [region for region in regions if isinstance(region, str)]
    wrong = [region for region in known if region != HOME and not region.startswith("cn-")]
    if wrong and len(wrong) == len(regions):
        shown = values.show(wrong[0], r"[a-z]{2}(-[a-z]+)+-\d")
        yield resource.fails(f"{what} is in {shown}, wanted us-east-1", fix=fix)
    elif wrong or not known:
        yield resource.unknown(f"the region of {what} is not known yet")


def _of_scope(graph: Graph, distribution: Resource) -> Iterator[Finding]:
    fix = 'scope="CLOUDFRONT", region="us-east-1" on the web ACL'
    what = "webAclId names a web ACL of scope REGIONAL, wanted CLOUDFRONT"
    arn = distribution.text("webAclId")
    if arn is not UNKNOWN and arn.startswith("arn:"):
        if ":regional/" in arn:
            yield distribution.fails(what, fix=fix)
        return
    scopes = {acl.text("scope") for acl in graph.refers(distribution, "webAclId", WEB_ACL).found}
    if scopes == {"REGIONAL"}:
        yield distribution.fails(what, fix=fix)
    elif scopes - {"CLOUDFRONT"} or (arn is UNKNOWN and not scopes):
        yield distribution.unknown("which web ACL webAclId names is not known yet")


def _regions(graph: Graph, resource: Resource, path: str, *types: str) -> list[Value]:
    """The regions of what a property names: from its ARN, else from the resources that come into question."""
    arn = resource.get(path)
    if by_arn := _region_of(arn):
        return [by_arn]
    return [_region(item) for item in graph.refers(resource, path, *types).found]


def _region(resource: Resource) -> Value:
    """A resource's own region, else its ARN's or its provider's; None where none of them says."""
    return (
        resource.get("region")
        or _region_of(resource.get("arn"))
        or values.at(values.plain(resource.provider), "region")
    )


def _region_of(arn: Value) -> str | None:
    match = re.match(r"arn:[\w-]+:\w+:([a-z0-9-]+):", arn) if isinstance(arn, str) else None
    return match[1] if match else None
