"""Names and their certificates: Route 53 and ACM."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, NOWHERE, OPT_IN, Control, Severity
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.cdn_delivery import CERTIFICATE, CERTIFICATE_VALIDATION
from policy.values import UNKNOWN, Answer

DNSSEC: Final = "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec"


ELASTIC_IP: Final = "aws:ec2/eip:Eip"


QUERY_LOG: Final = "aws:route53/queryLog:QueryLog"


RECORD: Final = "aws:route53/record:Record"


ZONE: Final = "aws:route53/zone:Zone"


@stack_rule(
    Control(
        name="certificate-renews-itself",
        title="Certificates are issued by ACM against DNS records, and waited for",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="ACM renews what DNS proves. An imported certificate, or a mail that nobody reads, ends in an outage.",
        remediation='aws.acm.Certificate(..., validation_method="DNS") and an aws.acm.CertificateValidation',
        url=HUB + "acm-controls.html#acm-1",
        fsbp=("ACM.1",),
        nist=("SC-12", "SC-17"),
        prowler=("acm_certificates_expiration_check",),
    ),
    CERTIFICATE,
)
def renews_itself(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Issued by ACM against DNS records. A private authority's are renewed without any."""
    for certificate in graph.of(CERTIFICATE):
        if certificate.has("certificateBody") or certificate.has("privateKey") or certificate.has("privateKeyWo"):
            yield certificate.fails(
                "certificateBody is imported, and ACM renews no imported certificate",
                fix='domain_name=..., validation_method="DNS" instead',
            )
        elif not certificate.has("certificateAuthorityArn"):
            method = certificate.text("validationMethod", default="EMAIL")
            yield from certificate.must_hold(
                method if method is UNKNOWN else method == "DNS",
                f"validationMethod is {values.show(method, 'EMAIL|NONE')}, so each renewal waits for somebody; wanted DNS",
                about="validationMethod",
                fix='validation_method="DNS"',
            )
            if method in ("DNS", UNKNOWN):
                validations, vague = graph.companions(certificate, "certificateArn", CERTIFICATE_VALIDATION)
                yield from certificate.must_hold(
                    bool(validations) or (UNKNOWN if vague or method is UNKNOWN else False),
                    "nothing of the stack waits until it is validated, so what uses it may be made too early",
                    about="whether its validation is waited for",
                    fix="an aws.acm.CertificateValidation with certificate_arn=certificate.arn",
                )


@resource_rule(
    Control(
        name="certificate-key-strong",
        title="Certificates have keys that nobody can work out",
        category="Encryption",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="RSA keys of 1024 bits are within reach, and browsers refuse them.",
        remediation='aws.acm.Certificate(..., key_algorithm="RSA_2048")',
        url=HUB + "acm-controls.html#acm-2",
        fsbp=("ACM.2",),
        nist=("SC-12", "SC-13"),
        prowler=("acm_certificates_with_secure_key_algorithms",),
    ),
    CERTIFICATE,
)
def key_strong(certificate: Resource, _config: Config) -> Iterator[Finding]:
    """RSA of 2048 bits, the default, or more; or an elliptic curve."""
    algorithm = certificate.text("keyAlgorithm", default="RSA_2048")
    yield from certificate.must_hold(
        algorithm if algorithm is UNKNOWN else algorithm != "RSA_1024",
        "keyAlgorithm is RSA_1024, wanted RSA_2048 or EC_prime256v1",
        about="keyAlgorithm",
        fix='key_algorithm="RSA_2048"',
    )


@resource_rule(
    Control(
        name="certificate-transparency-logged",
        title="Certificates are in the public logs",
        category="Encryption",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Browsers refuse certificates that no log of Certificate Transparency knows.",
        remediation='aws.acm.Certificate(...) without certificate_transparency_logging_preference="DISABLED"',
        url="https://docs.aws.amazon.com/acm/latest/userguide/acm-bestpractices.html#best-practices-transparency",
        nist=("SC-17",),
        checkov=("CKV_AWS_234",),
        prowler=("acm_certificates_transparency_logs_enabled",),
    ),
    CERTIFICATE,
)
def transparency_logged(certificate: Resource, _config: Config) -> Iterator[Finding]:
    """It is on unless switched off."""
    preference = certificate.text("options.certificateTransparencyLoggingPreference", default="ENABLED")
    yield from certificate.must_hold(
        preference if preference is UNKNOWN else preference != "DISABLED",
        "certificateTransparencyLoggingPreference is DISABLED, wanted ENABLED",
        about="certificateTransparencyLoggingPreference",
        fix='options={"certificate_transparency_logging_preference": "ENABLED"}, or no options',
    )


