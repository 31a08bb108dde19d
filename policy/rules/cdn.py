"""CloudFront: what a visitor meets."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, NOWHERE, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, Parameter, resource_rule
from policy.rules.bucket import DISTRIBUTION
from policy.values import UNKNOWN, Answer, Value

MULTITENANT: Final = "aws:cloudfront/multitenantDistribution:MultitenantDistribution"


RESPONSE_HEADERS: Final = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"


_VIEWER_PROTOCOL: Final = r"TLSv1(\.\d)?(_\d{4})?|SSLv3"


_FUNCTIONS: Final = ("functionAssociations", "lambdaFunctionAssociations")


_YEAR_SECONDS: Final = 31_536_000


_WITHOUT_HSTS: Final = ("60669652-455b-4ae9-85a4-c4c02393f86c", "5cc3b908-e619-4b99-88e5-2cf7f45965bd")
"""AWS's own response headers policies that set headers of CORS alone: SimpleCORS and CORS-With-Preflight."""


def behaviours_of(distribution: Resource) -> list[Value]:
    """Every cache behaviour of a distribution."""
    lists = ("defaultCacheBehavior", "orderedCacheBehaviors", "cacheBehaviors")
    return [behaviour for name in lists for behaviour in values.items(distribution.get(name))]


def origins_of(distribution: Resource) -> list[tuple[str, Value]]:
    """The origins with what a message calls them; their ids are the program's own words."""
    return [(f"origins[{place}]", origin) for place, origin in enumerate(values.items(distribution.get("origins")))]


def custom_origin(origin: Value) -> Value:
    """The settings of an origin that is no bucket's own."""
    return values.at(origin, "customOriginConfig") or values.at(origin, "customOriginConfigs")


def is_bucket_origin(origin: Value) -> Answer:
    """Whether an origin is a bucket by S3's API: AWS wants a configuration for any other kind."""
    if origin is UNKNOWN:
        return UNKNOWN
    return not (custom_origin(origin) or values.at(origin, "vpcOriginConfig") or values.at(origin, "vpcOriginConfigs"))


