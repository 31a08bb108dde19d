from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

CERTIFICATE = "acm/certificate:Certificate"

VALIDATION = "acm/certificateValidation:CertificateValidation"

DNSSEC = "route53/hostedZoneDnsSec:HostedZoneDnsSec"

ELASTIC_IP = "ec2/eip:Eip"

QUERY_LOG = "route53/queryLog:QueryLog"

RECORD = "route53/record:Record"

ZONE = "route53/zone:Zone"

SILENT = {"certificateTransparencyLoggingPreference": "DISABLED"}


def certificate(**props: Any) -> Sample:
    return res(CERTIFICATE, "certificate", domainName="shop.example.com", **props)


def validated(**props: Any) -> list[Sample]:
    return [certificate(**props), res(VALIDATION, "validated", certificateArn=Ref("certificate", "arn"))]


def zone(**props: Any) -> Sample:
    return res(ZONE, "zone", name="example.com", **props)


def record(*addresses: Any, kind: Any = "A", **props: Any) -> Sample:
    return res(RECORD, "record", zoneId="Z1", type=kind, records=list(addresses), **props)


CASES: list[Case] = [
    Case(
        "certificate-renews-itself",
        "unknown",
        [certificate(validationMethod="DNS"), res(VALIDATION, "validated", certificateArn=UNKNOWN)],
    ),
    Case("certificate-renews-itself", "pass", validated(validationMethod="DNS")),
    Case("certificate-renews-itself", "pass", [certificate(certificateAuthorityArn=UNKNOWN)]),
    Case("certificate-renews-itself", "fail", validated(validationMethod="EMAIL"), "validationMethod is EMAIL"),
    Case(
        "certificate-renews-itself",
        "fail",
        validated(),
        "validationMethod is EMAIL, so each renewal waits for somebody; wanted DNS",
    ),
    Case("certificate-renews-itself", "fail", [certificate(validationMethod="DNS")], "nothing of the stack waits"),
    Case(
        "certificate-renews-itself",
        "fail",
        [res(CERTIFICATE, "imported", certificateBody=UNKNOWN, privateKey=UNKNOWN)],
        "ACM renews no imported certificate",
    ),
    Case("certificate-renews-itself", "unknown", validated(validationMethod=UNKNOWN)),
    Case("certificate-key-strong", "pass", [certificate()]),
    Case("certificate-key-strong", "pass", [certificate(keyAlgorithm="EC_prime256v1")]),
    Case("certificate-key-strong", "fail", [certificate(keyAlgorithm="RSA_1024")], "keyAlgorithm is RSA_1024"),
    Case("certificate-key-strong", "unknown", [certificate(keyAlgorithm=UNKNOWN)]),
    Case("certificate-transparency-logged", "pass", [certificate()]),
    Case("certificate-transparency-logged", "fail", [certificate(options=SILENT)], "is DISABLED, wanted ENABLED"),
    Case("certificate-transparency-logged", "unknown", [certificate(options=UNKNOWN)]),
    Case("certificate-without-wildcard", "pass", [certificate(subjectAlternativeNames=["www.example.com"])]),
    Case(
        "certificate-without-wildcard",
        "fail",
        [certificate(subjectAlternativeNames=["www.example.com", "*.example.com"])],
        "subjectAlternativeNames holds a wildcard",
    ),
    Case("certificate-without-wildcard", "unknown", [certificate(subjectAlternativeNames=[UNKNOWN])]),
    Case("zone-queries-logged", "unknown", [zone(), res(QUERY_LOG, "log", zoneId=UNKNOWN)]),
    Case("zone-queries-logged", "pass", [zone(), res(QUERY_LOG, "log", zoneId=Ref("zone"))]),
    Case("zone-queries-logged", "pass", [zone(vpcs=[{"vpcId": UNKNOWN}])]),
    Case("zone-queries-logged", "fail", [zone()], "its queries are not logged"),
    Case("zone-signed", "pass", [zone(), res(DNSSEC, "signing", hostedZoneId=Ref("zone"))]),
    Case("zone-signed", "pass", [zone(vpcs=[{"vpcId": "vpc-1"}])]),
    Case("zone-signed", "fail", [zone()], "it is not signed"),
    Case(
        "zone-signed",
        "fail",
        [zone(), res(DNSSEC, "signing", hostedZoneId=Ref("zone"), signingStatus="NOT_SIGNING")],
        "it is not signed (DNSSEC)",
    ),
    Case("zone-signed", "unknown", [zone(), res(DNSSEC, "signing", hostedZoneId=Ref("zone"), signingStatus=UNKNOWN)]),
    Case("record-follows-resource", "pass", [res(ELASTIC_IP, "address", publicIp="198.41.0.4"), record("198.41.0.4")]),
    Case("record-follows-resource", "pass", [res(ELASTIC_IP, "address"), record(Ref("address", "publicIp"))]),
    Case("record-follows-resource", "pass", [record("10.0.0.5")]),
    Case("record-follows-resource", "pass", [record("mail.example.com", kind="CNAME")]),
    Case("record-follows-resource", "pass", [res(RECORD, "alias", type="A", aliases=[{"name": UNKNOWN}])]),
    Case("record-follows-resource", "fail", [record("198.41.0.4")], "records is an address written down"),
    Case(
        "record-follows-resource",
        "fail",
        [record("2001:500:2::c", kind="AAAA")],
        "records is an address written down, which no resource of the stack holds",
    ),
    Case("record-follows-resource", "unknown", [record("198.41.0.4", kind=UNKNOWN)]),
]