@resource_rule(
    Control(
        name="certificate-without-wildcard",
        title="Certificates name each host",
        category="Encryption",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="A stolen key of a wildcard speaks for every name of the domain. ACM never gives its keys away.",
        remediation="aws.acm.Certificate(..., subject_alternative_names=[<each name>])",
        url="https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html",
        nist=("SC-12",),
        checkov=("CKV2_AWS_71",),
    ),
    CERTIFICATE,
)
def without_wildcard(certificate: Resource, _config: Config) -> Iterator[Finding]:
    """Each name by itself, so that a stolen key speaks for few of them."""
    for path in ("domainName", "subjectAlternativeNames"):
        names = values.items(certificate.get(path))
        wild = values.some(name if name is UNKNOWN else str(name).startswith("*.") for name in names)
        yield from certificate.must_hold(
            wild if wild is UNKNOWN else not wild,
            f"{path} holds a wildcard",
            about=path,
            fix="the host names one by one in domain_name and subject_alternative_names",
        )


def _public_zones(graph: Graph) -> Iterator[Resource]:
    """Zones without a VPC of their own; an unknown one counts as a VPC."""
    return (zone for zone in graph.of(ZONE) if not zone.has("vpcs"))


@stack_rule(
    Control(
        name="zone-queries-logged",
        title="Queries of public zones are logged",
        category="Logging",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Tells who looks for which names: the first sign of somebody exploring.",
        remediation="aws.route53.QueryLog(..., zone_id=zone.id, cloudwatch_log_group_arn=log.arn) with the group in us-east-1",
        url=HUB + "route53-controls.html#route53-2",
        fsbp=("Route53.2",),
        nist=("AU-2", "AU-12"),
        checkov=("CKV2_AWS_39",),
        prowler=("route53_public_hosted_zones_cloudwatch_logging_enabled",),
    ),
    ZONE,
)
def queries_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Private zones are logged by resolver query logs instead."""
    for zone in _public_zones(graph):
        logs, vague = graph.companions(zone, "zoneId", QUERY_LOG)
        yield from zone.must_hold(
            bool(logs) or (UNKNOWN if vague else False),
            "its queries are not logged",
            about="whether its queries are logged",
            fix="an aws.route53.QueryLog with zone_id=zone.id and a log group in us-east-1",
        )


@stack_rule(
    Control(
        name="zone-signed",
        title="Public zones are signed (DNSSEC)",
        category="Encryption",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="Answers cannot be forged. A mistake with the parent's record takes the whole zone off the net.",
        remediation="aws.route53.KeySigningKey and aws.route53.HostedZoneDnsSec for the zone, and its DS record in the parent",
        url="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html",
        nist=("SC-20",),
        checkov=("CKV2_AWS_38",),
    ),
    ZONE,
)
def signed(graph: Graph, _config: Config) -> Iterator[Finding]:
    """DNSSEC needs a record in the parent zone too, and a mistake takes the whole zone off the net."""
    for zone in _public_zones(graph):
        signings, vague = graph.companions(zone, "hostedZoneId", DNSSEC)
        yield from zone.must_hold(
            values.some([*map(_signs, signings), *[UNKNOWN] * vague]),
            "it is not signed (DNSSEC)",
            about="whether it is signed",
            fix="an aws.route53.KeySigningKey and an aws.route53.HostedZoneDnsSec for it",
        )


def _signs(signing: Resource) -> Answer:
    status = signing.text("signingStatus", default="SIGNING")
    return status if status is UNKNOWN else status == "SIGNING"


@stack_rule(
    Control(
        name="record-follows-resource",
        title="Address records refer to resources",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="An address that is written down outlives its machine, and whoever gets it next answers under the name.",
        remediation="aws.route53.Record(..., records=[address.public_ip]), or an alias",
        url="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html",
        nist=("CM-8", "SC-20"),
        checkov=("CKV2_AWS_23",),
        prowler=("route53_dangling_ip_subdomain_takeover",),
    ),
    RECORD,
)
def follows_resource(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A reference goes with what it refers to; an address that is written down may be somebody else's tomorrow."""
    for record in graph.of(RECORD):
        if record.text("type") not in ("A", "AAAA", UNKNOWN) or record.dependencies.get("records"):
            continue
        public = values.some(
            address if address is UNKNOWN else _is_public(str(address))
            for address in values.items(record.get("records"))
        )
        if public is not False and not _held(graph, record):
            yield from record.must_hold(
                UNKNOWN if public is UNKNOWN or record.text("type") is UNKNOWN else False,
                "records is an address written down, which no resource of the stack holds",
                about="where records leads",
                fix="records=[address.public_ip] of an aws.ec2.Eip, or an alias",
            )


def _held(graph: Graph, record: Resource) -> bool:
    """Whether the stack's elastic addresses are all that a record names."""
    own = [address.get("publicIp") for address in graph.of(ELASTIC_IP)]
    return all(address in own for address in values.items(record.get("records")))


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False