@resource_rule(
    Control(
        name="cdn-viewers-on-https",
        title="CloudFront serves viewers over HTTPS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="allow-all hands cookies and content to anybody on the path.",
        remediation='"viewer_protocol_policy": "redirect-to-https" in every cache behaviour',
        url=HUB + "cloudfront-controls.html#cloudfront-3",
        fsbp=("CloudFront.3",),
        nist=("SC-8",),
        checkov=("CKV_AWS_34",),
    ),
    DISTRIBUTION,
    MULTITENANT,
)
def viewers_on_https(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """Every cache behaviour redirects to HTTPS or refuses HTTP."""
    for behaviour in behaviours_of(distribution):
        policy = values.text(values.at(behaviour, "viewerProtocolPolicy"))
        yield from distribution.must_hold(
            policy if policy is UNKNOWN else policy in ("redirect-to-https", "https-only"),
            f"viewerProtocolPolicy is {values.show(policy, 'allow-all')}, wanted redirect-to-https or https-only",
            about="viewerProtocolPolicy",
            fix='viewer_protocol_policy="redirect-to-https"',
        )


@resource_rule(
    Control(
        name="cdn-tls-policy",
        title="CloudFront accepts viewers by its TLS policies of 2021 and newer",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Older ones let in broken protocols, or ciphers that AWS no longer recommends. Parameter: versions.",
        remediation='viewer_certificate={..., "minimum_protocol_version": "TLSv1.2_2021"}',
        url=HUB + "cloudfront-controls.html#cloudfront-15",
        fsbp=("CloudFront.15",),
        nist=("SC-8", "SC-13"),
        checkov=("CKV_AWS_174",),
        prowler=("cloudfront_distributions_using_deprecated_ssl_protocols",),
        cdk_nag=("CFR4", "CloudFrontDistributionHttpsViewerNoOutdatedSSL"),
    ),
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


@resource_rule(
    Control(
        name="cdn-own-certificate",
        title="CloudFront serves a name and certificate of one's own",
        category="Encryption",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="On *.cloudfront.net AWS accepts TLS 1.0, whatever is configured.",
        remediation='aliases=[name], viewer_certificate={"acm_certificate_arn": certificate.arn, "ssl_support_method": "sni-only"}',
        url=HUB + "cloudfront-controls.html#cloudfront-7",
        fsbp=("CloudFront.7",),
        nist=("SC-8",),
        checkov=("CKV2_AWS_42",),
        prowler=("cloudfront_distributions_custom_ssl_certificate",),
    ),
    DISTRIBUTION,
)
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


@resource_rule(
    Control(
        name="cdn-serves-by-name",
        title="CloudFront tells hosts apart by name (SNI)",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Addresses of one's own cost 600 US dollars a month, and only browsers of before 2010 need them.",
        remediation='viewer_certificate={..., "ssl_support_method": "sni-only"}',
        url=HUB + "cloudfront-controls.html#cloudfront-8",
        fsbp=("CloudFront.8",),
        nist=("SC-8",),
        prowler=("cloudfront_distributions_https_sni_enabled",),
    ),
    DISTRIBUTION,
)
def serves_by_name(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """Addresses of one's own (vip) are for viewers of before 2010."""
    method = distribution.text("viewerCertificate.sslSupportMethod", default="sni-only")
    yield from distribution.must_hold(
        method if method is UNKNOWN else method == "sni-only",
        f"sslSupportMethod is {values.show(method, 'vip|static-ip')}, wanted sni-only",
        about="sslSupportMethod",
        fix='ssl_support_method="sni-only"',
    )


@resource_rule(
    Control(
        name="cdn-default-root-object",
        title="CloudFront answers / with a file, never with a bucket's list",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Where the bucket's policy allows the listing, / shows the name of everything in it.",
        remediation='aws.cloudfront.Distribution(..., default_root_object="index.html")',
        url=HUB + "cloudfront-controls.html#cloudfront-1",
        fsbp=("CloudFront.1",),
        nist=("SC-7",),
        checkov=("CKV_AWS_305",),
        prowler=("cloudfront_distributions_default_root_object",),
    ),
    DISTRIBUTION,
)
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
    origins = [origin for _, origin in origins_of(distribution)]
    kinds = [is_bucket_origin(origin) for origin in origins]
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


@resource_rule(
    Control(
        name="cdn-signers-are-key-groups",
        title="Signed URLs are signed with key groups",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Key pairs of accounts belong to the root user, who alone can make and withdraw them.",
        remediation='"trusted_key_groups": [group.id] instead of "trusted_signers"',
        url=HUB + "cloudfront-controls.html#cloudfront-17",
        fsbp=("CloudFront.17",),
        nist=("AC-3", "IA-5"),
    ),
    DISTRIBUTION,
)
def signers_are_key_groups(distribution: Resource, _config: Config) -> Iterator[Finding]:
    """Key pairs of accounts belong to their root users."""
    for behaviour in behaviours_of(distribution):
        signers = values.at(behaviour, "trustedSigners")
        if signers:
            yield from distribution.must_hold(
                UNKNOWN if signers is UNKNOWN else False,
                "trustedSigners names accounts, wanted trustedKeyGroups",
                about="trustedSigners",
                fix="trusted_key_groups=[group.id] of an aws.cloudfront.KeyGroup",
            )


@resource_rule(
    Control(
        name="cdn-hsts",
        title="CloudFront tells browsers to stay with HTTPS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="The first request of every visit may go out in clear, and be answered by somebody else. Parameter: minSeconds.",
        remediation='"response_headers_policy_id" of an aws.cloudfront.ResponseHeadersPolicy with strict_transport_security',
        url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html",
        nist=("SC-8",),
        checkov=("CKV2_AWS_32", "CKV_AWS_259"),
    ),
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
    for behaviour in behaviours_of(resource):
        policy = values.at(behaviour, "responseHeadersPolicyId")
        by_policy = bool(policy) and policy not in _WITHOUT_HSTS
        seen = "AWS's responseHeadersPolicyId for CORS alone" if policy else "no responseHeadersPolicyId"
        yield from resource.must_hold(
            UNKNOWN if behaviour is UNKNOWN else by_policy or any(values.at(behaviour, name) for name in _FUNCTIONS),
            f"a cache behaviour has {seen}, so nothing sets Strict-Transport-Security",
            about="a cache behaviour",
            fix="response_headers_policy_id=policy.id of an aws.cloudfront.ResponseHeadersPolicy",
        )
