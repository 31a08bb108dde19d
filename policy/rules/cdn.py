"""CloudFront: what a visitor meets, and how it reaches what stands behind it."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.storage import DISTRIBUTION
from policy.values import UNKNOWN, Answer, Value

CERTIFICATE: Final = "aws:acm/certificate:Certificate"
CERTIFICATE_VALIDATION: Final = "aws:acm/certificateValidation:CertificateValidation"
FUNCTION_URL: Final = "aws:lambda/functionUrl:FunctionUrl"
LOG_DELIVERY: Final = "aws:cloudwatch/logDelivery:LogDelivery"
LOG_SOURCE: Final = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
MULTITENANT: Final = "aws:cloudfront/multitenantDistribution:MultitenantDistribution"
RESPONSE_HEADERS: Final = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
VPC_ORIGIN: Final = "aws:cloudfront/vpcOrigin:VpcOrigin"
WEB_ACL: Final = "aws:wafv2/webAcl:WebAcl"

HOME: Final = "us-east-1"
"""The region that CloudFront takes certificates and web ACLs from."""

_VIEWER_PROTOCOL: Final = r"TLSv1(\.\d)?(_\d{4})?|SSLv3"
_WEAK_PROTOCOLS: Final = ("SSLv3", "TLSv1", "TLSv1.1")
_FUNCTION_HOST: Final = re.compile(r"\.lambda-url\.[a-z0-9-]+\.on\.aws$")
_FUNCTIONS: Final = ("functionAssociations", "lambdaFunctionAssociations")
_YEAR_SECONDS: Final = 31_536_000
_WITHOUT_HSTS: Final = ("60669652-455b-4ae9-85a4-c4c02393f86c", "5cc3b908-e619-4b99-88e5-2cf7f45965bd")
"""AWS's own response headers policies that set headers of CORS alone: SimpleCORS and CORS-With-Preflight."""


def _behaviours(distribution: Resource) -> list[Value]:
    lists = ("defaultCacheBehavior", "orderedCacheBehaviors", "cacheBehaviors")
    return [behaviour for name in lists for behaviour in values.items(distribution.get(name))]


def _origins(distribution: Resource) -> list[tuple[str, Value]]:
    """The origins with what a message calls them; their ids are the program's own words."""
    return [(f"origins[{place}]", origin) for place, origin in enumerate(values.items(distribution.get("origins")))]


def _custom(origin: Value) -> Value:
    return values.at(origin, "customOriginConfig") or values.at(origin, "customOriginConfigs")


def _is_bucket(origin: Value) -> Answer:
    """Whether an origin is a bucket by S3's API: AWS wants a configuration for any other kind."""
    if origin is UNKNOWN:
        return UNKNOWN
    return not (_custom(origin) or values.at(origin, "vpcOriginConfig") or values.at(origin, "vpcOriginConfigs"))


