"""Names and their certificates: Route 53 and ACM."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.cdn import CERTIFICATE, CERTIFICATE_VALIDATION
from policy.values import UNKNOWN, Answer

DNSSEC: Final = "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec"
ELASTIC_IP: Final = "aws:ec2/eip:Eip"
QUERY_LOG: Final = "aws:route53/queryLog:QueryLog"
RECORD: Final = "aws:route53/record:Record"
ZONE: Final = "aws:route53/zone:Zone"


@stack_rule("certificate-renews-itself", CERTIFICATE)
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


@resource_rule("certificate-key-strong", CERTIFICATE)
def key_strong(certificate: Resource, _config: Config) -> Iterator[Finding]:
    """RSA of 2048 bits, the default, or more; or an elliptic curve."""
    algorithm = certificate.text("keyAlgorithm", default="RSA_2048")
    yield from certificate.must_hold(
        algorithm if algorithm is UNKNOWN else algorithm != "RSA_1024",
        "keyAlgorithm is RSA_1024, wanted RSA_2048 or EC_prime256v1",
        about="keyAlgorithm",
        fix='key_algorithm="RSA_2048"',
    )


@resource_rule("certificate-transparency-logged", CERTIFICATE)
def transparency_logged(certificate: Resource, _config: Config) -> Iterator[Finding]:
    """It is on unless switched off."""
    preference = certificate.text("options.certificateTransparencyLoggingPreference", default="ENABLED")
    yield from certificate.must_hold(
        preference if preference is UNKNOWN else preference != "DISABLED",
        "certificateTransparencyLoggingPreference is DISABLED, wanted ENABLED",
        about="certificateTransparencyLoggingPreference",
        fix='options={"certificate_transparency_logging_preference": "ENABLED"}, or no options',
    )


@resource_rule("certificate-without-wildcard", CERTIFICATE)
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


@stack_rule("zone-queries-logged", ZONE)
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


@stack_rule("zone-signed", ZONE)
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


@stack_rule("record-follows-resource", RECORD)
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
    own = {address.get("publicIp") for address in graph.of(ELASTIC_IP)}
    return all(address in own for address in values.items(record.get("records")))


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False