@resource_rule("cdn-viewers-on-https", DISTRIBUTION, MULTITENANT)
def viewers_on_https(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """Every cache behaviour redirects to HTTPS or refuses HTTP."""
    for behaviour in _behaviours(distribution):
        policy = values.text(values.at(behaviour, "viewerProtocolPolicy"))
        yield from distribution.must_hold(
            policy if policy is UNKNOWN else policy in ("redirect-to-https", "https-only"),
            f"viewerProtocolPolicy is {values.show(policy, 'allow-all')}, wanted redirect-to-https or https-only",
            about="viewerProtocolPolicy",
            fix='viewer_protocol_policy="redirect-to-https"',
        )


@resource_rule(
    "cdn-tls-policy",
    DISTRIBUTION,
    MULTITENANT,
    versions=Parameter(
        {"type": "array", "items": {"type": "string"}}, ["TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"]
    ),
)
def tls_policy(distribution: Resource, config: Config) -> Iterator[Finding]:
    """Applies to a certificate of one's own; with CloudFront's, AWS fixes the protocol (see cdn-own-certificate)."""
    default = _default_certificate(distribution)
    if default is True:
        return
    version = distribution.text("viewerCertificate.minimumProtocolVersion", default="TLSv1")
    yield from distribution.must_hold(
        UNKNOWN if UNKNOWN in (default, version) else version in config.words("versions"),
        f"minimumProtocolVersion is {values.show(version, _VIEWER_PROTOCOL)}, wanted TLSv1.2_2021 or newer",
        about="minimumProtocolVersion",
        fix='minimum_protocol_version="TLSv1.2_2021"',
    )


@resource_rule("cdn-own-certificate", DISTRIBUTION)
def own_certificate(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """CloudFront's own certificate accepts viewers from TLS 1.0 on."""
    default = _default_certificate(distribution)
    yield from distribution.must_hold(
        default if default is UNKNOWN else not default,
        "viewerCertificate is CloudFront's own, which accepts TLS 1.0",
        about="viewerCertificate",
        fix="an alias with acm_certificate_arn of a certificate in us-east-1",
    )


def _default_certificate(distribution: Resource) -> Answer:
    """Whether the distribution runs on CloudFront's certificate, `UNKNOWN` if that cannot be said."""
    if distribution.has("viewerCertificate.acmCertificateArn") or distribution.has(
        "viewerCertificate.iamCertificateId"
    ):
        return UNKNOWN if distribution.get("viewerCertificate") is UNKNOWN else False
    return distribution.flag("viewerCertificate.cloudfrontDefaultCertificate", default=True)


@resource_rule("cdn-serves-by-name", DISTRIBUTION)
def serves_by_name(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """Addresses of one's own (vip) are for viewers of before 2010."""
    method = distribution.text("viewerCertificate.sslSupportMethod", default="sni-only")
    yield from distribution.must_hold(
        method if method is UNKNOWN else method == "sni-only",
        f"sslSupportMethod is {values.show(method, 'vip|static-ip')}, wanted sni-only",
        about="sslSupportMethod",
        fix='ssl_support_method="sni-only"',
    )


@resource_rule("cdn-default-root-object", DISTRIBUTION)
def default_root_object(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """Where ``/`` is answered by a bucket, and no function rewrites requests."""
    default = distribution.get("defaultCacheBehavior")
    if default is not UNKNOWN and any(values.at(default, name) for name in _FUNCTIONS):
        return
    if not distribution.has("defaultRootObject"):
        by_bucket = _target_is_bucket(distribution, values.at(default, "targetOriginId"))
        yield from distribution.must_hold(
            UNKNOWN if by_bucket is UNKNOWN or (by_bucket and default is UNKNOWN) else not by_bucket,
            "defaultRootObject is not set, so / asks the bucket for the list of what it holds",
            about="which origin answers /",
            fix='default_root_object="index.html"',
        )


def _target_is_bucket(distribution: Resource, target: Value) -> Answer:
    origins = [origin for _, origin in _origins(distribution)]
    kinds = [_is_bucket(origin) for origin in origins]
    if not kinds or True not in kinds:
        return values.some(kinds)
    if all(kind is True for kind in kinds):
        return True
    groups = values.items(distribution.get("originGroups"))
    names = [values.at(group, "originId") for group in groups]
    members = [
        values.at(member, "originId")
        for group, name in zip(groups, names, strict=True)
        if name == target
        for member in values.items(values.at(group, "members"))
    ]
    if UNKNOWN in (target, *names, *members):
        return UNKNOWN
    return values.some(
        kind
        for kind, origin in zip(kinds, origins, strict=True)
        if values.at(origin, "originId") in (UNKNOWN, target, *members)
    )


@resource_rule("cdn-origin-failover", DISTRIBUTION)
def origin_failover(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """An origin group with a second origin that answers when the first does not."""
    yield from distribution.must_be_set("originGroups", fix="origin_groups=[...] with two members")


@stack_rule("cdn-access-logged", DISTRIBUTION)
def access_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """By the distribution's own setting, by a delivery of CloudWatch Logs, or in real time."""
    for distribution in graph.of(DISTRIBUTION):
        sources, vague = graph.companions(distribution, "resourceArn", LOG_SOURCE)
        delivered = [_delivers_requests(graph, source) for source in sources]
        in_real_time: list[Answer] = [
            UNKNOWN if behaviour is UNKNOWN else bool(values.at(behaviour, "realtimeLogConfigArn"))
            for behaviour in _behaviours(distribution)
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


@resource_rule("cdn-behind-firewall", DISTRIBUTION)
def behind_firewall(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """Files in buckets have nothing that a firewall could protect: where all origins are such, none is asked for."""
    kinds = [_is_bucket(origin) for _, origin in _origins(distribution)]
    if not distribution.has("webAclId") and not (kinds and all(kind is True for kind in kinds)):
        yield from distribution.must_hold(
            UNKNOWN if UNKNOWN in kinds and False not in kinds else False,
            "webAclId is not set",
            about="what its origins are",
            fix="web_acl_id=acl.arn of an aws.wafv2.WebAcl of scope CLOUDFRONT",
        )


@resource_rule("cdn-origins-on-https", DISTRIBUTION, MULTITENANT)
def origins_on_https(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """As the viewer came (match-viewer) is enough where no viewer may come over HTTP."""
    viewers = [values.text(values.at(item, "viewerProtocolPolicy")) for item in _behaviours(distribution)]
    for name, origin in _origins(distribution):
        if not _custom(origin):
            continue
        policy = values.text(values.at(_custom(origin), "originProtocolPolicy"))
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


@resource_rule("cdn-origin-tls-versions", DISTRIBUTION, MULTITENANT, VPC_ORIGIN)
def origin_tls_versions(resource: Resource, _config: Config) -> Iterator[Finding]:
    """What is not used does not matter: an origin on plain HTTP has cdn-origins-on-https against it."""
    if resource.type == VPC_ORIGIN:
        config = resource.get("vpcOriginEndpointConfig")
        ends = [("vpcOriginEndpointConfig", config, values.at(config, "originSslProtocols.items"))]
    else:
        ends = [
            (name, _custom(origin), values.at(_custom(origin), "originSslProtocols"))
            for name, origin in _origins(resource)
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


@resource_rule("cdn-bucket-origins-signed", DISTRIBUTION, MULTITENANT)
def bucket_origins_signed(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """A bucket that does not know who asks must let everybody in."""
    for name, origin in _origins(distribution):
        kind = _is_bucket(origin)
        legacy = values.at(origin, "s3OriginConfig.originAccessIdentity")
        what = "has an origin access identity, which knows no KMS" if legacy else "has no originAccessControlId"
        yield from distribution.must_hold(
            UNKNOWN if kind is UNKNOWN else not kind or bool(values.at(origin, "originAccessControlId")),
            f"the bucket of {name} {what}",
            about=name,
            fix="origin_access_control_id=control.id of an aws.cloudfront.OriginAccessControl",
        )


@stack_rule("cdn-function-origins-signed", DISTRIBUTION)
def function_origins_signed(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Without it the function's own address answers everybody, past the distribution and its firewall."""
    for distribution in graph.of(DISTRIBUTION):
        maybe = (
            not distribution.dependencies.get("origins") or graph.refers(distribution, "origins", FUNCTION_URL).found
        )
        for name, origin in _origins(distribution):
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


@resource_rule("cdn-signers-are-key-groups", DISTRIBUTION)
def signers_are_key_groups(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """Key pairs of accounts belong to their root users."""
    for behaviour in _behaviours(distribution):
        signers = values.at(behaviour, "trustedSigners")
        if signers:
            yield from distribution.must_hold(
                UNKNOWN if signers is UNKNOWN else False,
                "trustedSigners names accounts, wanted trustedKeyGroups",
                about="trustedSigners",
                fix="trusted_key_groups=[group.id] of an aws.cloudfront.KeyGroup",
            )


@resource_rule("cdn-geo-restricted", DISTRIBUTION)
def geo_restricted(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """For services that may be offered in some countries only."""
    kind = distribution.text("restrictions.geoRestriction.restrictionType", default="none")
    yield from distribution.must_hold(
        kind if kind is UNKNOWN else kind in ("whitelist", "blacklist"),
        "restrictionType is none, wanted whitelist or blacklist",
        about="restrictionType",
        fix='"geo_restriction": {"restriction_type": "whitelist", "locations": [...]}',
    )


@resource_rule(
    "cdn-hsts",
    DISTRIBUTION,
    RESPONSE_HEADERS,
    minSeconds=Parameter({"type": "integer", "minimum": 1}, _YEAR_SECONDS),
)
def hsts(resource: Resource, config: Config) -> Iterator[Finding]:
    """By a response headers policy; behaviours with functions of their own may set the header there."""
    if resource.type == RESPONSE_HEADERS:
        yield from resource.must_reach(
            "securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec",
            least=config.number("minSeconds"),
            unit="seconds",
            fix='security_headers_config={"strict_transport_security": {"access_control_max_age_sec": 31536000, ...}}',
        )
        return
    for behaviour in _behaviours(resource):
        policy = values.at(behaviour, "responseHeadersPolicyId")
        by_policy = bool(policy) and policy not in _WITHOUT_HSTS
        seen = "AWS's responseHeadersPolicyId for CORS alone" if policy else "no responseHeadersPolicyId"
        yield from resource.must_hold(
            UNKNOWN if behaviour is UNKNOWN else by_policy or any(values.at(behaviour, name) for name in _FUNCTIONS),
            f"a cache behaviour has {seen}, so nothing sets Strict-Transport-Security",
            about="a cache behaviour",
            fix="response_headers_policy_id=policy.id of an aws.cloudfront.ResponseHeadersPolicy",
        )


@stack_rule("cdn-parts-in-us-east-1", DISTRIBUTION, WEB_ACL)
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
        yield resource.undecided(f"the region of {what} is not known yet")


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
        yield distribution.undecided("which web ACL webAclId names is not known yet")


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
